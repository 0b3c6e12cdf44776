"""What is said and how it ended, on its way to a database that takes nothing for a while."""

import asyncio
import time

import pytest
from studio.db import Database
from studio.generations.engine import SAVE_SECONDS, Engine
from studio.generations.generation import State
from studio.providers import Adapter, Provider

from tests.support.generations import WHOLE, FullDisk, begun, ended, pieces_of, run, stored
from tests.support.scripted_server import (
    HOLD,
    ScriptedServer,
)
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio


async def test_what_is_said_is_in_the_database_within_half_a_second(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    engine = Engine(db, adapter, drain_seconds=0)
    engine.start_saving()
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    said_at = time.monotonic()
    await soon(lambda: pieces_of(db, generation.id) == ["Plates "])
    saved_after = time.monotonic() - said_at
    await engine.close()

    assert SAVE_SECONDS < 0.5
    assert saved_after < SAVE_SECONDS + 0.3, "the rest is the patience of a busy machine"


async def test_each_piece_is_saved_once_however_often_it_is_looked_for(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: pieces_of(db, generation.id))
    live.say("stack ")
    live.flush()
    await soon(lambda: len(pieces_of(db, generation.id)) == 2)
    live.say("well.")
    live.flush()

    await soon(lambda: live.saved == 3)

    assert pieces_of(db, generation.id) == ["Plates ", "stack ", "well."]


async def test_pieces_that_could_not_be_saved_are_saved_later(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    disk = FullDisk(db)
    engine = Engine(disk, adapter, save_seconds=0.01, drain_seconds=0)  # type: ignore[arg-type]
    engine.start_saving()
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text and disk.failures >= 3)
    live.say("stack.")
    live.flush()

    disk.is_full = False
    await soon(lambda: "".join(pieces_of(db, generation.id)) == "Plates stack.")
    await engine.close()

    assert stored(db, generation.id).text == "Plates stack."


async def test_an_end_that_cannot_be_stored_is_not_told_and_not_lost(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    disk = FullDisk(db)
    engine = Engine(disk, adapter, save_seconds=0.01, drain_seconds=0.05)  # type: ignore[arg-type]
    engine.start_saving()
    server.play(WHOLE)
    generation, live = await run(engine, db, provider)

    await soon(lambda: live.notice and "cannot store it" in live.notice)
    assert not live.is_over
    assert engine.find(generation.id) is live
    disk.is_full = False
    await ended(live)

    assert stored(db, generation.id).state is State.DONE
    assert stored(db, generation.id).text == "Plates stack."
    assert pieces_of(db, generation.id) == []
    await engine.close()


async def test_closing_does_not_wait_for_a_disk_that_stays_full(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    disk = FullDisk(db)
    engine = Engine(disk, adapter, save_seconds=0.01, drain_seconds=0.05)  # type: ignore[arg-type]
    engine.start_saving()
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    await asyncio.wait_for(engine.close(), 5)

    assert stored(db, generation.id).state is State.WAITING, "the next process ends it"
    assert engine.running == 0


async def test_stop_does_not_give_up_an_end_that_cannot_be_stored(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    disk = FullDisk(db)
    engine = Engine(disk, adapter, drain_seconds=0.05)  # type: ignore[arg-type]
    server.play(WHOLE)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.notice and "cannot store it" in live.notice)

    stopping = asyncio.create_task(engine.cancel(generation.id))
    await soon(lambda: disk.failures >= 2)
    disk.is_full = False
    await stopping

    assert stored(db, generation.id).state is State.DONE
    assert live.is_over
    await engine.close()
