"""What asking for pictures and asking for videos share: the form, its settings, and what is done with a card."""
