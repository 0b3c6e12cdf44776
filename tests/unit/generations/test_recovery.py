"""After a kill: what the dead process left running is ended with what was saved of it."""

import asyncio
from decimal import Decimal

import pytest
from studio.db import Database
from studio.generations import store
from studio.generations.costs import find_cost
from studio.generations.ending import end_all
from studio.generations.engine import Engine
from studio.generations.generation import State
from studio.generations.recovery import recover
from studio.moments import now
from studio.providers import Adapter, Provider

from tests.support.generations import PROVIDER, asked_for, pieces_of, request_for, stored
from tests.support.scripted_server import HOLD, ScriptedServer, answer, chunk, event, head, piece
from tests.support.waiting import soon


def say(db: Database, generation_id: object, *words: str) -> None:
    """What a process saved before it was killed."""
    db.write(
        *(
            store.ADD_PIECE.row(
                generation_id=generation_id, number=number, text=word, reasoning=f"t{number} "
            )
            for number, word in enumerate(words, 1)
        )
    )


def test_pieces_are_folded_in_order_into_an_interrupted_answer(db: Database) -> None:
    generation = asked_for(db, state=State.RUNNING)
    words = [f"{number} " for number in range(1, 21)]
    say(db, generation.id, *words)

    assert recover(db) == 1

    found = stored(db, generation.id)
    assert (found.state, found.reason) == (State.INTERRUPTED, "restarted")
    assert found.text == "".join(words)
    assert found.reasoning.split() == [f"t{number}" for number in range(1, 21)]
    assert found.last_piece == 20
    assert found.outcome.finished_at
    assert pieces_of(db, generation.id) == []


def test_one_that_had_said_nothing_is_ended_too(db: Database) -> None:
    generation = asked_for(db)

    recover(db)

    assert (stored(db, generation.id).state, stored(db, generation.id).text) == (State.INTERRUPTED, "")


def test_what_had_ended_is_left_as_it_was(db: Database) -> None:
    generation = asked_for(db)
    generation.state, generation.text, generation.outcome.cost_usd = (
        State.DONE,
        "Plates stack.",
        Decimal("0.5"),
    )
    end_all(db, [generation])
    before = stored(db, generation.id)

    assert recover(db) == 0

    assert stored(db, generation.id) == before


def test_recovering_twice_changes_nothing(db: Database) -> None:
    generation = asked_for(db, state=State.RUNNING)
    say(db, generation.id, "Plates ")
    recover(db)
    before = stored(db, generation.id)

    assert recover(db) == 0
    assert stored(db, generation.id) == before


def test_many_at_once_keep_their_own_words(db: Database) -> None:
    generations = [asked_for(db, state=State.RUNNING) for _ in range(30)]
    for number, generation in enumerate(generations):
        say(db, generation.id, f"I am {number}", "!")

    assert recover(db) == 30

    assert [stored(db, generation.id).text for generation in generations] == [
        f"I am {number}!" for number in range(30)
    ]


@pytest.mark.anyio
async def test_an_end_that_comes_too_late_changes_nothing(
    engine: Engine, db: Database, server: ScriptedServer, provider: Provider
) -> None:
    server.play(head() + piece(event(chunk(content="Plates "))), HOLD)
    generation = asked_for(db)
    await engine.start(generation, provider, request_for(generation))
    await soon(lambda: pieces_of(db, generation.id))

    await asyncio.to_thread(recover, db)
    await engine.cancel(generation.id)

    assert stored(db, generation.id).state is State.INTERRUPTED


@pytest.mark.anyio
async def test_the_cost_of_what_was_killed_is_asked_for_by_the_next_process(
    engine: Engine, db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    server.play(head() + piece(event(chunk(content="Plates "))), HOLD)
    server.play(answer(200, {"data": {"id": "gen-1790000000-A", "total_cost": 0.0042}}))
    generation = asked_for(db)
    await engine.start(generation, provider, request_for(generation))
    await soon(lambda: stored(db, generation.id).state is State.RUNNING)
    began = now()
    await asyncio.to_thread(recover, db)

    costless = store.list_without_cost(db, PROVIDER, began)
    assert costless == [(generation.id, "gen-1790000000-A")]
    await find_cost(db, adapter, provider, *costless[0])

    assert stored(db, generation.id).outcome.cost_usd == Decimal("0.0042")


def test_only_what_ended_of_late_at_this_provider_and_without_a_cost_is_asked_for(db: Database) -> None:
    def finished(cost: Decimal | None, request_id: str | None) -> object:
        generation = asked_for(db)
        generation.state, generation.outcome.finished_at = State.CANCELLED, now()
        generation.outcome.cost_usd, generation.outcome.provider_request_id = cost, request_id
        end_all(db, [generation])
        return generation.id

    since = now()
    wanted = finished(None, "gen-1")
    finished(Decimal(0), "gen-2")
    finished(None, None)

    assert store.list_without_cost(db, PROVIDER, since) == [(wanted, "gen-1")]
    assert store.list_without_cost(db, PROVIDER, now()) == []

    younger = finished(None, "gen-3")
    page = store.list_without_cost(db, PROVIDER, since, limit=1)
    assert page == [(younger, "gen-3")]
    assert store.list_without_cost(db, PROVIDER, since, before=page[-1][0], limit=1) == [(wanted, "gen-1")]
