"""Everything a person made or brought: one item for each text, picture and video, found again by words and shelves."""
