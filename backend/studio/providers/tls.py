"""Which certificates are believed."""

import ssl
from functools import cache
from pathlib import Path

import certifi


@cache
def tls_context() -> ssl.SSLContext:
    """The system's certificates, or certifi's where an image came without any."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    has_directory = bool(paths.capath) and any(Path(paths.capath).iterdir())
    if not paths.cafile and not has_directory:
        context.load_verify_locations(certifi.where())
    return context
