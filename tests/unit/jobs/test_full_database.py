"""A disk that is full for a while takes neither the name of what was ordered nor the outcome of what was done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from typing import Any

import duckdb
import pytest
from studio.db import Cursor, Database
from studio.jobs.desk import JobDesk
from studio.jobs.job import Done, Failed, Job, JobState, Next
from studio.jobs.worker import Worker

from tests.support.jobs import Errand, ask, ended, soon, stored

pytestmark = pytest.mark.anyio


class Filling:
    """A real database whose disk is full, to writes, while a test says so."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.is_full = False
        self.refused = 0

    def transact_soon(self, write: Callable[[Cursor], Any]) -> "Future[Any]":
        if not self.is_full:
            return self._db.transact_soon(write)
        self.refused += 1
        refusal: Future[Any] = Future()
        refusal.set_exception(duckdb.IOException("Could not write: No space left on device"))
        return refusal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


@pytest.fixture
def disk(db: Database) -> Filling:
    return Filling(db)


@pytest.fixture
def errand() -> Errand:
    return Errand()


@pytest.fixture
async def worker(disk: Filling, errand: Errand) -> AsyncIterator[Worker]:
    made = Worker(disk, [errand], lease_seconds=0.2, renew_seconds=0.05, drain_seconds=0.05)  # type: ignore[arg-type]
    made.start()
    yield made
    await made.close()


async def test_the_name_of_what_was_ordered_is_written_when_there_is_room_again(
    db: Database, disk: Filling, worker: Worker, errand: Errand
) -> None:
    async def order(job: Job, desk: JobDesk) -> Next:
        await desk.record("submitting")
        disk.is_full = True
        await desk.record("submitted", provider_job_id="order-1")
        return Done()

    errand.work_ = order
    job = ask(db)
    worker.wake()
    await soon(lambda: disk.refused)
    disk.is_full = False

    [found] = await ended(db, job)

    assert (found.state, found.provider_job_id, found.attempts) == (JobState.DONE, "order-1", 1)
    assert len(errand.began) == 1


@pytest.mark.parametrize("step", ["record", "end"])
async def test_what_can_never_be_written_is_not_tried_for_ever(
    db: Database, worker: Worker, errand: Errand, step: str
) -> None:
    half = "half an emoji \ud83d"

    async def say(job: Job, desk: JobDesk) -> Next:
        if step == "record":
            await desk.record(half)
        return Failed(reason="refused", reason_text=half)

    errand.work_ = say
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.reason) == (JobState.FAILED, "internal")


async def test_what_is_done_is_not_begun_anew_because_its_lease_ran_out_on_a_full_disk(
    db: Database, disk: Filling, worker: Worker, errand: Errand
) -> None:
    async def make(job: Job, desk: JobDesk) -> Next:
        disk.is_full = True
        return Done()

    errand.work_ = make
    job = ask(db)
    worker.wake()
    lease = await soon(lambda: stored(db, job).leased_until)
    await soon(lambda: disk.refused > 2)
    await asyncio.sleep(
        0.3
    )  # longer than the lease, shorter than the pause before the outcome is stored again
    assert stored(db, job).leased_until == lease

    disk.is_full = False
    worker.wake()
    [found] = await ended(db, job)

    assert (found.state, found.attempts, len(errand.began)) == (JobState.DONE, 1, 1)
