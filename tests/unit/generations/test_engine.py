"""The engine with a real adapter and a real database: every way in which an answer can end."""

import asyncio
import time
from decimal import Decimal

import pytest
from studio.db import Database
from studio.generations.engine import SAVE_SECONDS, Engine
from studio.generations.generation import Generation, State
from studio.generations.live import Live
from studio.providers import Adapter, Provider

from tests.support.generations import FullDisk, asked_for, pieces_of, request_for, soon, stored
from tests.support.scripted_server import (
    DROP,
    HOLD,
    ScriptedServer,
    Wait,
    answer,
    chunk,
    event,
    head,
    piece,
    stream,
)

pytestmark = pytest.mark.anyio

USAGE = {
    "id": "gen-1790000000-A",
    "choices": [],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "cost": 0.000123},
}
WHOLE = stream(chunk(content="Plates "), chunk(content="stack."), chunk("stop"), USAGE)


def begun(*words: str) -> bytes:
    """The beginning of a streamed answer, whose end is up to the next step."""
    return head() + piece(b"".join(event(chunk(content=word)) for word in words))


async def run(engine: Engine, db: Database, provider: Provider, **more: str) -> tuple[Generation, Live]:
    generation = asked_for(db)
    live = await engine.start(generation, provider, request_for(generation), **more)
    return generation, live


async def ended(live: Live) -> None:
    await soon(lambda: live.is_over)


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
