"""
The worker: claims what is due, runs its handler as a task, and writes down how it went.

It sleeps until something is due: a commit that adds a job wakes it, as does the end of another, and a timer runs to the
earliest moment in the table. Nothing here touches the database on the event loop.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram

from studio.db import Database
from studio.ids import new_id
from studio.jobs.desk import JobDesk
from studio.jobs.ending import Ending
from studio.jobs.errors import LeaseLost
from studio.jobs.job import Handler, Job
from studio.jobs.rules import Rules
from studio.jobs.store import claims
from studio.jobs.storing import Storing
from studio.jobs.waiting import to_the_end
from studio.moments import now

log = structlog.get_logger()

LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
DRAIN_SECONDS = 5.0
MOST_AT_ONCE = 256
LONGEST_SLEEP_SECONDS = 3600.0
RETRY_SECONDS = 1.0

CLAIM_SECONDS = Histogram(
    "studio_jobs_claim_seconds", "Claiming jobs", buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)
)
WORKING = Gauge("studio_jobs_working", "Jobs that a handler works on now")
ENDED = Counter("studio_jobs_total", "Jobs that ended", ["kind", "state"])


class Worker:
    """One for the life of the process. `start` it on the event loop; `leave` and `close` end it."""

    def __init__(
        self,
        db: Database,
        handlers: Iterable[Handler] = (),
        *,
        clock: Callable[[], datetime] = now,
        lease_seconds: float = LEASE_SECONDS,
        renew_seconds: float = RENEW_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._db = db
        self.handlers: dict[str, Handler] = {handler.kind: handler for handler in handlers}
        self._clock = clock
        self._lease = timedelta(seconds=lease_seconds)
        self._renew_seconds = renew_seconds
        self._drain_seconds = drain_seconds
        self._most_at_once = most_at_once
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._is_leaving = False
        self._desks: dict[tuple[UUID, UUID], JobDesk] = {}
        self._tasks: dict[tuple[UUID, UUID], asyncio.Task[None]] = {}
        self._claiming: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._drained: asyncio.Task[None] | None = None
        self._storing = Storing(db, lambda: self._is_leaving)
        self._ending = Ending(db, self.handlers, clock, self._storing)

    @property
    def rules(self) -> Mapping[str, Rules]:
        return {kind: handler.rules for kind, handler in self.handlers.items()}

    @property
    def is_leaving(self) -> bool:
        """Whether the process was asked to end: whoever only watches goes then."""
        return self._is_leaving

    @property
    def is_late(self) -> bool:
        """Whether what a job has made waits to be written down, as it does on a full disk."""
        return self._storing.late > 0

    @property
    def working(self) -> int:
        """How many jobs a handler works on now."""
        return len(self._tasks)

    def add_handler(self, handler: Handler) -> None:
        """Before `start`, or from a test."""
        self.handlers[handler.kind] = handler

    def start(self) -> None:
        """Begin to claim. Leases of an earlier process must have been voided (store.claims.void_leases)."""
        self._claiming = asyncio.create_task(self._claim_for_ever())
        self._renewing = asyncio.create_task(self._renew_for_ever())

    def wake(self) -> None:
        """Something may be due: after a commit that added a job. From any thread."""
        self._loop.call_soon_threadsafe(self._woken.set)

    def tell_cancelled(self, job_id: UUID) -> None:
        """A wish to cancel this job is durable: its handler hears of it at once. From any thread."""
        self._loop.call_soon_threadsafe(self._tell_cancelled, job_id)

    def drop(self, job_id: UUID) -> None:
        """This job was ended by somebody else: whoever works on it stops. From any thread."""
        self._loop.call_soon_threadsafe(self._drop, job_id)

    def leave(self) -> None:
        """The process was asked to end: claim nothing more, and give the handlers their last moment from now on."""
        if not self._is_leaving:
            self._is_leaving = True
            self._woken.set()
            self._drained = asyncio.create_task(self._drain())

    async def close(self) -> None:
        """Stop. What was not done is given back, so that the next process goes on with it at once."""
        self.leave()
        if self._drained is not None:
            await self._drained
        if self._claiming is not None:
            await self._claiming  # it ends by itself: a claim that is under way must not be forgotten
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    async def _claim_for_ever(self) -> None:
        while not self._is_leaving:
            self._woken.clear()
            try:
                moment = await self._claim_all()
                due_at = await asyncio.to_thread(claims.next_due, self._db, list(self.handlers), moment)
                seconds = (
                    LONGEST_SLEEP_SECONDS if due_at is None else (due_at - self._clock()).total_seconds()
                )
            except Exception as error:
                log.error("jobs.not_claimed", error=type(error).__name__)
                seconds = RETRY_SECONDS
            await self._sleep(min(seconds, LONGEST_SLEEP_SECONDS))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _claim_all(self) -> datetime:
        """Claim until nothing more is due or fits; the moment up to which everything was looked at."""
        while True:
            moment = self._clock()
            wanted = claims.Claim(
                new_id(),
                moment,
                moment + self._lease,
                self._most_at_once - len(self._tasks),
                self.rules,
                frozenset(job_id for job_id, _ in self._tasks),
            )
            if wanted.most <= 0 or not wanted.rules:
                return moment
            began = time.perf_counter()
            jobs = await to_the_end(self._db.transact_soon(partial(claims.claim, wanted=wanted)))
            CLAIM_SECONDS.observe(time.perf_counter() - began)
            for job in jobs:
                if self._is_leaving:
                    await self._give_back(job)
                else:
                    self._begin(job)
            if len(jobs) < wanted.most:
                return moment

    def _begin(self, job: Job) -> None:
        assert job.lease_id is not None
        key = (job.id, job.lease_id)
        desk = self._desks[key] = JobDesk(self._storing, job)
        task = self._tasks[key] = asyncio.create_task(self._run(desk))
        task.add_done_callback(lambda _: self._forget(key))
        WORKING.set(len(self._tasks))

    def _forget(self, key: tuple[UUID, UUID]) -> None:
        self._desks.pop(key, None)
        self._tasks.pop(key, None)
        WORKING.set(len(self._tasks))
        self._woken.set()  # there is room now

    async def _run(self, desk: JobDesk) -> None:
        """One claim of one job, from its begin to what is written down about it. Raises nothing."""
        try:
            ended = await self._ending.work(desk)
            if ended is not None:
                ENDED.labels(desk.job.kind, ended.value).inc()
        except LeaseLost:
            log.warning("job.lease_lost", id=str(desk.job.id), kind=desk.job.kind)
        except asyncio.CancelledError:
            await self._give_back(desk.job)
        except Exception as error:
            # Only writing down what happened can fail here; the lease runs out and the job is claimed again.
            log.error("job.not_stored", id=str(desk.job.id), kind=desk.job.kind, exc_info=error)

    async def _give_back(self, job: Job) -> None:
        """The process ends. Does nothing where the job is somebody else's by now."""
        moment = self._clock()
        try:
            await to_the_end(self._db.transact_soon(lambda cursor: claims.release(cursor, job, moment)))
        except Exception as error:
            log.error("job.not_given_back", id=str(job.id), error=type(error).__name__)

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._renew_seconds)
            if self._tasks:
                try:
                    await self._renew()
                except Exception as error:
                    log.error("jobs.not_renewed", error=type(error).__name__)

    async def _renew(self) -> None:
        """One statement for all; whose lease is gone must stop, and who is to be cancelled hears of it."""
        held, until = list(self._tasks), self._clock() + self._lease
        renewed = await to_the_end(self._db.transact_soon(lambda cursor: claims.renew(cursor, held, until)))
        for key in held:
            if key in self._tasks and key not in renewed:
                self._tasks[key].cancel("lease lost")
            elif key in self._desks and renewed[key]:
                self._desks[key].wish_cancel()

    def _tell_cancelled(self, job_id: UUID) -> None:
        for (of_job, _), desk in list(self._desks.items()):
            if of_job == job_id:
                desk.wish_cancel()

    def _drop(self, job_id: UUID) -> None:
        for (of_job, _), task in self._tasks.items():
            if of_job == job_id:
                task.cancel("ended elsewhere")

    async def _drain(self) -> None:
        """Wait a moment for the handlers, then stop the rest."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=self._drain_seconds)
        rest = list(self._tasks.values())
        for task in rest:
            task.cancel("restarted")
        if rest:
            await asyncio.wait(rest)
