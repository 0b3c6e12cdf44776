"""
The way through to the backend: /fragments, /api, /v1 and /media, with and without JavaScript.

Here the cookie becomes a bearer token, a change is checked for its origin, and bodies pass unread in both directions.
What is said in an answer is the backend's business; this module knows only its headers.
"""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, make_response, redirect
from urllib3.response import BaseHTTPResponse

from pages import relay, stale
from pages.addresses import page_of_fragment, target_for_backend
from pages.backend import PROGRAM_READ_SECONDS, READ_SECONDS, STREAM_READ_SECONDS, BackendDown
from pages.body import Body, body_of_request
from pages.browser_reply import reply_to_form, reply_to_fragment
from pages.errors import Restarting, StalePage, TooLarge, Trouble
from pages.htmx import request
from pages.kept import show_kept
from pages.security import SAFE_METHODS, bearer_of_program, check_origin, check_token, is_surely_from_us
from pages.session import backend, caller, headers_for_backend
from pages.streams import Streams

blueprint = Blueprint("fragments", __name__)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
PASSED_ON = frozenset({
    "accept", "accept-language", "content-type", "content-length", "range", "if-range", "if-none-match", "if-match",
    "if-modified-since", "last-event-id", "idempotency-key",
})  # fmt: skip


@blueprint.route("/fragments/<path:rest>", methods=METHODS)
def fragments(rest: str) -> Response:
    if is_visited():
        return make_response(redirect(page_of_fragment(), 303))
    is_form = request.method == "POST" and not request.is_htmx
    body = body_of_request(keep=is_form)
    try:
        body.check_size()
        check_unsafe(body)
        upstream, leave = ask(body)
        return reply_to_form(upstream, body) if is_form else reply_to_fragment(upstream, leave)
    except StalePage:
        if request.is_htmx:
            return stale.answer_htmx(stale.why_stale())
        if not may_be_kept():
            raise
        return kept(body, stale.why_stale())
    except TooLarge as trouble:
        if not may_be_kept():
            raise
        return kept(body, trouble)
    except BackendDown as error:
        if not is_form:
            raise
        return show_kept(body, status=503, text=_restarting_text(error), retry_after="3")


def may_be_kept() -> bool:
    """What the browser vouches for nobody else can have filled in, so it may be shown again."""
    return request.method == "POST" and not request.is_htmx and is_surely_from_us()


def kept(body: Body, trouble: Trouble) -> Response:
    return show_kept(body, status=trouble.status, text=trouble.text)


@blueprint.route("/api/<path:rest>", methods=METHODS)
@blueprint.route("/v1/<path:rest>", methods=METHODS)
@blueprint.route("/media/<path:rest>", methods=METHODS)
def programs(rest: str) -> Response:
    body = body_of_request(keep=False)
    body.check_size()
    check_unsafe(body)
    upstream, leave = ask(body)
    return relay.relay(upstream, leave)


def is_visited() -> bool:
    """
    Whether somebody opens the address as if it were a page. A form that was refused without JavaScript leaves it in
    the address bar, from where it is opened again and kept as a bookmark.
    """
    is_document = request.headers.get("Sec-Fetch-Dest") == "document"
    return is_document and request.method in SAFE_METHODS and not request.is_htmx


def check_unsafe(body: Body) -> None:
    """Cross-site protection, for what changes something and is not vouched for by a bearer token of its own."""
    if request.method in SAFE_METHODS or bearer_of_program() is not None:
        return
    check_origin()
    check_token(body)


def ask(body: Body) -> tuple[BaseHTTPResponse, Callable[[], None] | None]:
    """The backend's answer, body unread, and what gives back its place among the streams if it took one."""
    target = target_for_backend()
    leave = streams().admit(session_of_stream()) if may_stream() else None
    has_body = body.length != 0
    try:
        upstream = backend().open(
            request.method, target, headers_on(), body=body if has_body else None, read_seconds=patience()
        )
    except BaseException:
        if leave is not None:
            leave()
        raise
    return upstream, leave


def session_of_stream() -> str:
    """Whose stream it is: the session of a program or of a browser; strangers share one."""
    return bearer_of_program() or caller().token or ""


def headers_on() -> dict[str, str]:
    """What the backend gets to see of the request's headers."""
    headers = headers_for_backend()
    for name, value in request.headers.items():
        if name.lower() in PASSED_ON or name.lower().startswith("hx-"):
            headers[name] = value
    bearer = bearer_of_program()
    if bearer is not None:
        headers["Authorization"] = bearer
        headers.pop("X-CSRF-Token", None)
    return headers


def may_stream() -> bool:
    """Whether the answer may be a stream: by its address, for once it is there its thread is taken already."""
    path = request.path
    return path.endswith(("/events", "/live")) or (path.startswith("/v1/") and request.method == "POST")


def patience() -> float:
    """Seconds the backend may be silent."""
    if request.path.startswith("/v1/"):
        return PROGRAM_READ_SECONDS
    return STREAM_READ_SECONDS if may_stream() else READ_SECONDS


def streams() -> Streams:
    found: Streams = current_app.extensions["streams"]
    return found


def _restarting_text(error: BackendDown) -> str:
    if error.arrived:
        return "The studio restarted while it was reading this. Look whether it arrived before you send it again."
    return Restarting.text
