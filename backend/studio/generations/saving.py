"""Writing what is said to the database while it is said, and how it ended once it has."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import structlog

from studio.db import Database, Row
from studio.generations import store
from studio.generations.ending import ending_rows
from studio.generations.generation import Generation
from studio.generations.live import Live
from studio.generations.reasons import NOT_STORED
from studio.generations.said import Piece

log = structlog.get_logger()
T = TypeVar("T")

RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)


async def save_pieces(db: Database, running: Iterable[Live]) -> int:
    """
    Write what was said since the last time, in one statement for all running generations; the number of pieces.

    They count as saved once they are durable: after a failure the next call writes them again.
    """
    fresh = [
        (live, pieces) for live in running if not live.is_ending and (pieces := live.pieces[live.saved :])
    ]
    count = sum(len(pieces) for _, pieces in fresh)
    if not fresh:
        return 0
    try:
        await asyncio.wrap_future(db.write_soon(*(_row(live, pieces) for live, pieces in fresh)))
    except Exception as error:
        # Without the trace, here and below: a database's message may quote what could not be written.
        log.error("generation.pieces_not_saved", pieces=count, error=type(error).__name__)
        return 0
    for live, pieces in fresh:
        live.saved = pieces[-1].number
    return count


def _row(live: Live, pieces: Sequence[Piece]) -> Row:
    """
    Several pieces as one row, under the number of the last: recovery only joins them.

    A row for each would be 6,400 rows a second at 256 streams, all that the writer can do; questions waited behind
    them for a second.
    """
    return store.ADD_PIECE.row(
        generation_id=live.generation.id,
        number=pieces[-1].number,
        text="".join(piece.text for piece in pieces),
        reasoning="".join(piece.reasoning for piece in pieces),
    )


async def store_end(db: Database, live: Live, ended: Generation, is_leaving: Callable[[], bool]) -> bool:
    """
    Write how it ended, again and again until that succeeds: a disk that is full for a while must cost no answer.

    False if the process ends before; the next one finds the pieces. Stop changes nothing here.
    """
    tries = 0
    while True:
        live.is_ending = True  # its words are in what is written here; a save may still be under way
        try:
            rows = await _to_the_end(asyncio.to_thread(ending_rows, db, ended))
            await _to_the_end(asyncio.wrap_future(db.write_soon(*rows)))
            return True
        except Exception as error:
            log.error("generation.end_not_stored", id=str(ended.id), error=type(error).__name__)
        if is_leaving():
            return False
        live.is_ending = False
        live.announce(NOT_STORED)
        try:
            await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
        except asyncio.CancelledError as cancelled:
            if is_leaving() or cancelled.args != ("cancelled",):
                return False
        tries += 1


async def _to_the_end(work: Awaitable[T]) -> T:
    """Wait for a step, even if this task is cancelled meanwhile: the end must be stored first."""
    future = asyncio.ensure_future(work)
    while not future.done():
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError:
            if future.cancelled():
                raise
    return future.result()
