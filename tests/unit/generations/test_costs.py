"""What an ended generation cost is asked for until it is known, once in a while and for a day."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from studio.db import Database
from studio.generations import costs
from studio.generations.ending import end_all
from studio.generations.generation import Generation, State
from studio.moments import now
from studio.providers import Adapter, Provider

from tests.support.generations import PROVIDER, asked_for, stored
from tests.support.scripted_server import CLOSE, ScriptedServer, answer
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio

NOT_YET = answer(404, {"error": {"code": 404, "message": "Generation not found"}})


def cancelled(db: Database, request_id: str | None, *, hours_ago: float = 0, **more: object) -> Generation:
    """Something that was stopped, so that nobody waited for its cost."""
    generation = asked_for(db, **more)
    generation.state, generation.outcome.finished_at = State.CANCELLED, now() - timedelta(hours=hours_ago)
    generation.outcome.provider_request_id = request_id
    end_all(db, [generation])
    return generation


def place_of(request_id: str) -> str:
    return f"/v1/generation?id={request_id}"


def costs_of(request_id: str, total: float) -> bytes:
    return answer(200, {"data": {"id": request_id, "total_cost": total}})


@asynccontextmanager
async def asking(db: Database, adapter: Adapter, provider: Provider) -> AsyncIterator[None]:
    """Asked again a moment after each time."""
    task = asyncio.create_task(costs.keep_asking(db, adapter, provider, PROVIDER, every_seconds=0.01))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def asked_times(server: ScriptedServer, request_id: str) -> int:
    return sum(asked.target == place_of(request_id) for asked in server.asked)


@pytest.mark.parametrize("kind", ["text", "image", "video"])
@pytest.mark.parametrize("total", [0.25, 0])
async def test_a_cost_that_the_provider_knows_only_later_is_found(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider, kind: str, total: float
) -> None:
    generation = cancelled(db, "gen-1", kind=kind)
    server.always(place_of("gen-1"), NOT_YET)

    async with asking(db, adapter, provider):
        await soon(lambda: asked_times(server, "gen-1") > 3)  # one round asks three times
        assert stored(db, generation.id).outcome.cost_usd is None
        server.always(place_of("gen-1"), costs_of("gen-1", total))

        await soon(lambda: stored(db, generation.id).outcome.cost_usd is not None)

    assert stored(db, generation.id).outcome.cost_usd == Decimal(str(total))


async def test_after_a_day_it_stays_unknown(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    old = cancelled(db, "gen-old", hours_ago=24.1)
    young = cancelled(db, "gen-young", hours_ago=23.9)
    nameless = cancelled(db, None)
    server.always(place_of("gen-young"), costs_of("gen-young", 0.5))

    async with asking(db, adapter, provider):
        await soon(lambda: stored(db, young.id).outcome.cost_usd)

    assert stored(db, old.id).outcome.cost_usd is None
    assert stored(db, nameless.id).outcome.cost_usd is None
    assert {asked.target for asked in server.asked} == {place_of("gen-young")}


async def test_what_is_known_is_not_asked_for_again(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    known, unknown = cancelled(db, "gen-known"), cancelled(db, "gen-unknown")
    server.always(place_of("gen-known"), costs_of("gen-known", 0.5))
    server.always(place_of("gen-unknown"), NOT_YET)

    async with asking(db, adapter, provider):
        await soon(lambda: asked_times(server, "gen-unknown") > 9)

    assert stored(db, known.id).outcome.cost_usd == Decimal("0.5")
    assert stored(db, unknown.id).outcome.cost_usd is None
    assert asked_times(server, "gen-known") == 1


async def test_a_provider_that_is_away_does_not_end_the_asking(
    db: Database, adapter: Adapter, server: ScriptedServer, provider: Provider
) -> None:
    generation = cancelled(db, "gen-1")
    server.always(place_of("gen-1"), CLOSE)

    async with asking(db, adapter, provider):
        await soon(lambda: asked_times(server, "gen-1") > 3)
        server.always(place_of("gen-1"), costs_of("gen-1", 0.5))

        await soon(lambda: stored(db, generation.id).outcome.cost_usd)


async def test_a_server_that_tells_no_costs_is_not_asked(
    db: Database, adapter: Adapter, server: ScriptedServer
) -> None:
    cancelled(db, "gen-1")

    await costs.find_cost(db, adapter, Provider(PROVIDER, "Box", "openai", server.url), PROVIDER, "gen-1")

    assert server.asked == []
