"""/chat and /chat/{id}: conversations, and without JavaScript an answer that grows while the page arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, abort, render_template
from markupsafe import Markup
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from pages import relay
from pages.addresses import query_suffix
from pages.backend import STREAM_READ_SECONDS, BackendDown, pieces
from pages.errors import TooManyStreams
from pages.fragments import streams
from pages.htmx import request
from pages.log import log
from pages.session import backend, caller, headers_for_backend, render_page
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("chat", __name__)

_HERE = "\x00here\x00"  # cannot come out of a template: escaped text holds no NUL


@dataclass(frozen=True, slots=True)
class Frame:
    """The page around the place where the conversation grows, and what is said when that breaks off."""

    head: bytes
    tail: bytes
    sorry: bytes


@blueprint.get("/chat")
def conversations() -> Response:
    require_viewer()
    return filled_page("chat.html", query=query_suffix())


@blueprint.get("/chat/<uuid:conversation_id>")
def conversation(conversation_id: UUID) -> Response:
    require_viewer()
    if request.args.get("live") == "1" and not request.is_htmx:
        page = _live(conversation_id)
        if page is not None:
            return page
    return filled_page("conversation.html", conversation_id=conversation_id, query=query_suffix())


def _live(conversation_id: UUID) -> Response | None:
    """
    The page in one chunked answer: its head at once, then what the backend writes, then its end.

    None when there is no room for another stream or the backend does not play along: the page that does not grow
    says the rest, with the right status.
    """
    try:
        leave = streams().admit(caller().token or "")
    except TooManyStreams:
        return None
    try:
        upstream = _open(conversation_id)
        if upstream is None:
            leave()
            return None
        frame = _frame(conversation_id, upstream)
    except BaseException:
        leave()
        raise
    response = Response(_growing(frame, pieces(upstream)))
    relay.mark_as_stream(response)
    relay.when_over(response, upstream, leave)
    return response


def _open(conversation_id: UUID) -> BaseHTTPResponse | None:
    try:
        upstream = backend().open(
            "GET",
            f"/fragments/conversations/{conversation_id}/live{query_suffix()}",
            headers_for_backend(),
            read_seconds=STREAM_READ_SECONDS,
        )
    except BackendDown:
        return None
    if upstream.status == 200:
        return upstream
    upstream.close()
    if upstream.status == 404:
        abort(404)
    return None


def _frame(conversation_id: UUID, upstream: BaseHTTPResponse) -> Frame:
    """Rendered as a whole beforehand: while the answer is sent there is no request any more to render for."""
    title = relay.title_of(upstream.headers)
    html = render_page("live.html", conversation_id=conversation_id, title=title, here=Markup(_HERE))
    head, _, tail = html.partition(_HERE)
    sorry = render_template("errors/cut.html", conversation_id=conversation_id)
    return Frame(head.encode(), tail.encode(), sorry.encode())


def _growing(frame: Frame, arriving: Iterator[bytes]) -> Iterator[bytes]:
    yield frame.head
    try:
        yield from whole_tags(arriving)
    except (HTTPError, OSError) as error:
        log.info("live.cut", cause=type(error).__name__)
        yield frame.sorry
    yield frame.tail


def whole_tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """
    The same bytes, but never ending inside a tag: an unfinished one waits for the next chunk, and is dropped if the
    stream is cut there, or it would swallow what we say next. Text holds no bare "<": templates escape it.
    """
    held = b""
    for chunk in chunks:
        chunk = held + chunk
        opened = chunk.rfind(b"<")
        end = opened if opened > chunk.rfind(b">") else len(chunk)
        held = chunk[end:]
        if end:
            yield chunk[:end]
