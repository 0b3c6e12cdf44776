"""The sandbox on a real socket, for tests, and a reader that sees what is on the wire, byte by byte."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from tests.support.waiting import until

KEY = {"Authorization": "Bearer sk-sandbox"}
PATIENCE_SECONDS = 10.0


@contextmanager
def served(app: ASGIApp, *, path: str = "") -> Iterator[str]:
    """The app on a free port, in a thread; yields its base address with `path` behind it."""
    # An idle connection is kept as long as in production: the client lets go first, and nothing is sent into a close.
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="error",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=95,
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{path}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


def question(
    text: str = "Why do plates stack?", *, model: str, stream: bool = True, **more: Any
) -> dict[str, Any]:
    """A chat request with one user message."""
    return {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}], **more}


@dataclass
class Wire:
    """An answer as it came: status 0 when the connection ended first; `ended` is clean, cut or reset."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)
    ended: str = "cut"

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


def on_the_wire(base: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Wire:
    """POST /chat/completions over a bare socket; keeps the frames of the chunked encoding apart."""
    address = urlsplit(base)
    raw = json.dumps(body).encode()
    lines = [f"POST {address.path}/chat/completions HTTP/1.1", f"Host: {address.netloc}"]
    lines += [f"{name}: {value}" for name, value in {**KEY, **(headers or {})}.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(raw)}", "Connection: close"]
    wire = Wire()
    with socket.create_connection(
        (address.hostname or "", address.port or 0), timeout=PATIENCE_SECONDS
    ) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + raw)
        reader = line.makefile("rb")
        try:
            _read(reader, wire)
        except ConnectionResetError:
            wire.ended = "reset"
    return wire


def _read(reader: Any, wire: Wire) -> None:
    status_line = reader.readline()
    if not status_line:
        return
    wire.status = int(status_line.split()[1])
    while line := reader.readline().strip().decode():
        name, _, value = line.partition(": ")
        wire.headers[name.lower()] = value
    if "content-length" in wire.headers:
        wire.chunks.append(reader.read(int(wire.headers["content-length"])))
        wire.ended = "clean"
        return
    while size := reader.readline():
        if int(size, 16) == 0:
            wire.ended = "clean"
            return
        wire.chunks.append(reader.read(int(size, 16)))
        reader.readline()


def events(body: bytes) -> list[str]:
    """The `data` of each complete event, as the SSE standard reads them."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    found: list[str] = []
    lines: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text)[:-1]:
        name, _, value = line.partition(":")
        if not line:
            found += ["\n".join(lines)] if lines else []
            lines = []
        elif name == "data":
            lines.append(value.removeprefix(" "))
    return found


@dataclass
class Seen:
    """What a careful reader makes of an answer."""

    text: str = ""
    reasoning: str = ""
    finish: str | None = None
    error: Any = None
    usage: dict[str, Any] | None = None
    is_done: bool = False
    models: set[str] = field(default_factory=set)
    chunks: list[dict[str, Any]] = field(default_factory=list)


def seen(wire: Wire) -> Seen:
    """Read a stream to `[DONE]`, or a JSON body."""
    result = Seen()
    if wire.headers.get("content-type") == "text/event-stream":
        for data in events(wire.body):
            if data == "[DONE]":
                result.is_done = True
                break
            _take(result, json.loads(data) or {}, "delta")
        return result
    try:
        body = json.loads(wire.body)
    except ValueError:
        result.error = wire.body or "nothing"
        return result
    if "detail" in body:
        result.error = body["detail"]
    _take(result, body, "message")
    return result


def _take(result: Seen, chunk: dict[str, Any], key: str) -> None:
    result.chunks.append(chunk)
    result.models |= {chunk["model"]} if "model" in chunk else set()
    result.error = chunk.get("error", result.error)
    result.usage = chunk.get("usage") or result.usage
    for choice in chunk.get("choices") or ():
        piece = choice.get(key) or {}
        result.text += piece.get("content") or ""
        result.reasoning += piece.get("reasoning") or piece.get("reasoning_content") or ""
        result.finish = choice.get("finish_reason") or result.finish
        result.error = choice.get("error", result.error)
