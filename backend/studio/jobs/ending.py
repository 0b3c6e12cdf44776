"""One claim of a job: its handler is run, and whatever comes of it is written down in one commit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from studio.db import Cursor, Database, Row
from studio.errors import StudioError
from studio.jobs.desk import JobDesk
from studio.jobs.errors import CancelWished, LeaseLost, TryAgain
from studio.jobs.job import Again, Cancelled, End, Failed, Handler, Job, JobState, Next
from studio.jobs.reasons import REASON_TEXTS
from studio.jobs.store import changes
from studio.jobs.store.lists import get_job
from studio.jobs.storing import PASSING, Storing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ending:
    """Shared by all claims of one worker."""

    db: Database
    handlers: Mapping[str, Handler]
    clock: Callable[[], datetime]
    storing: Storing

    async def work(self, desk: JobDesk) -> JobState | None:
        """
        The state in which the job has ended, or None if it goes on later.

        Raises LeaseLost, CancelledError (the lease is then still to be given back), and what the database raises.
        """
        handler = self.handlers[desk.job.kind]
        outcome = await self._outcome(handler, desk)
        try:
            await self._store(desk, outcome)
        except (LeaseLost, *PASSING):
            raise
        except Exception as error:
            # The kind's own rows break a rule of the database: no time will mend that, so it is a try that failed.
            outcome = await self._tried(handler, desk.job, error)
            await self._store(desk, outcome)
        if not isinstance(outcome, End):
            return None
        log.info(
            "job.ended", id=str(desk.job.id), kind=handler.kind, state=outcome.state, reason=outcome.reason
        )
        return outcome.state

    async def _outcome(self, handler: Handler, desk: JobDesk) -> Next | changes.Failure:
        job = desk.job
        if job.is_cancel_wished:
            return await self._ended(handler, job, cancelled(job))
        if job.is_overdue(self.clock()):
            return await self._ended(handler, job, failed("timed_out"))
        if job.attempts > handler.rules.most_attempts:
            return await self._ended(handler, job, failed("gave_up"))
        left = (job.deadline_at - self.clock()).total_seconds()
        try:
            async with asyncio.timeout(left) as limit:
                return await handler.work(job, desk)
        except CancelWished:
            # Whoever wished it has written beside the wish why.
            job = await asyncio.to_thread(get_job, self.db, job.id)
            return await self._ended(handler, job, cancelled(job))
        except TimeoutError as error:
            if limit.expired():
                return await self._ended(handler, desk.job, failed("timed_out"))
            return await self._tried(handler, desk.job, error)
        except LeaseLost:
            raise
        except Exception as error:
            return await self._tried(handler, desk.job, error)

    async def _tried(self, handler: Handler, job: Job, error: Exception) -> Next | changes.Failure:
        """The handler raised: later once more, or not."""
        reason, text, after_seconds, provider_error = _told(error)
        if reason == "internal":
            log.error("job.crashed", id=str(job.id), kind=job.kind, step=job.step, exc_info=error)
        if job.attempts >= handler.rules.most_attempts:
            end = Failed(reason=reason, reason_text=text, provider_error=provider_error)
            if reason == "internal":
                end = replace(end, reason_text=REASON_TEXTS["internal_end"])
            return await self._ended(handler, job, end)
        wait = max(handler.rules.wait_seconds(job.attempts), after_seconds)
        log.info(
            "job.try_again",
            id=str(job.id),
            kind=job.kind,
            step=job.step,
            reason=reason,
            seconds=round(wait, 1),
        )
        return changes.Failure(reason, text, provider_error, self.clock() + timedelta(seconds=wait))

    async def _ended(self, handler: Handler, job: Job, end: End) -> Next:
        """An end that the handler did not decide, with the handler's rows for it."""

        def read() -> Sequence[Row]:
            with self.db.read() as cursor:
                return handler.rows_of_end(cursor, job, end)

        rows = await asyncio.to_thread(read)
        return replace(end, rows=tuple(rows))  # type: ignore[return-value]

    async def _store(self, desk: JobDesk, outcome: Next | changes.Failure) -> None:
        job = desk.job

        def write(cursor: Cursor) -> None:
            if isinstance(outcome, End):
                changes.finish(cursor, job, outcome, self.clock())
            elif isinstance(outcome, Again):
                changes.rest(cursor, job, outcome)
            else:
                changes.back_off(cursor, job, outcome)

        await self.storing.until_done(job, write)


def failed(reason: str, text: str | None = None) -> Failed:
    return Failed(reason=reason, reason_text=text or REASON_TEXTS[reason])


def cancelled(job: Job) -> Cancelled:
    """With the reason that was recorded together with the wish."""
    reason = job.reason if job.is_cancel_wished and job.reason else "cancelled"
    text = job.reason_text if job.is_cancel_wished and job.reason_text else REASON_TEXTS["cancelled"]
    return Cancelled(reason=reason, reason_text=text)


def _told(error: Exception) -> tuple[str, str, float, str | None]:
    """Reason, sentence, what the other side asked us to wait, and its own words."""
    if isinstance(error, TryAgain):
        return error.reason, error.text, error.after_seconds, error.provider_error
    if isinstance(error, StudioError):
        words = getattr(error, "provider_message", None)
        return error.code, error.text, float(error.retry_after_seconds or 0), words
    return "internal", REASON_TEXTS["internal"], 0.0, None
