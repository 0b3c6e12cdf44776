"""Stopping an answer, ending the process, and what the stopped answer has cost."""

import asyncio
import time
from decimal import Decimal

import pytest
from studio.db import Database
from studio.generations.engine import Engine
from studio.generations.generation import State
from studio.generations.live import Live
from studio.providers import Adapter, Provider

from tests.support.generations import begun, ended, run, stored
from tests.support.scripted_server import (
    DROP,
    HOLD,
    ScriptedServer,
    Wait,
    answer,
    chunk,
    event,
    piece,
)
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio


async def test_stopping_closes_the_connection_within_a_second_and_keeps_what_came(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    began = time.monotonic()
    await engine.cancel(generation.id)
    found = stored(db, generation.id)
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)

    assert time.monotonic() - began < 1
    assert (found.state, found.reason, found.text) == (State.CANCELLED, "cancelled", "Plates ")
    assert found.reason_text == "Stopped by you. What came until then is kept."
    assert live.is_over


async def test_words_that_were_not_yet_a_piece_are_kept_when_stopped(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates ", "stack ", "well "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.pieces)
    live.say("and high")

    await engine.cancel(generation.id)

    assert stored(db, generation.id).text == "Plates stack well and high"


async def test_stopping_before_anything_happened_is_stored_too(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(HOLD)
    generation, live = await run(engine, db, provider)

    await engine.cancel(generation.id)

    assert stored(db, generation.id).state is State.CANCELLED
    assert live.is_over
    assert engine.running == 0


async def test_stopping_twice_at_once_ends_it_once(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    await asyncio.gather(*(engine.cancel(generation.id) for _ in range(5)))
    await engine.cancel(generation.id)

    assert stored(db, generation.id).state is State.CANCELLED
    assert stored(db, generation.id).text == "Plates "


async def test_stopping_one_leaves_the_others_alone(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    go_on = asyncio.Event()
    server.play(begun("Plates "), HOLD)
    server.play(begun("Forks "), Wait(go_on), piece(event(chunk("stop"))), HOLD)
    stopped, live = await run(engine, db, provider)
    await soon(lambda: live.text)
    other, other_live = await run(engine, db, provider)
    await soon(lambda: other_live.text)

    await engine.cancel(stopped.id)
    go_on.set()
    await ended(other_live)

    assert stored(db, other.id).state is State.DONE


async def test_the_cost_of_a_stopped_answer_is_asked_for_later(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), HOLD)
    server.play(answer(404, {"error": {"code": 404, "message": "not yet"}}))
    server.play(answer(200, {"data": {"id": "gen-1790000000-A", "total_cost": 0.0042}}))
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    await engine.cancel(generation.id)
    await soon(lambda: stored(db, generation.id).outcome.cost_usd)

    assert stored(db, generation.id).outcome.cost_usd == Decimal("0.0042")
    assert stored(db, generation.id).state is State.CANCELLED
    assert "gen-1790000000-A" in server.asked[1].target


async def test_a_cost_that_nobody_knows_stays_unknown(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), DROP)
    server.play(answer(500, {"error": {"code": 500, "message": "no"}}))

    generation, live = await run(engine, db, provider)
    await ended(live)
    await soon(lambda: len(server.asked) >= 2 and not engine._background)

    assert stored(db, generation.id).outcome.cost_usd is None


async def test_closing_ends_what_runs_as_interrupted_and_keeps_it(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    await engine.close()

    found = stored(db, generation.id)
    assert (found.state, found.reason, found.text) == (State.INTERRUPTED, "restarted", "Plates ")
    assert found.reason_text and "restarted" in found.reason_text


async def test_closing_lets_an_answer_finish_that_is_nearly_done(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    go_on = asyncio.Event()
    engine = Engine(db, adapter, drain_seconds=5)
    server.play(begun("Plates "), Wait(go_on), piece(event(chunk("stop"))), HOLD)
    generation, live = await run(engine, db, provider)
    await soon(lambda: live.text)

    closing = asyncio.create_task(engine.close())
    await asyncio.sleep(0)
    go_on.set()
    await closing

    assert stored(db, generation.id).state is State.DONE


async def test_leaving_lets_watchers_go_and_takes_no_new_ones(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(begun("Plates "), HOLD)
    _, live = await run(engine, db, provider)
    seen = [pieces async for pieces in _until_text(live)]

    engine.leave()
    later = [pieces async for pieces in live.watch(0)]
    await engine.close()

    assert seen
    assert later == []


async def _until_text(live: Live):  # type: ignore[no-untyped-def]
    async for pieces in live.watch(0):
        yield pieces
        if live.text:
            return
