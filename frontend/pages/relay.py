"""From the backend's answer to ours: which headers go back, and how a body travels piece by piece."""

from collections.abc import Callable, Iterator
from urllib.parse import unquote

from flask import Response
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from pages.addresses import local_or_none
from pages.backend import pieces, read_whole
from pages.log import log

# Everything else stays here: Set-Cookie and Server, hop-by-hop headers, and the Studio-* ones meant for us.
PASSED_BACK = frozenset({
    "accept-ranges", "allow", "cache-control", "content-disposition", "content-language", "content-length",
    "content-range", "content-type", "etag", "expires", "last-modified", "retry-after", "vary", "www-authenticate",
})  # fmt: skip
PASSED_BACK_PREFIXES = ("hx-", "x-ratelimit-", "ratelimit")
WHOLE_BYTES = 262_144
EVENT_STREAM = "text/event-stream"


def headers_back(upstream: BaseHTTPResponse) -> list[tuple[str, str]]:
    """The backend's headers that the browser may see. A Location survives only as a path of this site."""
    kept = [
        (name, value)
        for name, value in upstream.headers.items()
        if name.lower() in PASSED_BACK or name.lower().startswith(PASSED_BACK_PREFIXES)
    ]
    location = local_or_none(upstream.headers.get("Location"))
    return [*kept, ("Location", location)] if location else kept


def is_stream(upstream: BaseHTTPResponse) -> bool:
    return upstream.headers.get("Content-Type", "").startswith(EVENT_STREAM)


def is_download(upstream: BaseHTTPResponse) -> bool:
    """A file that the browser saves while its page stays."""
    disposition: str = upstream.headers.get("Content-Disposition", "")
    return upstream.status < 400 and disposition.startswith("attachment")


def relay(upstream: BaseHTTPResponse, leave: Callable[[], None] | None = None) -> Response:
    """
    The backend's answer as ours: small bodies whole, others piece by piece.

    `leave` gives back the stream's place; it is called when the answer is over, or at once when it is no stream.
    """
    length = upstream.headers.get("Content-Length", "")
    if length.isdigit() and int(length) <= WHOLE_BYTES and not is_stream(upstream):
        if leave is not None:
            leave()
        return whole(upstream)
    response = Response(passed_on(upstream), upstream.status, headers_back(upstream))
    if is_stream(upstream):
        mark_as_stream(response)
    when_over(response, upstream, leave)
    return response


def whole(upstream: BaseHTTPResponse) -> Response:
    """Raises BackendDown when the body is cut: nothing has been sent yet, so the truth can still be told."""
    answer = read_whole(upstream)
    response = Response(answer.body, answer.status, headers_back(upstream))
    if not answer.body and "Content-Length" in upstream.headers:  # of a HEAD request
        response.headers["Content-Length"] = upstream.headers["Content-Length"]
    return response


def passed_on(upstream: BaseHTTPResponse) -> Iterator[bytes]:
    """
    The pieces as they arrive; a cut ends them quietly.

    A stream of events then just ends, and the browser resumes it. A file of known length comes out short, which the
    server turns into a broken connection: the browser sees that it did not get everything.
    """
    try:
        yield from pieces(upstream)
    except (HTTPError, OSError) as error:
        log.info("stream.cut", cause=type(error).__name__)


def mark_as_stream(response: Response) -> None:
    """Nothing between us and the browser may store, gather or compress this."""
    response.headers["Cache-Control"] = "no-store, no-transform"
    response.headers["X-Accel-Buffering"] = "no"


def when_over(response: Response, upstream: BaseHTTPResponse, leave: Callable[[], None] | None) -> None:
    """
    Close the backend's side with the browser's.

    Not by a `finally` in the generator: one that was never started (the browser left before the first piece) is
    closed without running it.
    """
    response.call_on_close(upstream.close)
    if leave is not None:
        response.call_on_close(leave)


def title_of(headers: object) -> str:
    """The page title a fragment wishes for, or ""."""
    get = getattr(headers, "get", None)
    return unquote(get("Studio-Title") or "")[:200] if get else ""
