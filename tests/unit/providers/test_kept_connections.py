"""A connection that the server closes as idle in the moment it is used again costs nobody an answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from studio.providers import Adapter, Finished, Provider, UpstreamBrokeOff

from tests.support.answers import QUESTION, hear

pytestmark = pytest.mark.anyio

BODY = b'{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)

Drops = Callable[[int, int], bool]


class Counted:
    """How many connections were made and how many requests came on them."""

    connections = 0
    requests = 0


@asynccontextmanager
async def server(drops: Drops) -> AsyncIterator[tuple[Provider, Counted]]:
    """Answers every request and keeps the connection, but closes it unanswered where `drops(connection, request)`."""
    counted = Counted()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counted.connections += 1
        connection, request = counted.connections, 0
        while head := await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b"":
            length = next(
                int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            request += 1
            counted.requests += 1
            if drops(connection, request):
                break
            writer.write(ANSWER)
            await writer.drain()
        writer.close()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listening = await asyncio.start_server(guarded, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield Provider("p", "Provider", "openai", f"http://127.0.0.1:{port}/v1"), counted
    finally:
        listening.close()


async def test_a_question_on_a_connection_closed_as_idle_is_sent_again_on_another() -> None:
    async with (
        server(lambda connection, request: connection == 1 and request == 2) as (provider, counted),
        Adapter() as adapter,
    ):
        await hear(adapter, provider, QUESTION)

        outcome = await hear(adapter, provider, QUESTION)

    assert isinstance(outcome.events[-1], Finished)
    assert (counted.connections, counted.requests) == (2, 3)


async def test_a_question_on_a_new_connection_that_is_dropped_is_never_sent_again() -> None:
    async with server(lambda connection, request: True) as (provider, counted), Adapter() as adapter:
        outcome = await hear(adapter, provider, QUESTION)

    assert isinstance(outcome.error, UpstreamBrokeOff)
    assert counted.requests == 1
