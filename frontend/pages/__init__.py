"""The frontend: pages, the session cookie, cross-site protection, static files and the way through to the backend."""
