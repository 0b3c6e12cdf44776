"""The engine with the real sandbox behind a real socket."""

from collections.abc import Iterator
from decimal import Decimal
from math import inf

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from studio.db import Database
from studio.generations.engine import Engine
from studio.generations.generation import State
from studio.providers import ChatRequest, Provider
from studio.sandbox.app import create_sandbox

from tests.support.generations import PROVIDER, asked_for, pieces_of, stored
from tests.support.sandbox import served
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Provider]:
    app = Starlette(routes=[Mount("/v1", app=create_sandbox(speed=inf))])
    with served(app, path="/v1") as url:
        yield Provider(PROVIDER, "Sandbox", "sandbox", url, SecretStr("sk-sandbox"), is_simulated=True)


async def answered(engine: Engine, db: Database, sandbox: Provider, model: str, prompt: str = "Why?"):  # type: ignore[no-untyped-def]
    generation = asked_for(db, model=model, prompt=prompt)
    request = ChatRequest(model, [{"role": "user", "content": prompt}])
    live = await engine.start(generation, sandbox, request)
    await soon(lambda: live.is_over)
    return stored(db, generation.id)


@pytest.mark.parametrize("name", ["scribe", "thinker", "sprinter", "seer", "flaky"])
async def test_every_model_that_answers_is_heard_to_its_end(
    engine: Engine, db: Database, sandbox: Provider, name: str
) -> None:
    found = await answered(engine, db, sandbox, f"sandbox/{name}")

    assert (found.state, found.reason) == (State.DONE, "stop")
    assert found.text and (name != "thinker" or found.reasoning)
    assert found.outcome.output_tokens and found.outcome.cost_usd is not None
    assert found.outcome.provider_request_id


async def test_a_thousand_numbers_come_in_order_and_none_twice(
    engine: Engine, db: Database, sandbox: Provider
) -> None:
    found = await answered(
        engine, db, sandbox, "sandbox/metronome", "count 1000 at 5000 per second after 0 ms"
    )

    assert found.text.split() == [str(number) for number in range(1, 1001)]
    assert found.last_piece < 1000, "they were gathered"
    assert pieces_of(db, found.id) == []


async def test_one_that_hangs_up_keeps_its_text_and_its_cost_is_found_in_the_books(
    engine: Engine, db: Database, sandbox: Provider
) -> None:
    found = await answered(engine, db, sandbox, "sandbox/cuts-off")

    assert found.state is State.INTERRUPTED
    assert found.text
    cost = await soon(lambda: stored(db, found.id).outcome.cost_usd)
    assert cost > 0


async def test_a_refused_question_says_who_refused(engine: Engine, db: Database, sandbox: Provider) -> None:
    found = await answered(engine, db, sandbox, "sandbox/refuses")

    assert (found.state, found.reason) == (State.FAILED, "upstream_refused")
    assert found.reason_text and "Sandbox" in found.reason_text


async def test_one_without_a_price_has_no_cost_and_not_zero(
    engine: Engine, db: Database, sandbox: Provider
) -> None:
    found = await answered(engine, db, sandbox, "sandbox/unpriced")

    assert found.state is State.DONE
    assert found.outcome.cost_usd is None


async def test_a_free_one_costs_zero_and_not_nothing(engine: Engine, db: Database, sandbox: Provider) -> None:
    found = await answered(engine, db, sandbox, "sandbox/sprinter")

    assert found.outcome.cost_usd == Decimal(0)
