"""
The only door to the backend: one pool of kept connections, and what may be tried again.

urllib3 rather than http.client. On a busy machine of two cores, reading one event of a chunked stream cost the reading
thread about 30 µs with urllib3's `stream()` (38 µs with its `read1()`), 26 µs with http.client.read1 and 25 µs with a
decoder of our own on the raw socket, each ± 4; the whole way through granian took 50 to 80 µs, where the difference
drowned. It buys the pool, which notices that a kept connection is dead before it sends a POST down it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError
from urllib3.response import BaseHTTPResponse

CONNECT_SECONDS = 2.0
READ_SECONDS = 30.0
STREAM_READ_SECONDS = 35.0  # the backend sends a heartbeat comment every 12 s
PROGRAM_READ_SECONDS = 600.0  # over /v1, an answer that is not streamed begins when the model is done
CONNECTIONS = 600
BLOCK_BYTES = 65536

_REPEATABLE = frozenset({"GET", "HEAD"})


class BackendDown(Exception):
    """
    The backend could not be reached, or fell silent, before its answer began.

    `arrived` says whether the request may have reached it: then only a person can decide to send it again.
    """

    def __init__(self, cause: Exception, *, arrived: bool) -> None:
        super().__init__(type(cause).__name__)
        self.arrived = arrived


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the backend."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Backend:
    """Calls the backend. Safe for many threads; holds nothing but connections."""

    def __init__(self, base_url: str) -> None:
        self._pool = urllib3.connection_from_url(
            base_url,
            maxsize=CONNECTIONS,
            block=False,  # a stream more than the pool keeps gets a connection of its own, not a wait
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
        )

    def open(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        *,
        body: bytes | Iterable[bytes] | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> BaseHTTPResponse:
        """
        The answer with its status and headers, its body still unread; the caller closes or reads it.

        `target` is a path with its query, percent-encoded. A `body` that is iterable is sent as it comes, with the
        Content-Length among `headers` or else chunked. Tried a second time only when nothing of it can have arrived,
        or when the method is GET or HEAD. Raises BackendDown; what `body` raises comes through, the connection closed.
        """
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds)
        for is_last in (False, True):
            try:
                return self._pool.urlopen(
                    method,
                    target,
                    body=body,
                    headers=headers,
                    timeout=timeout,
                    retries=False,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                )
            except (NewConnectionError, ProtocolError) as error:
                arrived = not isinstance(error, NewConnectionError)
                if is_last or (arrived and method not in _REPEATABLE):
                    raise BackendDown(error, arrived=arrived) from error
            except HTTPError as error:  # waited long enough: asking again would double the wait
                raise BackendDown(error, arrived=not isinstance(error, ConnectTimeoutError)) from error
        raise AssertionError("the second try either returns or raises")

    def fetch(
        self, target: str, headers: Mapping[str, str] | None = None, *, read_seconds: float = READ_SECONDS
    ) -> Answer:
        """GET the whole answer. Raises BackendDown, also when the body is cut."""
        return read_whole(self.open("GET", target, headers or {}, read_seconds=read_seconds))

    def is_ready(self) -> bool:
        """Whether the backend's own /readyz says so, within 2 s."""
        try:
            return self.fetch("/readyz", read_seconds=CONNECT_SECONDS).status == 200
        except BackendDown:
            return False


def read_whole(response: BaseHTTPResponse) -> Answer:
    """Read the body and hand the connection back to the pool. Raises BackendDown when the body is cut."""
    try:
        return Answer(response.status, response.headers, response.read(decode_content=False))
    except (HTTPError, OSError) as error:
        raise BackendDown(error, arrived=True) from error
    finally:
        response.release_conn()


def pieces(response: BaseHTTPResponse) -> Iterator[bytes]:
    """
    The body as it arrives: each chunk of a chunked answer at once, a body of known length in blocks of 64 KB.

    Raises HTTPError or OSError when it is cut or silent for longer than the read timeout.
    """
    if getattr(response, "chunked", False) or "Content-Length" in response.headers:
        yield from response.stream(BLOCK_BYTES, decode_content=False)
        return
    # It ends with its connection: `stream` would wait for whole blocks.
    while piece := response.read1(BLOCK_BYTES, decode_content=False):
        yield piece
