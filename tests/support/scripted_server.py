"""
An HTTP server that does exactly what a test says: these bytes, this pause, this drop.

    async with ScriptedServer() as server:
        server.play(stream(chunk(content="Hello")), DROP)      # answers the first request
        server.play(answer(200, {"data": []}))                 # answers the second
        ...
    server.asked[0].json, server.asked[0].headers["authorization"], await server.asked[0].disconnected.wait()

It parses no more of HTTP than it must, so that it can also say what no library would say.
"""

import asyncio
import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Wait:
    """Go on once the test says so."""

    until: asyncio.Event


class _Mark:
    pass


DROP: Final = _Mark()  # the connection is reset
CLOSE: Final = _Mark()  # the connection is closed in good order
HOLD: Final = _Mark()  # silence until the client goes

Step = bytes | Pause | Wait | _Mark


@dataclass
class Asked:
    """One request as it came. `disconnected` is set once the client has closed the connection behind it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ScriptedServer:
    """Plays its scripts in order, one for each request; a request without a script gets a 599."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self._tls = tls
        self._scripts: deque[tuple[Step, ...]] = deque()
        self._standing: dict[str, tuple[Step, ...]] = {}
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{port}/v1"

    def play(self, *steps: Step) -> None:
        self._scripts.append(steps)

    def always(self, target: str, *steps: Step) -> None:
        """Answers every request for that address, out of turn."""
        self._standing[target] = steps

    async def __aenter__(self) -> "ScriptedServer":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in tuple(self._open):
            connection.end()

    def next_script(self, target: str) -> tuple[Step, ...]:
        if target in self._standing:
            return self._standing[target]
        return self._scripts.popleft() if self._scripts else (answer(599, {"error": "no script"}),)


class _Connection(asyncio.Protocol):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._buffer = b""
        self._number = 0
        self._asked: Asked | None = None
        self._player: asyncio.Task[None] | None = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._server.connections += 1
        self._number = self._server.connections
        self._server._open.add(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(body) < length:
            return
        self._buffer = body[length:]
        method, target, _ = first.split(" ", 2)
        self._asked = Asked(method, target, headers, body[:length], self._number)
        self._server.asked.append(self._asked)
        self._player = asyncio.ensure_future(self._play(self._asked, self._server.next_script(target)))

    def eof_received(self) -> None:
        self._gone()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone()
        self._server._open.discard(self)
        if self._player is not None:
            self._player.cancel()

    def end(self) -> None:
        if self._player is not None:
            self._player.cancel()
        self._transport.abort()

    def _gone(self) -> None:
        if self._asked is not None:
            self._asked.disconnected.set()

    async def _play(self, asked: Asked, script: Iterable[Step]) -> None:
        for step in script:
            if isinstance(step, bytes):
                self._transport.write(step)
                await asyncio.sleep(0)
            elif isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            elif isinstance(step, Wait):
                await step.until.wait()
            elif step is HOLD:
                await asked.disconnected.wait()
            elif step is CLOSE:
                self._transport.close()
            else:
                self._reset()

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # close with a reset instead of an orderly end
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()


def head(
    status: int = 200, content_type: str | None = "text/event-stream", *, chunked: bool = True, **headers: str
) -> bytes:
    """Status line and headers. Underscores in names become hyphens: `Retry_After="1"`."""
    lines = [f"HTTP/1.1 {status} Scripted"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def piece(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


END: Final = b"0\r\n\r\n"


def answer(status: int, document: object, content_type: str = "application/json", **headers: str) -> bytes:
    """A whole answer; `document` is bytes as they are, or anything as JSON."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return head(status, content_type, chunked=False, Content_Length=str(len(body)), **headers) + body


def event(document: object) -> bytes:
    return b"data: " + (document if isinstance(document, bytes) else json.dumps(document).encode()) + b"\n\n"


DONE: Final = event(b"[DONE]")


def chunk(finish: str | None = None, /, **fields: object) -> dict[str, Any]:
    """One piece of an answer as servers send it; keywords are the fields of its delta."""
    return {
        "id": "gen-1790000000-A",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "acme/chat-1",
        "choices": [
            {"index": 0, "delta": {"role": "assistant", "content": "", **fields}, "finish_reason": finish}
        ],
    }


def stream(*events: object, done: bool = True, **headers: str) -> bytes:
    """A whole streamed answer: dicts become events, bytes go out as they are."""
    body = b"".join(e if isinstance(e, bytes) else event(e) for e in events) + (DONE if done else b"")
    return head(200, "text/event-stream", chunked=True, **headers) + piece(body) + END
