"""The engine with a real adapter and a real database: every way in which an answer can end by itself."""

import asyncio
from decimal import Decimal

import pytest
from studio.db import Database
from studio.generations.engine import Engine
from studio.generations.generation import State
from studio.providers import Adapter, Provider

from tests.support.generations import (
    WHOLE,
    asked_for,
    begun,
    ended,
    pieces_of,
    request_for,
    run,
    stored,
)
from tests.support.scripted_server import (
    DROP,
    HOLD,
    ScriptedServer,
    answer,
    chunk,
    event,
    piece,
    stream,
)

pytestmark = pytest.mark.anyio


async def test_an_answer_is_stored_whole_with_everything_about_it(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(WHOLE)

    generation, live = await run(engine, db, provider)
    await ended(live)

    found, out = stored(db, generation.id), stored(db, generation.id).outcome
    assert (found.state, found.reason, found.text) == (State.DONE, "stop", "Plates stack.")
    assert found.reason_text is None
    assert (out.input_tokens, out.output_tokens, out.cost_usd) == (7, 2, Decimal("0.000123"))
    assert (out.finish_reason, out.provider_request_id) == ("stop", "gen-1790000000-A")
    assert found.last_piece == len(live.pieces) > 0
    assert out.started_at and out.first_token_at and out.finished_at
    assert found.asked_at <= out.started_at <= out.first_token_at <= out.finished_at
    assert pieces_of(db, generation.id) == []
    assert engine.find(generation.id) is None
    assert engine.running == 0


async def test_nobody_sees_an_end_that_is_not_stored(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(WHOLE)
    generation, live = await run(engine, db, provider)

    async for _ in live.watch(0):
        assert live.generation.is_finished is False

    assert live.generation.state is stored(db, generation.id).state is State.DONE


async def test_a_refusal_is_a_failure_that_costs_nothing(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(answer(403, {"error": {"code": 403, "message": "flagged"}}))

    generation, live = await run(engine, db, provider)
    await ended(live)

    found = stored(db, generation.id)
    assert (found.state, found.reason, found.text) == (State.FAILED, "upstream_refused", "")
    assert found.reason_text and "Acme Cloud" in found.reason_text
    assert found.outcome.cost_usd == 0
    assert found.outcome.finished_at


async def test_what_may_have_been_billed_has_no_cost_until_it_is_known(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(DROP)

    generation, live = await run(engine, db, provider)
    await ended(live)

    assert stored(db, generation.id).state is State.FAILED
    assert stored(db, generation.id).outcome.cost_usd is None


@pytest.mark.parametrize(
    "end", [(DROP,), (piece(event({"error": {"code": 502, "message": "gone"}})), HOLD), (piece(b""),)]
)
async def test_an_answer_that_breaks_off_keeps_what_came(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider, end: tuple[bytes, ...]
) -> None:
    server.play(begun("Plates ", "sta"), *end)

    generation, live = await run(engine, db, provider)
    await ended(live)

    found = stored(db, generation.id)
    assert (found.state, found.text) == (State.INTERRUPTED, "Plates sta")
    assert found.reason and found.reason_text
    assert pieces_of(db, generation.id) == []


async def test_a_busy_provider_is_told_of_and_tried_again(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(answer(429, {"error": {"code": 429, "message": "slow down"}}, Retry_After="0"))
    server.play(WHOLE)
    generation = asked_for(db)
    live = await engine.start(generation, provider, request_for(generation))

    notices = {live.notice async for _ in live.watch(0)}

    assert any(notice and "Trying again in 1 s." in notice for notice in notices)
    assert live.notice is None
    assert stored(db, generation.id).text == "Plates stack."


async def test_a_continued_answer_begins_with_what_was_said(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(stream(chunk(content="stack."), chunk("stop")))

    generation, live = await run(engine, db, provider, prefix="Plates ")
    assert live.text == "Plates "
    await ended(live)

    assert stored(db, generation.id).text == "Plates stack."


async def test_a_continuation_that_fails_keeps_what_was_said_before(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(answer(403, {"error": {"code": 403, "message": "flagged"}}))

    generation, live = await run(engine, db, provider, prefix="Plates ")
    await ended(live)

    assert (stored(db, generation.id).state, stored(db, generation.id).text) == (State.INTERRUPTED, "Plates ")


async def test_an_answer_that_never_ends_is_ended(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    engine = Engine(db, adapter, longest_seconds=0.2)
    server.play(begun("Plates "), HOLD)

    generation, live = await run(engine, db, provider)
    await ended(live)

    found = stored(db, generation.id)
    assert (found.state, found.reason, found.text) == (State.INTERRUPTED, "too_long", "Plates ")
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


async def test_a_fault_of_ours_is_a_failure_and_no_hanging_answer(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    generation = asked_for(db)
    unspeakable = request_for(generation)
    broken = type(unspeakable)(generation.model, [{"role": "user", "content": object()}])

    live = await engine.start(generation, provider, broken)
    await ended(live)

    assert (stored(db, generation.id).state, stored(db, generation.id).reason) == (State.FAILED, "internal")
