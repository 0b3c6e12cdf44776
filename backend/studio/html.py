"""Rendering: whole templates, or the named blocks of one template, for pages with and without htmx."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parent.parent / "templates"

_csrf_token: ContextVar[str] = ContextVar("csrf_token", default="")


class _CsrfToken:
    """The caller's form token, read when it is printed: macros are compiled once and know no request."""

    def __html__(self) -> str:
        return str(escape(_csrf_token.get()))

    __str__ = __html__


class _FreshKey:
    """Another key each time it is printed: one for each form of each rendering."""

    def __html__(self) -> str:
        return str(uuid4())

    __str__ = __html__


def make_environment(upload_limit_bytes: int = 25_000_000) -> Environment:
    """
    Autoescape always, undefined names are errors; `ui`, `talk`, `tray`, `csrf`, `fresh_key`, `upload_limit_bytes` are
    global.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["upload_limit_bytes"] = upload_limit_bytes
    environment.globals["csrf"] = _CsrfToken()
    environment.globals["fresh_key"] = _FreshKey()
    environment.globals["ui"] = environment.get_template("ui.html").module
    environment.globals["talk"] = environment.get_template("chat/macros.html").module
    environment.globals["tray"] = environment.get_template("gallery/macros.html").module
    return environment


class Page:
    """How this one request wants its HTML."""

    def __init__(self, environment: Environment, headers: Mapping[str, str]) -> None:
        self._environment = environment
        self.is_htmx = headers.get("HX-Request") == "true"
        self.is_restored = headers.get("HX-History-Restore-Request") == "true"

    def render(self, template: str, blocks: Sequence[str] = (), /, **context: object) -> Markup:
        """The named blocks one after the other, or the whole template when none is named."""
        if not blocks:
            return Markup(self._environment.get_template(template).render(context))
        parts = (render_block(self._environment, template, block, **context) for block in blocks)
        return Markup("").join(Markup(part) for part in parts)

    def answer(
        self,
        template: str,
        blocks: Sequence[str] = (),
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> HTMLResponse:
        """The same as a response."""
        return HTMLResponse(self.render(template, blocks, **context), status, dict(headers or {}))


def page(request: Request) -> Page:
    """Dependency: the helper that knows whether htmx asked."""
    return Page(request.app.state.templates, request.headers)


Hx = Annotated[Page, Depends(page)]


def remember_csrf_token(token: str) -> None:
    """Make `{{ csrf }}` print this token for the rest of the request."""
    _csrf_token.set(token)


def shown_on(address: str, *, note: str | None = None, title: str | None = None) -> dict[str, str]:
    """
    The headers by which a fragment tells the frontend where its result is shown.

    `address` is the page for a browser without JavaScript, `note` one sentence to show there, `title` the page's
    title. Both texts travel percent-encoded, since headers are Latin-1.
    """
    headers = {"Studio-Page": address}
    if note:
        headers["Studio-Note"] = quote(note)
    if title:
        headers["Studio-Title"] = quote(title)
    return headers
