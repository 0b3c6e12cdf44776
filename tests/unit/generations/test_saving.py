"""What of an answer is in the database while it grows: each word once, whatever a disk does meanwhile."""

import asyncio
from concurrent.futures import Future

import duckdb
import pytest
from studio.db import Database, Row
from studio.generations.generation import Generation, State
from studio.generations.live import Live
from studio.generations.recovery import recover
from studio.generations.saving import save_pieces, store_end

from tests.support.generations import asked_for, pieces_of, stored
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio


class Moody:
    """A database whose writes wait until somebody lets them through, or fails them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.waiting: list[tuple[tuple[Row, ...], Future[None]]] = []

    def write_soon(self, *rows: Row) -> "Future[None]":
        future: Future[None] = Future()
        self.waiting.append((rows, future))
        return future

    async def let_through(self) -> None:
        rows, future = self.waiting.pop(0)
        await asyncio.wrap_future(self._db.write_soon(*rows))
        future.set_result(None)

    def fail(self) -> None:
        self.waiting.pop(0)[1].set_exception(duckdb.IOException("no space left on device"))


def live_of(generation: Generation, *words: str) -> Live:
    live = Live(generation)
    for word in words:
        live.say(word)
        live.flush()
    return live


async def test_each_save_writes_what_came_since_the_last_one(db: Database) -> None:
    generation = asked_for(db)
    live = live_of(generation, "a ", "b ")

    first = await save_pieces(db, [live])
    live.say("c ")
    live.flush()
    second = await save_pieces(db, [live])
    third = await save_pieces(db, [live])

    assert (first, second, third) == (2, 1, 0)
    assert "".join(pieces_of(db, generation.id)) == "a b c "


async def test_many_answers_are_saved_together_and_not_mixed(db: Database) -> None:
    generations = [asked_for(db, state=State.RUNNING) for _ in range(20)]
    lives = [live_of(generation, f"{number} ", "!") for number, generation in enumerate(generations)]

    await save_pieces(db, lives)
    recover(db)

    assert [stored(db, generation.id).text for generation in generations] == [f"{n} !" for n in range(20)]


async def test_a_save_under_way_while_the_end_fails_doubles_no_word(db: Database) -> None:
    generation, moody = asked_for(db, state=State.RUNNING), Moody(db)
    live = live_of(generation, "a ", "b ")
    saving = asyncio.create_task(save_pieces(moody, [live]))  # type: ignore[arg-type]
    await soon(lambda: moody.waiting)
    live.say("c")
    live.flush()
    ending = asyncio.create_task(store_end(moody, live, generation, lambda: False))  # type: ignore[arg-type]
    await soon(lambda: len(moody.waiting) == 2)

    moody.waiting.reverse()
    moody.fail()
    await soon(lambda: live.notice)
    await moody.let_through()
    await saving
    again = asyncio.create_task(save_pieces(moody, [live]))  # type: ignore[arg-type]
    await soon(lambda: moody.waiting)
    await moody.let_through()
    await again
    ending.cancel()
    await ending
    recover(db)

    assert stored(db, generation.id).text == "a b c"


async def test_nothing_is_saved_beside_an_end_that_is_being_written(db: Database) -> None:
    generation, moody = asked_for(db, state=State.RUNNING), Moody(db)
    live = live_of(generation, "a ")
    ending = asyncio.create_task(store_end(moody, live, generation, lambda: False))  # type: ignore[arg-type]
    await soon(lambda: moody.waiting)

    assert await save_pieces(db, [live]) == 0

    await moody.let_through()
    assert await ending is True
    assert pieces_of(db, generation.id) == []


async def test_leaving_gives_up_an_end_that_cannot_be_written(db: Database) -> None:
    generation, moody = asked_for(db, state=State.RUNNING), Moody(db)
    live = live_of(generation, "a ")
    ending = asyncio.create_task(store_end(moody, live, generation, lambda: True))  # type: ignore[arg-type]
    await soon(lambda: moody.waiting)

    moody.fail()

    assert await ending is False
    assert stored(db, generation.id).state is State.RUNNING
