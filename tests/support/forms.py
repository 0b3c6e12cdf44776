"""What a page of ours sends, without a browser: the session cookie, the form token, and the marks of htmx."""

import hashlib

import httpx


def cookie_name(base_url: str) -> str:
    return "__Host-studio" if base_url.startswith("https:") else "studio"


def cookie_of(base_url: str, session: str) -> dict[str, object]:
    """The session cookie as the frontend would set it, for a browser."""
    is_secure = base_url.startswith("https:")
    return {
        "name": cookie_name(base_url),
        "value": session,
        "url": base_url,
        "httpOnly": True,
        "secure": is_secure,
    }


def headers_of(base_url: str, session: str, **more: str) -> dict[str, str]:
    """The cookie with the form token that belongs to it."""
    form_token = hashlib.sha256(f"csrf:{session}".encode()).hexdigest()
    return {"Cookie": f"{cookie_name(base_url)}={session}", "X-CSRF-Token": form_token, **more}


def post_form(base_url: str, session: str, path: str, fields: dict[str, str]) -> httpx.Response:
    """A form sent by htmx."""
    headers = headers_of(base_url, session, **{"HX-Request": "true"})
    return httpx.post(base_url + path, data=fields, headers=headers, timeout=30)
