"""The operator has changed the provider: the new one is neither asked for what the old one had nor about it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from studio.assets.files import FileStore
from studio.db import Database
from studio.generations.generation import State
from studio.ids import new_id
from studio.jobs.errors import ProviderGone
from studio.jobs.job import Job
from studio.jobs.jobs import Jobs
from studio.jobs.store import lists
from studio.jobs.worker import Worker
from studio.providers import Adapter
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.refetching import PAID_AS
from studio.videos.steps import DOWNLOADING, LOOKING, POLLING, READY, SUBMITTING

from tests.support.jobs import soon
from tests.support.videos import ask, made, sandbox_at

pytestmark = pytest.mark.anyio
GONE = "This was asked of Sandbox, which this studio no longer uses."


@pytest.fixture
def db(place: Path) -> Iterator[Database]:
    with Database.open(place / "app.db", threads=1) as opened:
        yield opened


@pytest.fixture
def looked_up() -> list[Any]:
    return []


@pytest.fixture
async def worker(db: Database, place: Path, sandbox: str, looked_up: list[Any]) -> AsyncIterator[Worker]:
    """It makes videos with a provider that speaks as the old one did and is another."""
    files, provider = FileStore(place / "media"), replace(sandbox_at(sandbox), id=new_id(), name="Another")
    async with Adapter(film_pause_seconds=0.01) as adapter:
        fetching = Fetching(files, adapter, provider, 5_000_000)

        def look_up(*named: object) -> None:
            looked_up.append(named)

        made = Worker(db, [VideoMaker(db, files, adapter, provider, fetching, look_up)])
        yield made
        await made.close()


def job_in(db: Database) -> Job:
    (job,) = lists.list_jobs(db, lists.Filter(), 10)
    return job


def left_at(db: Database, step: str) -> None:
    """As a process that was ended left it; the name of the provider's job is there from polling on."""
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET state = 'running', step = $step, provider_job_id = $name",
            {"step": step, "name": None if step == SUBMITTING else "video-of-the-old-one"},
        )
    )


def requests(sandbox: str) -> int:
    return len(httpx.get(f"{sandbox}/_requests").json()["data"])


async def test_what_waited_ends_with_its_reason_and_costs_nothing(
    db: Database, worker: Worker, sandbox: str
) -> None:
    generation_id = await asyncio.to_thread(ask, db)
    before = requests(sandbox)

    worker.start()
    await soon(lambda: job_in(db).is_finished)

    found, job = made(db, generation_id), job_in(db)
    assert (found.state, found.reason, found.outcome.cost_usd) == (State.FAILED, "provider_gone", Decimal(0))
    assert found.reason_text == job.reason_text == f"{GONE} Make it again with a model of today."
    assert requests(sandbox) == before


@pytest.mark.parametrize("step", [SUBMITTING, POLLING, DOWNLOADING, LOOKING])
async def test_what_the_old_one_had_is_unknown_and_the_new_one_is_not_asked_about_it(
    db: Database, worker: Worker, sandbox: str, looked_up: list[Any], step: str
) -> None:
    generation_id = await asyncio.to_thread(ask, db)
    await asyncio.to_thread(left_at, db, step)
    before = requests(sandbox)

    worker.start()
    await soon(lambda: job_in(db).is_finished)

    found = made(db, generation_id)
    assert (found.state, found.reason, found.outcome.cost_usd) == (
        State.INTERRUPTED,
        "outcome_unknown",
        None,
    )
    assert (found.reason_text or "").startswith(GONE)
    assert "may charge" in (found.reason_text or "")
    assert (requests(sandbox), looked_up) == (before, [])


async def test_what_was_only_fetched_from_the_old_one_leaves_its_cost_where_it_belongs(
    db: Database, worker: Worker
) -> None:
    bought = await asyncio.to_thread(ask, db)
    db.transact(
        lambda cursor: cursor.execute("DELETE FROM jobs; UPDATE generations SET state = 'interrupted'")
    )
    fetched = await asyncio.to_thread(ask, db)
    await asyncio.to_thread(left_at, db, DOWNLOADING)
    notes = json.dumps({PAID_AS: str(bought), "cost_usd": "0.5"})
    db.transact(lambda cursor: cursor.execute("UPDATE jobs SET notes = $notes", {"notes": notes}))

    worker.start()
    await soon(lambda: job_in(db).is_finished)

    costs = [made(db, each).outcome.cost_usd for each in (bought, fetched)]
    assert costs == [Decimal("0.5"), Decimal(0)]


async def test_it_cannot_be_tried_again(db: Database, worker: Worker) -> None:
    await asyncio.to_thread(ask, db)
    jobs, job = Jobs(db, worker), job_in(db)
    await asyncio.to_thread(jobs.cancel, job.id)
    assert job.step == READY

    with pytest.raises(ProviderGone, match=GONE):
        await asyncio.to_thread(jobs.retry, job.id)
