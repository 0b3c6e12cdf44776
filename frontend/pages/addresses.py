"""Which addresses may be followed, and how a browser's path travels on."""

from urllib.parse import quote, urlsplit

from flask import current_app

from pages.errors import BadAddress
from pages.htmx import request

# By the first word behind /fragments; behind some of them, what follows is the same on the page, such as an id.
_SAME_BEHIND = frozenset(("admin", "conversations", "gallery"))
_PAGES = {
    "account": "/account",
    "admin": "/admin",
    "albums": "/gallery",
    "archives": "/gallery",
    "conversations": "/chat",
    "gallery": "/gallery",
    "images": "/images",
    "jobs": "/jobs",
    "messages": "/chat",
    "people": "/register",
    "sessions": "/login",
    "setup": "/setup",
    "tags": "/gallery",
    "videos": "/videos",
}
_PATH_SAFE = "/:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?%[]"


def local_or_none(address: str | None) -> str | None:
    """
    `address` if it is a path on this very site, else None.

    Browsers drop tabs and line ends and read a backslash as a slash, so "/\\t/evil.example" and "/\\\\evil.example"
    lead away; every such character is refused.
    """
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    if any(character <= " " or character == "\x7f" for character in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def page_of_browser() -> str:
    """Path and query of the page this request was sent from, "/" when that is not known or not ours."""
    address = request.hx_current_url or request.headers.get("Referer", "")
    parts = urlsplit(address)
    if parts.netloc and parts.netloc != request.host:
        return "/"
    return local_or_none(parts.path + (f"?{parts.query}" if parts.query else "")) or "/"


def page_of_fragment() -> str:
    """The page that shows what this request's fragment is of, as near as it has an address; "/" for all others."""
    first, *rest = request.path.removeprefix("/fragments/").split("/")
    routes = current_app.url_map.bind("")
    page = _PAGES.get(first, "/")
    while first in _SAME_BEHIND and rest:
        if routes.test(address := "/".join([page, *rest]), "GET"):
            return address
        rest.pop()
    return page


def this_address() -> str:
    """Path and query of this request, as it was written."""
    return request.full_path.rstrip("?")


def query_suffix() -> str:
    """The query string with its "?", or ""; safe to put behind any path."""
    query = quote(request.query_string, safe=_QUERY_SAFE)
    return f"?{query}" if query else ""


def target_for_backend() -> str:
    """
    This request's path and query, percent-encoded anew.

    A path that climbs (`..`, also as %2e%2e: the server decodes it) would leave the prefix its route allows, and one
    that is no UTF-8 or holds control characters belongs to nobody. Raises BadAddress.
    """
    path = request.path
    if any(part in (".", "..") for part in path.split("/")) or "\ufffd" in path or not path.isprintable():
        raise BadAddress
    return quote(path, safe=_PATH_SAFE) + query_suffix()
