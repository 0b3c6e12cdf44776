"""Every SQL statement of the accounts, one module a table."""
