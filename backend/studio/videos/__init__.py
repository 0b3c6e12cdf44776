"""Videos: asking for them, the job that makes them, and the page where they are asked for."""
