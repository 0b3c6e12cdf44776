"""
Remembers what callers sent and how each exchange ended, for tests: `GET /_requests` and `DELETE /_requests`.

A plain ASGI wrapper: it reads over the shoulder of `receive` and `send` and changes nothing.
"""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.sandbox.line import DROPPED

OWN_PATH = "/_requests"


@dataclass(slots=True)
class Exchange:
    """
    One request. `outcome` is running, complete, client-left or dropped (by the sandbox, on purpose).

    Times are milliseconds after the request arrived; `left_after_ms` is set when the caller closed too early.
    """

    number: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any = None
    received_at: float = 0.0
    status: int | None = None
    writes: int = 0
    bytes_sent: int = 0
    outcome: str = "running"
    finished_after_ms: float | None = None
    left_after_ms: float | None = None
    _raw: bytearray = field(default_factory=bytearray)
    _began: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if not key.startswith("_")}


class Recorder:
    """Wraps the sandbox and adds to `exchanges`, newest last."""

    def __init__(self, app: ASGIApp, exchanges: deque[Exchange]) -> None:
        self.app = app
        self.exchanges = exchanges
        self._number = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith((OWN_PATH, "/healthz")):
            return await self.app(scope, receive, send)
        exchange = self._open(scope)
        try:
            await self.app(scope, _listening(exchange, receive), _watching(exchange, send))
        finally:
            if exchange.outcome == "running":
                exchange.outcome = "dropped" if scope.get(DROPPED) else "client-left"
            exchange.finished_after_ms = _elapsed_ms(exchange)

    def _open(self, scope: Scope) -> Exchange:
        self._number += 1
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path, query = (
            scope["path"].removeprefix(scope.get("root_path", "")),
            scope["query_string"].decode("latin-1"),
        )
        exchange = Exchange(self._number, scope["method"], path, query, headers, received_at=time.time())
        exchange._began = time.monotonic()
        self.exchanges.append(exchange)
        return exchange


def _listening(exchange: Exchange, receive: Receive) -> Receive:
    async def listen() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            exchange._raw += message.get("body", b"")
            if not message.get("more_body"):
                exchange.body = _decoded(bytes(exchange._raw))
        elif exchange.outcome == "running" and exchange.left_after_ms is None:
            exchange.left_after_ms = _elapsed_ms(exchange)
        return message

    return listen


def _watching(exchange: Exchange, send: Send) -> Send:
    async def watch(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
        else:
            exchange.writes += 1
            exchange.bytes_sent += len(message.get("body", b""))
            if not message.get("more_body"):
                exchange.outcome = "complete"
        await send(message)

    return watch


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")


def _elapsed_ms(exchange: Exchange) -> float:
    return round(1000 * (time.monotonic() - exchange._began), 1)
