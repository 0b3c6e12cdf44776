"""Every SQL statement about jobs: taking them, changing them, looking at them."""
