"""
A backend on a real socket that answers what a test tells it to, and remembers what it was asked.

    with FakeBackend() as backend:
        backend.answers("GET /fragments/create", "<p>hello</p>", headers={"Studio-Title": "Hi"})
        backend.streams("GET /fragments/messages/1/events", lambda stream: stream.send(b"data: 1\\n\\n"))
        ...
        backend.asked[-1].headers["authorization"]

Alice's token is known to /api/me, Ruth's too (she administers); everybody else is signed out.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.support.waiting import until

ALICE = "alice-session-token-0123456789"
RUTH = "ruth-session-token-0123456789"
PEOPLE = {
    ALICE: {"name": "Alice", "email": "alice@example.org", "role": "member"},
    RUTH: {"name": "Ruth", "email": "ruth@example.org", "role": "admin"},
}


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Stream:
    """The way back to one client, chunk by chunk."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.handler = handler
        self.client_gone = threading.Event()

    def begin(
        self, content_type: str = "text/event-stream", headers: Mapping[str, str] | None = None
    ) -> None:
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", content_type)
        self.handler.send_header("Transfer-Encoding", "chunked")
        for name, value in (headers or {}).items():
            self.handler.send_header(name, value)
        self.handler.end_headers()

    def send(self, data: bytes) -> None:
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self) -> None:
        self.handler.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """The connection breaks in the middle of the answer."""
        self.handler.connection.shutdown(socket.SHUT_RDWR)
        self.handler.close_connection = True

    def send_until_client_goes(self, data: bytes, every_seconds: float = 0.05) -> None:
        """Keep sending; `client_gone` is set when nobody takes it any more."""
        try:
            while True:
                self.send(data)
                if self.client_gone.wait(every_seconds):
                    return
        except OSError:
            self.client_gone.set()


Script = Callable[[Stream], None]


@dataclass
class FakeBackend:
    """A threading HTTP/1.1 server on a free port. A route that was not told answers 404 with a card."""

    asked: list[Asked] = field(default_factory=list)
    _connections: list[socket.socket] = field(default_factory=list)
    _routes: dict[str, Callable[[BaseHTTPRequestHandler, Asked], None]] = field(default_factory=dict)

    def __enter__(self) -> "FakeBackend":
        self.forget()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def forget(self) -> None:
        """As good as new: nothing asked yet, nothing told."""
        self.asked.clear()
        self._routes.clear()
        self._routes["GET /api/me"] = _who_am_i
        self.answers("GET /readyz", "ready")

    def note_connection(self, connection: socket.socket) -> None:
        self._connections.append(connection)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Go away: open connections break, new ones are refused. Safe to call twice."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def answers(
        self,
        route: str,
        body: str | bytes = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        content_type: str = "text/html; charset=utf-8",
    ) -> None:
        """`route` is a method and a path without query, such as "GET /fragments/create"."""
        data = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
            handler.send_response(status)
            handler.send_header("Content-Type", content_type)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                handler.send_header(name, value)
            handler.end_headers()
            if asked.method != "HEAD":
                handler.wfile.write(data)

        self._routes[route] = answer

    def streams(self, route: str, script: Script) -> None:
        """`script` writes the whole answer, its head included, in a thread of its own."""
        self._routes[route] = lambda handler, asked: script(Stream(handler))

    def drops(self, route: str, *, times: int = 1_000_000) -> None:
        """Read the request and close the connection without a word, so many times; then behave as told before."""
        before = self._routes.get(route)
        left = iter(range(times))

        def drop(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
            if next(left, None) is None and before is not None:
                before(handler, asked)
                return
            Stream(handler).cut()

        self._routes[route] = drop

    def last(self, path: str) -> Asked:
        """The latest request for `path`."""
        return next(asked for asked in reversed(self.asked) if asked.path == path)

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        asked = _read(handler)
        self.asked.append(asked)
        route = self._routes.get(f"{asked.method} {asked.path}", _nothing_here)
        route(handler, asked)


def wait_for(is_so: Callable[[], Any], *, seconds: float = 5.0) -> None:
    """Return as soon as `is_so()`; fail after `seconds`."""
    until(is_so, seconds=seconds)


def _handler_for(backend: FakeBackend) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 0

        def setup(self) -> None:
            super().setup()
            backend.note_connection(self.connection)

        def log_message(self, form: str, *args: Any) -> None:
            """Quiet: a failing test says enough."""

        def _any(self) -> None:
            try:
                backend.reply(self)
            except OSError:  # the client is gone
                self.close_connection = True

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    return Handler


def _read(handler: BaseHTTPRequestHandler) -> Asked:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(handler.rfile.readline(), 16):
            body += handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
    else:
        length = int(headers.get("content-length", 0))
        body = handler.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the request broke off")
    return Asked(handler.command, handler.path, headers, body)


def _who_am_i(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
    person = PEOPLE.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
    _send_json(handler, 200, person) if person else _send_json(handler, 401, {"error": "signed_out"})


def _nothing_here(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
    _send_json(handler, 404, {"error": "missing"})


def _send_json(handler: BaseHTTPRequestHandler, status: int, value: object) -> None:
    data = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
