"""
Writing to a job.

Every write of a worker names what it believes to find (lease, attempts, due moment) and does nothing if that is no
longer so: one whose lease ran out cannot undo what others did meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.db import Cursor, Database, Row
from studio.jobs.errors import LeaseLost
from studio.jobs.job import Again, End, Job, notes_text
from studio.jobs.store.rows import OF_JOBS, job_of


@dataclass(frozen=True, slots=True)
class Step:
    """A step to be recorded; None leaves provider's id, notes and deadline as they are."""

    name: str
    provider_job_id: str | None = None
    notes: Mapping[str, Any] | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that failed, and when the next one is due."""

    reason: str
    reason_text: str
    provider_error: str | None
    due_at: datetime


def record(cursor: Cursor, job: Job, step: Step, rows: Sequence[Row]) -> Job:
    """The job in its new step, with the kind's own rows, in the caller's transaction. Raises LeaseLost."""
    found = cursor.execute(
        f"""
        UPDATE jobs
        SET step = $step, provider_job_id = coalesce($provider_job_id, provider_job_id),
            notes = coalesce($notes, notes), deadline_at = coalesce($deadline_at, deadline_at),
            attempts = CASE WHEN step = $step THEN attempts ELSE 1 END
        WHERE id = $id AND lease_id = $lease_id AND state = 'running'
        RETURNING {OF_JOBS}
        """,
        {
            "id": job.id,
            "lease_id": job.lease_id,
            "step": step.name,
            "provider_job_id": step.provider_job_id,
            "notes": None if step.notes is None else notes_text(step.notes),
            "deadline_at": step.deadline_at,
        },
    ).fetchone()
    if found is None:
        raise LeaseLost
    cursor.apply(*rows)
    return job_of(found)


def rest(cursor: Cursor, job: Job, again: Again) -> None:
    """The lease ends, the next step is due later. Raises LeaseLost."""
    found = cursor.execute(
        """
        UPDATE jobs
        SET step = $step, due_at = $due_at, notes = coalesce($notes, notes), attempts = 0,
            state = CASE WHEN $is_in_line THEN 'waiting' ELSE state END,
            reason = CASE WHEN is_cancel_wished THEN reason END,
            reason_text = CASE WHEN is_cancel_wished THEN reason_text END, lease_id = NULL, leased_until = NULL
        WHERE id = $id AND lease_id = $lease_id AND state = 'running'
        RETURNING id
        """,
        {
            "id": job.id,
            "lease_id": job.lease_id,
            "step": again.step,
            "due_at": again.due_at,
            "notes": None if again.notes is None else notes_text(again.notes),
            "is_in_line": again.is_in_line,
        },
    ).fetchone()
    if found is None:
        raise LeaseLost
    cursor.apply(*again.rows)


def back_off(cursor: Cursor, job: Job, failure: Failure) -> None:
    """
    The lease ends, the same step is tried again later. Raises LeaseLost.

    A job that nothing runs for at the provider waits in line again meanwhile, so that its place is free for others.
    """
    found = cursor.execute(
        """
        UPDATE jobs
        SET state = CASE WHEN provider_job_id IS NULL THEN 'waiting' ELSE state END, due_at = $due_at,
            reason = CASE WHEN is_cancel_wished THEN reason ELSE $reason END,
            reason_text = CASE WHEN is_cancel_wished THEN reason_text ELSE $reason_text END,
            provider_error = coalesce($provider_error, provider_error),
            lease_id = NULL, leased_until = NULL
        WHERE id = $id AND lease_id = $lease_id AND finished_at IS NULL
        RETURNING id
        """,
        {
            "id": job.id,
            "lease_id": job.lease_id,
            "due_at": failure.due_at,
            "reason": failure.reason,
            "reason_text": failure.reason_text,
            "provider_error": failure.provider_error,
        },
    ).fetchone()
    if found is None:
        raise LeaseLost


def finish(cursor: Cursor, job: Job, end: End, moment: datetime) -> None:
    """
    The end of a job as it was read, with the rows of its kind. Raises LeaseLost if it has changed since: by its lease,
    or without one by its attempts and due moment.
    """
    found = cursor.execute(
        """
        UPDATE jobs
        SET state = $state, reason = $reason, reason_text = $reason_text,
            provider_error = coalesce($provider_error, provider_error), lease_id = NULL, leased_until = NULL,
            finished_at = $moment
        WHERE id = $id AND lease_id IS NOT DISTINCT FROM $lease_id::UUID AND attempts = $attempts
            AND due_at = $due_at AND step = $step AND finished_at IS NULL
        RETURNING id
        """,
        {
            "id": job.id,
            "lease_id": job.lease_id,
            "attempts": job.attempts,
            "due_at": job.due_at,
            "step": job.step,
            "state": end.state.value,
            "reason": end.reason,
            "reason_text": end.reason_text,
            "provider_error": end.provider_error,
            "moment": moment,
        },
    ).fetchone()
    if found is None:
        raise LeaseLost
    cursor.apply(*end.rows)


def wish_cancel(cursor: Cursor, job_id: UUID, reason: str, reason_text: str) -> None:
    """Record that a job which is worked on is to be cancelled, and why. Raises LeaseLost where nobody does."""
    found = cursor.execute(
        """
        UPDATE jobs
        SET is_cancel_wished = true, reason = $reason, reason_text = $reason_text
        WHERE id = $id AND lease_id IS NOT NULL AND finished_at IS NULL
        RETURNING id
        """,
        {"id": job_id, "reason": reason, "reason_text": reason_text},
    ).fetchone()
    if found is None:
        raise LeaseLost


def set_priority(cursor: Cursor, job_id: UUID, priority: int) -> None:
    cursor.execute(
        "UPDATE jobs SET priority = $priority WHERE id = $id AND state = 'waiting'",
        {"id": job_id, "priority": priority},
    )


def delete_finished(cursor: Cursor, job_id: UUID) -> bool:
    """Forget an ended job. Whether there was one."""
    found = cursor.execute(
        "DELETE FROM jobs WHERE id = $id AND finished_at IS NOT NULL RETURNING id", {"id": job_id}
    ).fetchone()
    return found is not None


def purge(cursor: Cursor, before: datetime) -> int:
    """Forget the jobs that ended before a moment; how many there were."""
    return len(
        cursor.execute(
            "DELETE FROM jobs WHERE finished_at < $before RETURNING id", {"before": before}
        ).fetchall()
    )


def forget_provider_errors(cursor: Cursor, generation_id: UUID) -> None:
    """Drop what the provider said about a generation, which may quote its prompt."""
    cursor.execute(
        "UPDATE jobs SET provider_error = NULL WHERE generation_id = $generation_id",
        {"generation_id": generation_id},
    )


def forget_finished(db: Database, before: datetime) -> int:
    """`purge` in a transaction of its own."""
    return db.transact(lambda cursor: purge(cursor, before))
