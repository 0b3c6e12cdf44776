"""
How a page is filled: a page template names the fragments, and `slot` fetches them while the page is rendered.

In a page template slots are set before anything is printed, so the title and the status of the page can follow them:

    {% extends "layout.html" %}
    {% set main = slot("/fragments/create", id="create") %}
    {% block title %}{{ main.title or "Create" }}{% endblock %}
    {% block main %}{{ main }}{% endblock %}
"""

from flask import Flask, Response, abort, g, make_response, redirect, render_template

from pages.addresses import local_or_none, this_address
from pages.backend import BackendDown
from pages.browser_reply import sign_in_address
from pages.htmx import request
from pages.log import log
from pages.relay import title_of
from pages.session import Viewer, backend, caller, headers_for_backend, render_page

NO_NEWS = '<div id="news" hidden></div>'
RETRY_PAGE = "restarting"  # id of the element on errors/restarting.html that looks whether the page is back


class Slot:
    """
    One fragment's HTML, printed as it is: it comes from our own backend, whose templates escape.

    `refresh_seconds` is after how long a browser without scripts should look again; None if nothing changes by itself.
    """

    def __init__(self, html: str, title: str = "", refresh_seconds: int | None = None) -> None:
        self._html = html
        self.title = title
        self.refresh_seconds = refresh_seconds

    def __html__(self) -> str:
        return self._html

    __str__ = __html__


def init_slots(app: Flask) -> None:
    app.jinja_env.globals["slot"] = slot
    app.jinja_env.globals["news"] = news


def slot(path: str, *, id: str, lazy: bool = False) -> Slot:  # noqa: A002
    """
    The fragment at `path` (with its query), fetched now, or by htmx when it is `lazy`.

    An eager one that fails becomes a lazy one that tries again, and the page 503; 401 leads to the sign-in page, 403
    and 404 make the page that. Any other refusal is shown where it stands, with its status. `id` names the place while
    it is empty; the fragment takes its place with an id of its own.
    """
    if lazy:
        return Slot(render_template("slot.html", path=path, id=id, has_failed=False))
    try:
        answer = backend().fetch(path, headers_for_backend())
    except BackendDown as error:
        return _failed(path, id, str(error))
    if answer.status >= 500:
        return _failed(path, id, str(answer.status))
    if answer.status == 401:
        abort(_to_sign_in())
    if answer.status in (403, 404):
        abort(answer.status)
    leads_to = local_or_none(answer.headers.get("HX-Redirect") or answer.headers.get("Location"))
    if leads_to and not leads_to.startswith("/fragments/"):
        abort(make_response(redirect(leads_to, 303)))
    if answer.status >= 400:
        g.page_status = answer.status
    refresh = answer.headers.get("Studio-Refresh", "")
    return Slot(answer.text, title_of(answer.headers), int(refresh) if refresh.isdigit() else None)


def news(viewer: Viewer | None) -> Slot:
    """
    What was made for the viewer meanwhile, for the corner of every page; nothing is asked for who waits for nothing.

    Whatever goes wrong with it is no reason to keep the page back: the next one will tell.
    """
    if viewer is None or not viewer.awaits_news:
        return Slot(NO_NEWS)
    try:
        answer = backend().fetch("/fragments/jobs/news", headers_for_backend())
    except BackendDown:
        return Slot(NO_NEWS)
    return Slot(answer.text if answer.status == 200 else NO_NEWS)


def filled_page(template: str, /, **context: object) -> Response:
    """
    The page with its slots, with the status they demand.

    Asked for by the page "The studio is restarting", it is only proof that the page is back, and that one reloads.
    """
    g.page_status = 200
    html = render_page(template, **context)
    if request.is_htmx and request.hx_source == RETRY_PAGE and g.page_status < 500:
        return Response(status=204, headers={"HX-Refresh": "true"})
    response = make_response(html, g.page_status)
    if g.page_status == 503:
        response.headers["Retry-After"] = "3"
    return response


def require_viewer() -> Viewer:
    """The signed-in person; anybody else is led to the sign-in page and back. Raises BackendDown."""
    viewer = caller().viewer()
    if viewer is None:
        abort(_to_sign_in())
    return viewer


def _to_sign_in() -> Response:
    return make_response(redirect(sign_in_address(this_address()), 303))


def _failed(path: str, name: str, cause: str) -> Slot:
    log.warning("slot.failed", slot=name, cause=cause, request_id=g.request_id)
    g.page_status = 503
    return Slot(render_template("slot.html", path=path, id=name, has_failed=True, here=this_address()))
