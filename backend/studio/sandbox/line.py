"""
The connection to one caller: reads the body, keeps time, notices that the caller left, and can hang up.

**Hanging up.** ASGI has no word for it: an application can only end its answer properly, or return early,
upon which uvicorn logs an error and, before the headers, sends a 500 of its own. So `drop` closes the
transport itself and then waits for `http.disconnect`; after that uvicorn regards the caller as gone and says
nothing. The transport belongs to uvicorn's request cycle, whose `run_asgi` is the outermost coroutine of the
task we run in. That way survives any wrapper around `receive` and `send`; only middleware that moves the
application to another task hides it (Starlette's BaseHTTPMiddleware), and then a drop is an early return: the
client sees the same, uvicorn logs one line.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from studio.sandbox.steps import Drop, Later, Reply

DROPPED = "sandbox.dropped"
EXPOSED = (b"access-control-expose-headers", b"X-Generation-Id,X-Provider-Name,request-id,cf-ray")
# One picture at a time: a canvas of 2048 x 2048 takes up to 50 MB, and the two processors have other work.
MAKERS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")
LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)


class CallerLeft(Exception):
    """The caller closed the connection before the answer was complete."""


class BodyTooLarge(Exception):
    """The request body exceeds the limit."""


class Line:
    """One request and its answer. Times are seconds after the moment it was made."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.is_abandoned = False
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._is_finished = False
        self._nap: asyncio.Future[None] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def root(self) -> str:
        """The address under which the caller reached the sandbox, without a slash at its end."""
        host = Headers(scope=self.scope).get("host", "127.0.0.1")
        return f"{self.scope.get('scheme', 'http')}://{host}{self.scope.get('root_path', '')}"

    async def body(self, limit_bytes: int) -> bytes:
        """
        The whole request body; from here on a leaving caller is noticed. Raises BodyTooLarge, CallerLeft.
        """
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_abandoned = True
                raise CallerLeft
            part = message.get("body", b"")
            size += len(part)
            if size > limit_bytes:
                raise BodyTooLarge
            parts.append(part)
            if not message.get("more_body"):
                self._watcher = asyncio.create_task(self._watch())
                return b"".join(parts)

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, data: bytes) -> None:
        """One chunk of the body, in one write. Raises CallerLeft."""
        if self.is_abandoned:
            raise CallerLeft
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        self._is_finished = True
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def until(self, seconds: float) -> None:
        """
        Sleep to an absolute time; returns at once when it has passed. Raises CallerLeft, also in mid sleep.
        """
        if self.is_abandoned:
            raise CallerLeft
        moment = self._began + seconds
        if moment <= self._loop.time():
            return
        nap = self._nap = self._loop.create_future()
        alarm = self._loop.call_at(moment, _wake, nap)
        try:
            await nap
        finally:
            alarm.cancel()
            self._nap = None

    async def made(self, make: Callable[[], bytes]) -> bytes:
        """
        What `make` returns, from a thread. Raises CallerLeft, also while it waits for its turn or is being made.
        """
        if self.is_abandoned:
            raise CallerLeft
        work = self._loop.run_in_executor(MAKERS, make)
        nap = self._nap = self._loop.create_future()
        work.add_done_callback(lambda _: _wake(nap))
        try:
            await nap
        except BaseException:
            work.cancel()
            raise
        finally:
            self._nap = None
        return await work

    async def drop(self, how: Drop) -> None:
        """Close the connection in the middle of the answer, after what was written has gone out."""
        self._is_finished = True
        self.scope[DROPPED] = True
        transport = _transport_of_this_task()
        if transport is None:
            return
        if how is Drop.RESET:
            with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT_AT_ALL)
            transport.abort()
        else:
            transport.close()
        if self._watcher is not None:
            await self._watcher

    async def hang_up(self) -> None:
        """Let go of the watcher; call it exactly once, at the end."""
        if self._watcher is not None and not self._watcher.done():
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)

    async def _watch(self) -> None:
        message: MutableMapping[str, Any] = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await self._receive()
        if self._is_finished:
            return
        self.is_abandoned = True
        if self._nap is not None and not self._nap.done():
            self._nap.set_exception(CallerLeft())


async def play(reply: Reply, line: Line, *, headers: list[tuple[bytes, bytes]], speed: float) -> None:
    """Perform the reply; `speed` divides all of its times unless it is exact. Raises CallerLeft."""
    speed = 1.0 if reply.is_exact else speed
    if reply.headers_after:
        await line.until(reply.headers_after / speed)
    if reply.drop_first is not None:
        return await line.drop(reply.drop_first)
    await line.start(reply.status, [*headers, *_encoded(reply)])
    for step in reply.script:
        if type(step) is bytes:
            await line.write(step)
        elif type(step) is float:
            await line.until(step / speed)
        elif isinstance(step, Later):
            await line.write(await line.made(step.make))
        elif isinstance(step, Drop):
            return await line.drop(step)
    await line.finish()


def _encoded(reply: Reply) -> list[tuple[bytes, bytes]]:
    headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers]
    if reply.media_type is not None:
        headers.append((b"content-type", reply.media_type.encode()))
    if reply.media_type == "text/event-stream":
        headers.append((b"cache-control", b"no-cache"))
    return [*headers, (b"access-control-allow-origin", b"*"), EXPOSED]


def _wake(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)


def _transport_of_this_task() -> asyncio.Transport | None:
    task = asyncio.current_task()
    frame = getattr(task.get_coro(), "cr_frame", None) if task is not None else None
    cycle = frame.f_locals.get("self") if frame is not None else None
    return getattr(cycle, "transport", None)
