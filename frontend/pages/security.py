"""Cross-site protection of everything that changes something, and the headers every answer carries."""

import hmac
from urllib.parse import urlsplit

from flask import Flask, Response

from pages.body import Body, first_field_csrf
from pages.errors import ForeignRequest, StalePage
from pages.htmx import request
from pages.session import caller

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROGRAM_PREFIXES = ("/api/", "/v1/", "/media/")

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
# A file opened by its own address is shown by the browser, never run: not even one that claims to be a page.
MEDIA_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
HSTS = "max-age=31536000"


def init_security(app: Flask) -> None:
    """Put the headers on every answer, errors and streams included."""

    @app.after_request
    def _protect(response: Response) -> Response:
        headers = response.headers
        for name, value in COMMON_HEADERS.items():
            headers[name] = value
        is_file = request.path.startswith("/media/")
        headers["Content-Security-Policy"] = MEDIA_POLICY if is_file else PAGE_POLICY
        if request.is_secure:
            headers["Strict-Transport-Security"] = HSTS
        if response.mimetype == "text/html":
            response.vary.update(("HX-Request", "HX-Request-Type", "Cookie"))
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response


def bearer_of_program() -> str | None:
    """
    The Authorization header of a program on /api, /v1 and /media; it wins over the cookie and needs no form token.

    Only Bearer counts: a browser sends Basic by itself, from any site, so that proves nothing.
    """
    value = request.headers.get("Authorization", "")
    is_bearer = value[:7].lower() == "bearer " and len(value) > 7
    return value if is_bearer and request.path.startswith(PROGRAM_PREFIXES) else None


def check_origin() -> None:
    """
    Refuse a request that another site made this browser send. Raises ForeignRequest.

    `same-site` is refused too: a neighbour on a sibling domain is not us. A browser too old for Sec-Fetch-Site sends
    Origin with every POST; what sends neither is no browser, and holds no cookie of somebody else.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignRequest
    origin = request.headers.get("Origin")
    if origin is not None and _host(urlsplit(origin).netloc) != _host(request.host):
        raise ForeignRequest


def check_token(body: Body) -> None:
    """
    The form token, from htmx's header or from the form's first field. Raises StalePage.

    A program on /api without any cookie has nothing that could be abused and needs none.
    """
    expected = caller().csrf_token
    if expected is None and request.path.startswith(PROGRAM_PREFIXES):
        return
    given = request.headers.get("X-CSRF-Token")
    if given is None and not request.path.startswith(PROGRAM_PREFIXES):
        given = first_field_csrf(body.peek(), request.mimetype)
    if expected is None or given is None or not hmac.compare_digest(given.encode(), expected.encode()):
        raise StalePage


def is_surely_from_us() -> bool:
    """Whether the browser itself vouches that a page of ours sent this; `check_origin` has passed already."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _host(host: str) -> str:
    return host.lower().removesuffix(":443").removesuffix(":80")
