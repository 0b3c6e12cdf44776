"""A growing answer as htmx partials over server-sent events."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from uuid import UUID

from markupsafe import Markup

from studio.chat.growing import blocks_of
from studio.errors import StudioError
from studio.generations.live import Live
from studio.generations.said import Piece
from studio.generations.streams import HEARTBEAT
from studio.html import Page

SECONDS_BETWEEN = 0.05
MOST_SECONDS_BETWEEN = 2.0
SHARE_OF_A_CORE = 0.2
BYTES_PER_SECOND = 200_000

_LINE_END = re.compile(r"\r\n|\n|\r")  # each of them ends a line of an event
_watchers = 0

Finish = Callable[[], Markup]


def pace(watchers: int, rendering_seconds: float, size_bytes: int) -> float:
    """
    Seconds until the next rendering for one watcher, after one that took so long and became so large.

    The open block is sent whole each time, and a long one costs some ms: the pause grows with what it costs and with
    the number of watchers, so that all together take no more than a fifth of one core and none floods a slow line.
    """
    wanted = max(watchers * rendering_seconds / SHARE_OF_A_CORE, size_bytes / BYTES_PER_SECOND)
    return min(max(SECONDS_BETWEEN, wanted), MOST_SECONDS_BETWEEN)


async def html_events(
    live: Live, message_id: UUID, after: int, page: Page, finish: Finish
) -> AsyncGenerator[bytes, None]:
    """
    SSE messages of `<hx-partial>`s: new finished blocks, the tail as it is now, new reasoning; last the whole message.

    The id of each message is the number of the last piece in it, so a reader continues without loss or repetition.
    """
    global _watchers
    _watchers += 1
    notice = None
    try:
        async for pieces in live.watch(after):
            if pieces:
                began = time.perf_counter()
                message = sse(_partials(page, live, message_id, after, pieces), pieces[-1].number)
                pause = pace(_watchers, time.perf_counter() - began, len(message))
                yield message
                after = pieces[-1].number
                await asyncio.sleep(pause)
            else:
                yield HEARTBEAT
            if live.notice != notice:
                notice = live.notice
                yield sse(page.render("chat/growing.html", ["notice"], id=message_id, notice=notice), after)
    finally:
        _watchers -= 1
    if not live.is_over:
        return
    async for event in last_events(finish):
        yield event


async def last_events(finish: Finish) -> AsyncGenerator[bytes, None]:
    """The whole message, if it is still there, and the end, after which nobody connects again."""
    with suppress(StudioError):  # it was deleted while it was being written
        yield sse(await asyncio.to_thread(finish), None)
    yield b"event: done\ndata: end\n\n"


def _partials(page: Page, live: Live, message_id: UUID, after: int, pieces: list[Piece]) -> Markup:
    blocks = blocks_of(live)
    first = blocks.closed_after(after)
    reasoning = "".join(piece.reasoning for piece in pieces)
    return page.render(
        "chat/growing.html",
        ["pieces"],
        id=message_id,
        closed=blocks.closed[first : blocks.closed_after(pieces[-1].number)],
        tail=blocks.tail_html,
        reasoning=reasoning,
        is_first=after == 0,
        is_first_reasoning=bool(reasoning) and not live.pieces.has_reasoning_before(after),
    )


def sse(html: str, number: int | None) -> bytes:
    """One SSE message; line breaks inside the HTML become further data lines."""
    lines = [f"id: {number}"] if number is not None else []
    lines += [f"data: {line}" for line in _LINE_END.split(html)]
    return ("\n".join(lines) + "\n\n").encode()
