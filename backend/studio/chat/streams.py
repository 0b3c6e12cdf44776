"""A growing answer as htmx partials over server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from markupsafe import Markup

from studio.chat.growing import blocks_of
from studio.generations.live import Live, Piece
from studio.generations.streams import HEARTBEAT
from studio.html import Page

SECONDS_BETWEEN = 0.05
SECONDS_PER_WATCHER = 0.002
_watchers = 0

Finish = Callable[[], Markup]


def pace(watchers: int) -> float:
    """
    Seconds between two renderings for one watcher.

    One rendering of a tail costs some 0.4 ms; with the pause growing with the number of watchers, all together never
    take more than about a fifth of one core, however many there are.
    """
    return max(SECONDS_BETWEEN, SECONDS_PER_WATCHER * watchers)


async def html_events(
    live: Live, message_id: UUID, after: int, page: Page, finish: Finish
) -> AsyncIterator[bytes]:
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
                yield sse(_partials(page, live, message_id, after, pieces), pieces[-1].number)
                after = pieces[-1].number
                await asyncio.sleep(pace(_watchers))
            else:
                yield HEARTBEAT
            if live.notice != notice:
                notice = live.notice
                yield sse(page.render("chat/growing.html", ["notice"], id=message_id, notice=notice), after)
    finally:
        _watchers -= 1
    if not live.is_over:
        return
    yield sse(await asyncio.to_thread(finish), None)
    yield b"event: done\ndata: end\n\n"


def _partials(page: Page, live: Live, message_id: UUID, after: int, pieces: list[Piece]) -> Markup:
    blocks = blocks_of(live)
    first = blocks.closed_after(after)
    return page.render(
        "chat/growing.html",
        ["pieces"],
        id=message_id,
        closed=blocks.closed[first : blocks.closed_after(pieces[-1].number)],
        tail=blocks.tail_html,
        reasoning="".join(piece.reasoning for piece in pieces),
        is_first=after == 0,
        is_first_reasoning=not any(piece.reasoning for piece in live.pieces[:after]),
    )


def sse(html: str, number: int | None) -> bytes:
    """One SSE message; line breaks inside the HTML become further data lines."""
    lines = [f"id: {number}"] if number is not None else []
    lines += [f"data: {line}" for line in html.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()
