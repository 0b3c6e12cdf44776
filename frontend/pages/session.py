"""
The cookies, who they belong to, and the sentence carried to the next page.

The session token is the backend's; here it is only kept in a cookie that no script can read. Over HTTPS the names carry
`__Host-`, so that no sibling domain can plant one. A visitor who has not signed in gets a random cookie of no other
meaning than that forms can be bound to it.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from flask import Flask, Response, current_app, g, json, render_template

from pages.backend import Backend, BackendDown
from pages.htmx import request

SESSION, VISITOR, NOTE = "studio", "visitor", "note"
NOTE_SECONDS = 60
NOTE_CHARACTERS = 300

_TOKEN = re.compile(r"[A-Za-z0-9_~.-]{16,256}")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person, as the layout shows them."""

    name: str
    email: str
    is_admin: bool
    is_simulated: bool  # the studio's provider is the sandbox
    awaits_news: bool  # of what is made for them

    @property
    def mark(self) -> str:
        """By which a page says whose it is. Headers have no place for every letter of an address."""
        return hashlib.sha256(f"viewer:{self.email}".encode()).hexdigest()[:16]

    @classmethod
    def of(cls, me: Mapping[str, object]) -> "Viewer":
        """From GET /api/me; what it lacks is empty."""
        return cls(
            name=str(me.get("name") or ""),
            email=str(me.get("email") or ""),
            is_admin=me.get("role") == "admin" or bool(me.get("is_admin")),
            is_simulated=bool(me.get("is_simulated")),
            awaits_news=bool(me.get("awaits_news")),
        )


@dataclass(slots=True)
class Caller:
    """Who sends this request, as far as cookies tell. `changes` become Set-Cookie."""

    token: str | None
    visitor: str | None
    note: str | None
    # name: (value, seconds); None ends with the browser, 0 deletes
    changes: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    _viewer: Viewer | None = None
    _asked: bool = False

    @property
    def csrf_token(self) -> str | None:
        """What a form of this browser carries; None when it sent no cookie yet."""
        value = self.token or self.visitor
        return hashlib.sha256(f"csrf:{value}".encode()).hexdigest() if value else None

    def become_visitor(self) -> None:
        """Give a browser without a session the cookie its forms are bound to. For pages only: they come first."""
        if self.token is None and self.visitor is None:
            self.visitor = secrets.token_urlsafe(24)
            self.changes[VISITOR] = (self.visitor, None)

    def sign_in(self, token: str, expires_at: int) -> None:
        self.changes[SESSION] = (token, max(1, expires_at - int(time.time())))

    def sign_out(self) -> None:
        """Forget a session that ended or never was one."""
        self.token = None
        self.changes[SESSION] = ("", 0)

    def remember(self, sentence: str) -> None:
        """Show `sentence` on the next page."""
        self.changes[NOTE] = (quote(sentence[:NOTE_CHARACTERS]), NOTE_SECONDS)

    def take_notes(self) -> list[str]:
        """The sentence of the request before; it is shown once."""
        if self.note is None:
            return []
        self.changes.setdefault(NOTE, ("", 0))
        return [unquote(self.note)[:NOTE_CHARACTERS]]

    def viewer(self) -> Viewer | None:
        """
        The signed-in person, asked of the backend once a request (it knows by heart: under 1 ms).

        None when signed out; a cookie that the backend no longer knows is dropped. Raises BackendDown.
        """
        if self.token is None or self._asked:
            return self._viewer
        self._asked = True  # also when it fails: the error page that follows must not wait a second time
        answer = backend().fetch("/api/me", headers_for_backend())
        if answer.status >= 500:
            raise BackendDown(ConnectionError(f"/api/me answered {answer.status}"), arrived=True)
        if answer.status == 200:
            self._viewer = Viewer.of(json.loads(answer.body))
        elif answer.status == 401:
            self.sign_out()
        return self._viewer

    def viewer_if_reachable(self) -> Viewer | None:
        """For error pages, which must stand whatever happens."""
        try:
            return self.viewer()
        except (BackendDown, ValueError):
            return None


def init_session(app: Flask) -> None:
    """Read the cookies before a request and write their changes after it."""

    @app.before_request
    def _read() -> None:
        sent, visitor, note = (request.cookies.get(cookie_name(name)) for name in (SESSION, VISITOR, NOTE))
        g.caller = Caller(_decent(sent), _decent(visitor), note)
        if sent and g.caller.token is None:
            g.caller.sign_out()

    @app.after_request
    def _write(response: Response) -> Response:
        for name, (value, seconds) in g.caller.changes.items():
            response.set_cookie(
                cookie_name(name),
                value,
                max_age=seconds,
                secure=request.is_secure,
                httponly=True,
                samesite="Lax",
                path="/",
            )
        return response


def caller() -> Caller:
    found: Caller = g.caller
    return found


def backend() -> Backend:
    door: Backend = current_app.extensions["backend"]
    return door


def cookie_name(name: str) -> str:
    """`__Host-` demands Secure, which browsers take over plain HTTP only from localhost; so plain HTTP goes without."""
    return f"__Host-{name}" if request.is_secure else name


def has_cookies() -> bool:
    """Whether this browser keeps cookies of ours."""
    return any(request.cookies.get(cookie_name(name)) for name in (SESSION, VISITOR))


def headers_for_backend() -> dict[str, str]:
    """Who calls, for every request to the backend. The cookie itself stays here."""
    headers = {
        "X-Request-Id": g.request_id,
        "X-Client-Address": request.remote_addr or "",
        "X-Client-Agent": request.headers.get("User-Agent", "")[:300],
        "Accept": "text/html",
    }
    who = caller()
    if who.token is not None:
        headers["Authorization"] = f"Bearer {who.token}"
    if who.csrf_token is not None:
        headers["X-CSRF-Token"] = who.csrf_token
    return headers


def render_page(template: str, /, **context: object) -> str:
    """A page of ours with all that layout.html needs. Raises BackendDown."""
    return _render(template, caller().viewer(), context)


def render_error_page(template: str, /, **context: object) -> str:
    """The same while the backend may be away: the person is then simply not named."""
    return _render(template, caller().viewer_if_reachable(), context)


def apply_session_header(value: str) -> None:
    """Turn `Studio-Session: <token>; expires=<unix seconds>`, or `ended`, into the cookie."""
    token, _, rest = (part.strip() for part in value.partition(";"))
    expires = rest.removeprefix("expires=")
    if token == "ended":
        caller().sign_out()
    elif _TOKEN.fullmatch(token) and expires.isdigit():
        caller().sign_in(token, int(expires))


def _render(template: str, viewer: Viewer | None, context: Mapping[str, object]) -> str:
    who = caller()
    who.become_visitor()
    return render_template(
        template,
        **{"nav_current": ""} | dict(context),
        viewer=viewer,
        simulated=bool(viewer and viewer.is_simulated),
        csrf_token=who.csrf_token,
        flash=who.take_notes(),
    )


def _decent(value: str | None) -> str | None:
    """A cookie that could be ours; anything else would only travel on into a header."""
    return value if value and _TOKEN.fullmatch(value) else None
