"""What a handler works at: recording steps, safe points, and a place to wait where it may be stopped."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from studio.db import Row
from studio.jobs.errors import CancelWished
from studio.jobs.job import Job
from studio.jobs.store import changes
from studio.jobs.store.changes import Step
from studio.jobs.storing import Storing
from studio.jobs.waiting import tell_of_failure

_STOP = "a cancellation is wished"


class JobDesk:
    """Of one claim of one job; it lives as long as the handler's task."""

    def __init__(self, storing: Storing, job: Job) -> None:
        self._storing = storing
        self._job = job
        self._wished = asyncio.Event()
        self._waiting: asyncio.Task[Any] | None = None

    @property
    def job(self) -> Job:
        """As it was last recorded."""
        return self._job

    @property
    def is_cancel_wished(self) -> bool:
        return self._wished.is_set()

    async def record(
        self,
        step: str,
        *rows: Row,
        provider_job_id: str | None = None,
        notes: Mapping[str, Any] | None = None,
        deadline_at: datetime | None = None,
    ) -> Job:
        """
        Make a step durable, with the kind's own rows; returns when it is.

        Call it *before* acting ("submitting") and after ("submitted", with the provider's id). What is under way is
        never interrupted, even while the process ends or the job is to be cancelled, and a database that cannot write
        for a while is waited for; who is cancelled behind a try that failed has recorded nothing. A new deadline is for
        what is claimed from now on. Raises LeaseLost when the job is somebody else's by now: nothing was written, and
        nothing more may be done.
        """
        wanted = Step(step, provider_job_id, notes, deadline_at)
        job = self._job
        await self._storing.until_done(
            job, lambda cursor: changes.record(cursor, job, wanted, rows), self._take_over
        )
        return self._job

    def _take_over(self, recorded: Job) -> None:
        """Also where a cancellation comes behind the write: the job ends at the step that it has in the table."""
        self._job = recorded
        # Wished between the claim and this desk, it was told to nobody. This task runs: stopped here and now, it would
        # be so at its next wait, wherever that is; so it is stopped only if it waits where it may be.
        if recorded.is_cancel_wished and not self._wished.is_set():
            self._wished.set()
            asyncio.get_running_loop().call_soon(self._stop_waiting)

    async def record_unless_wished(
        self, step: str, *rows: Row, notes: Mapping[str, Any] | None = None
    ) -> Job:
        """
        The same before an act that costs something and cannot be taken back.

        Where a wish to cancel came while it was recorded, the job is at its step of before again, since nothing was
        done, and this raises CancelWished. Where the process ends or the time is over just then, it steps back too, if
        that can be written, and the cancellation goes on.
        """
        before = self._job.step
        try:
            await self.record(step, *rows, notes=notes)
        except asyncio.CancelledError as cancelled:
            try:
                if self._job.step == step:
                    await self.record(before)
            except Exception as error:
                tell_of_failure(error)
                raise cancelled from error
            raise
        if self._wished.is_set():
            await self.record(before)
        self.safe_point()
        return self._job

    def safe_point(self) -> None:
        """Raises CancelWished if the job is to be cancelled: here it may."""
        if self._wished.is_set():
            raise CancelWished

    @asynccontextmanager
    async def stoppable(self) -> AsyncIterator[None]:
        """Inside, a wish to cancel stops whatever is awaited, at once; raises CancelWished."""
        self.safe_point()
        self._waiting = asyncio.current_task()
        try:
            yield
        except asyncio.CancelledError as cancelled:
            if cancelled.args == (_STOP,):
                task = asyncio.current_task()
                if task is not None:
                    task.uncancel()
                raise CancelWished from None
            raise
        finally:
            self._waiting = None
        self.safe_point()

    def wish_cancel(self) -> None:
        """To be called on the event loop once the wish is durable."""
        if self._wished.is_set():
            return
        self._wished.set()
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel(_STOP)
