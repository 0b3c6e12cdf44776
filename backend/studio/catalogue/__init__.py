"""The models that can be asked, with prices and abilities, kept in the database and refreshed in the background."""
