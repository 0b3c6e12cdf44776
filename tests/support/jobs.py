"""Jobs on a real database, with a handler that really works: it writes rows of its own and asks a shop over files."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from studio.db import Cursor, Database, Row, Statement
from studio.ids import new_id
from studio.jobs.desk import JobDesk
from studio.jobs.job import Again, Done, End, Job, Next, new_job
from studio.jobs.reasons import REASON_TEXTS
from studio.jobs.rules import Rules
from studio.jobs.store import changes, lists
from studio.jobs.store.rows import add_job
from studio.jobs.worker import Worker
from studio.moments import now

from tests.support import waiting
from tests.support.people import Caller

if TYPE_CHECKING:
    import pytest

ALICE, BOB, SHOP = new_id(), new_id(), new_id()
QUICK = Rules(base_seconds=0.01, most_wait_seconds=0.02, most_attempts=3)

# The handler's own table, so that the tests see whether its rows and the job's end are one commit.
LEDGER = "CREATE TABLE IF NOT EXISTS ledger (job_id UUID NOT NULL, what VARCHAR NOT NULL)"
WRITE_LEDGER = Statement(
    "INSERT INTO ledger (job_id, what) SELECT unnest($job_id::UUID[]), unnest($what::VARCHAR[])"
)


def wanted(kind: str = "errand", person_id: UUID = ALICE, **more: Any) -> Job:
    """A job of Alice's that is due now and may take an hour."""
    return new_job(
        kind,
        person_id,
        **{"moment": now(), "lasts": timedelta(hours=1), "step": "begin", "provider_id": SHOP, **more},
    )


def ask(db: Database, kind: str = "errand", person_id: UUID = ALICE, **more: Any) -> Job:
    """The same, committed."""
    job = wanted(kind, person_id, **more)
    db.write(add_job(job))
    return job


def asked_by(db: Database, caller: Caller, **more: Any) -> Job:
    """A job of this caller's; it is not done as long as nobody wakes the worker."""
    return ask(db, person_id=UUID(caller.id), **more)


def waits(db: Database, caller: Caller, **more: Any) -> Job:
    """One that nobody begins: whatever ends a job wakes the worker, since there is room then."""
    return asked_by(db, caller, due_at=now() + timedelta(hours=1), **more)


def ledger(db: Database, job_id: UUID | None = None) -> list[str]:
    """What the handler wrote about a job, or about all, in order of the words."""
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT what FROM ledger WHERE $job_id::UUID IS NULL OR job_id = $job_id::UUID ORDER BY what",
            {"job_id": job_id},
        ).fetchall()
    return [row[0] for row in rows]


# A job takes several steps and processes of its own, so it is waited for longer than other things.
soon = partial(waiting.soon, seconds=20.0)


def stored(db: Database, job: Job) -> Job:
    return lists.get_job(db, job.id)


async def ended(db: Database, *jobs: Job) -> list[Job]:
    """These jobs once all of them have ended."""
    return [await soon(lambda job=job: (found := stored(db, job)).is_finished and found) for job in jobs]  # type: ignore[misc]


Work = Callable[[Job, JobDesk], Awaitable[Next]]


@dataclass
class Errand:
    """A handler whose work a test says; it keeps a ledger of how each job ended."""

    work_: Work | None = None
    kind: str = "errand"
    rules: Rules = QUICK
    began: list[Job] = field(default_factory=list)
    now_working: int = 0
    most_working: int = 0

    async def work(self, job: Job, desk: JobDesk) -> Next:
        self.began.append(job)
        self.now_working += 1
        self.most_working = max(self.most_working, self.now_working)
        try:
            if self.work_ is not None:
                return await self.work_(job, desk)
            return Done(rows=[WRITE_LEDGER.row(job_id=job.id, what="done")])
        finally:
            self.now_working -= 1

    def rows_of_end(self, cursor: Cursor, job: Job, end: End) -> Sequence[Row]:
        return [WRITE_LEDGER.row(job_id=job.id, what=f"{end.state}: {end.reason}")]

    def again(self, job: Job, moment: datetime) -> tuple[Job, Sequence[Row]]:
        fresh = wanted(job.kind, job.person_id, moment=moment, pace=job.pace)
        return fresh, [WRITE_LEDGER.row(job_id=fresh.id, what="again")]


def wish_within(monkeypatch: "pytest.MonkeyPatch", step: str, worker: Worker | None = None) -> None:
    """
    Somebody presses Stop while this step is recorded, and whoever has it recorded is told by this worker.

    Without one: just before, and nobody is told, as where a job that was claimed had no desk yet.
    """
    record = changes.record

    def wished(cursor: Cursor, job: Job, wanted: changes.Step, rows: Sequence[Row]) -> Job:
        if wanted.name != step:
            return record(cursor, job, wanted, rows)
        if worker is None:
            changes.wish_cancel(cursor, job.id, "cancelled", REASON_TEXTS["cancelled"])
            return record(cursor, job, wanted, rows)
        recorded = record(cursor, job, wanted, rows)
        changes.wish_cancel(cursor, job.id, "cancelled", REASON_TEXTS["cancelled"])
        worker.tell_cancelled(job.id)
        return recorded

    monkeypatch.setattr(changes, "record", wished)


async def hold(job: Job, desk: JobDesk) -> Next:
    """Work that never ends, but can be stopped."""
    async with desk.stoppable():
        await asyncio.Event().wait()
    return Done()


class Shop:
    """
    Another party, outside the database: it takes orders and has them ready, on files that outlive our process.

    `order` cannot be taken back and is not idempotent, as a paid request to a provider is.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir(exist_ok=True)

    def order(self, job_id: UUID) -> str:
        number = new_id()
        (self._place / f"{job_id}.{number}.order").touch()
        return str(number)

    def orders(self, job_id: UUID | str) -> list[str]:
        return sorted(path.name.split(".")[1] for path in self._place.glob(f"{job_id}.*.order"))


@dataclass
class Buyer:
    """
    Orders at the shop, looks twice whether it is ready, fetches it: the life of a video, without one.

    `step` is told the name of each point at which a kill may come.
    """

    shop: Shop
    kill_at: Callable[[str], None]
    kind: str = "purchase"
    rules: Rules = QUICK

    async def work(self, job: Job, desk: JobDesk) -> Next:
        self.kill_at(f"claimed {job.step}")
        if job.step == "begin":
            await desk.record("ordering")
            self.kill_at("recorded ordering")
            number = self.shop.order(job.id)
            self.kill_at("ordered")
            await desk.record("ordered", provider_job_id=number, notes={"looks": 0})
            self.kill_at("recorded ordered")
            return Again("ordered", now())
        if job.step == "ordering":  # begun with unknown outcome: ask, and never order blindly again
            orders = self.shop.orders(job.id)
            if not orders:
                return Again("begin", now())
            await desk.record("ordered", provider_job_id=orders[0], notes={"looks": 0})
            return Again("ordered", now())
        looks = job.notes["looks"] + 1
        if looks < 3:
            return Again("ordered", now(), {"looks": looks})
        self.kill_at("before the end")
        row = WRITE_LEDGER.row(job_id=job.id, what=f"bought {job.provider_job_id}")
        return Done(rows=[row])

    def rows_of_end(self, cursor: Cursor, job: Job, end: End) -> Sequence[Row]:
        return [WRITE_LEDGER.row(job_id=job.id, what=f"{end.state}: {end.reason}")]

    def again(self, job: Job, moment: datetime) -> tuple[Job, Sequence[Row]]:
        return wanted(job.kind, job.person_id, moment=moment), []
