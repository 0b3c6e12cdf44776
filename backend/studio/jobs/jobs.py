"""
The verbs about jobs: cancel, retry, give up, move in line, delete.

They are called from worker threads. Each is one commit, together with whatever `also` writes (an entry of the audit
log): a verb that has returned has happened, one that raised has not. Each but `retry`, whose job has ended, looks at
its job within that commit, so no claim and no look of the worker comes in between.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from studio.db import Cursor, Database, Row
from studio.errors import Missing
from studio.jobs.bell import Bell
from studio.jobs.ending import failed
from studio.jobs.errors import (
    AlreadyFinished,
    CannotRepeat,
    NotFinished,
    NotWaiting,
    TooManyWaiting,
)
from studio.jobs.job import Cancelled, End, Job, JobState, Priority, as_retry_of
from studio.jobs.reasons import REASON_TEXTS
from studio.jobs.store import changes, lists
from studio.jobs.store.rows import add_job
from studio.jobs.worker import Worker
from studio.moments import now
from studio.once.once import Once, key_rows, refuse_repeat

# Written with it, given the job as it was before.
Also = Callable[[Cursor, Job], None]

# A line this long is a mistake or an attack; every claim reads it.
MOST_WAITING = 500


def nothing(cursor: Cursor, before: Job) -> None:
    """What most verbs write besides: nothing."""


class Jobs:
    """What the rest of the studio knows of jobs: the verbs, and the worker to be woken."""

    def __init__(self, db: Database, worker: Worker) -> None:
        self._db = db
        self.worker = worker
        self.bell = Bell()

    def wake(self, person_id: UUID | None = None) -> None:
        """After a commit that added a job; whose it is will hear of its end."""
        if person_id is not None:
            self.bell.ring_for([person_id])
        self.worker.wake()

    def refuse_too_many(self, person_id: UUID, kind: str) -> None:
        """Before a job is asked for. Raises TooManyWaiting."""
        with self._db.read() as cursor:
            _refuse_too_many(cursor, person_id, kind)

    def cancel(
        self, job_id: UUID, *, person_id: UUID | None = None, reason: str = "cancelled", also: Also = nothing
    ) -> Job:
        """
        The job, ended at once if nobody works on it now; else its handler ends it at its next safe point.

        One that has ended is left as it is, without a word in the audit log. Raises Missing, also for somebody else's
        where a person is named.
        """

        def work(cursor: Cursor) -> Job:
            job = _found(cursor, job_id, person_id)
            if job.is_finished or job.is_cancel_wished:
                return job
            if job.lease_id is None:
                self._end(cursor, job, Cancelled(reason=reason, reason_text=REASON_TEXTS[reason]))
            else:
                changes.wish_cancel(cursor, job_id, reason, REASON_TEXTS[reason])
            also(cursor, job)
            return _found(cursor, job_id)

        job = self._db.transact(work)
        if job.is_finished:
            self.wake()  # its place is free
        else:
            self.worker.tell_cancelled(job_id)
        return job

    def cancel_all_of(self, person_id: UUID) -> int:
        """Stop everything of somebody who was shut out; how many jobs that were."""
        ids = lists.list_unfinished_of(self._db, person_id)
        for job_id in ids:
            self.cancel(job_id, reason="person_disabled")
        return len(ids)

    def time_out(self, job_id: UUID, *, also: Also = nothing) -> Job:
        """
        The job, given up at once, whoever works on it. What its provider still makes of it is not waited for.

        Raises Missing or AlreadyFinished.
        """

        def work(cursor: Cursor) -> Job:
            job = _found(cursor, job_id)
            if job.is_finished:
                raise AlreadyFinished
            self._end(cursor, job, failed("marked_timed_out"))
            also(cursor, job)
            return _found(cursor, job_id)

        job = self._db.transact(work)
        self.wake()
        self.worker.drop(job_id)
        return job

    def retry(
        self,
        job_id: UUID,
        *,
        person_id: UUID | None = None,
        once: Once | None = None,
        agreed: Callable[[], None] = lambda: None,
        also: Also = nothing,
        moment: datetime | None = None,
    ) -> Job:
        """
        A new job that repeats one which did not succeed; asked for twice, there is still one.

        A new one, because an ended job never changes: what it cost and why it failed stays on record. Raises Missing,
        NotFinished, TooManyWaiting, CannotRepeat or what else its kind has against it, what `agreed` raises, which is
        asked last, and BegunBefore.
        """
        job = lists.get_job(self._db, job_id, person_id)
        if not job.is_finished:
            raise NotFinished("This has not ended yet, so there is nothing to try again.")
        handler = self.worker.handlers.get(job.kind)
        if handler is None or job.state is JobState.DONE:
            raise CannotRepeat
        fresh, rows = handler.again(job, moment or now())
        agreed()
        fresh = as_retry_of(job, fresh)

        def work(cursor: Cursor) -> UUID:
            refuse_repeat(cursor, once)
            before = lists.find_open_retry(cursor, job.id)
            if before is not None:
                job_id, generation_id = before
                # The key stands for this answer from now on, also when that job has ended.
                cursor.apply(*_keys(once, generation_id))
                return job_id
            _refuse_too_many(cursor, job.person_id, job.kind)
            cursor.apply(*rows, add_job(fresh), *_keys(once, fresh.generation_id))
            also(cursor, job)
            return fresh.id

        made = self._db.transact(work)
        self.wake(job.person_id)
        return lists.get_job(self._db, made)

    def move(self, job_id: UUID, priority: Priority, *, also: Also = nothing) -> Job:
        """
        The job, from now on that urgent among those of its owner that wait. Raises Missing or NotWaiting.

        One that is so already is left as it is, without a word in the audit log.
        """

        def work(cursor: Cursor) -> Job:
            job = _found(cursor, job_id)
            if job.state is not JobState.WAITING:
                raise NotWaiting
            if job.priority != priority.number:
                changes.set_priority(cursor, job_id, priority.number)
                also(cursor, job)
            return _found(cursor, job_id)

        return self._db.transact(work)

    def delete(self, job_id: UUID, *, also: Also = nothing) -> None:
        """Forget an ended job; what it made stays. Raises Missing or NotFinished."""

        def work(cursor: Cursor) -> None:
            job = _found(cursor, job_id)
            if not changes.delete_finished(cursor, job_id):
                raise NotFinished
            also(cursor, job)

        self._db.transact(work)

    def _end(self, cursor: Cursor, job: Job, end: End) -> None:
        """The end of a job that was read in this transaction, with the rows that its kind has for it."""
        handler = self.worker.handlers.get(job.kind)
        rows = handler.rows_of_end(cursor, job, end) if handler is not None else ()
        changes.finish(cursor, job, end, now())
        cursor.apply(*rows)


def _keys(once: Once | None, generation_id: UUID | None) -> list[Row]:
    return key_rows(once, generation_id) if generation_id else []


def _refuse_too_many(cursor: Cursor, person_id: UUID, kind: str) -> None:
    if lists.count_waiting(cursor, person_id, kind) >= MOST_WAITING:
        raise TooManyWaiting(retry_after_seconds=60)


def _found(cursor: Cursor, job_id: UUID, person_id: UUID | None = None) -> Job:
    """As it is in this transaction. Raises Missing, also for somebody else's where a person is named."""
    job = lists.find_job(cursor, job_id)
    if job is None or person_id not in (None, job.person_id):
        raise Missing
    return job
