"""The backend of All You Can GET: every product rule, the database, the files and the provider."""
