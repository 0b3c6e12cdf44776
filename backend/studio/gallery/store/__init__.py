"""Every SQL statement of the gallery, one question or change a function."""
