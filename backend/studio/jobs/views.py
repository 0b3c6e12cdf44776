"""What a person, a page and a program see of a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.db import Database
from studio.jobs.job import Job, JobState
from studio.jobs.store import claims
from studio.jobs.store.paces import expected_seconds
from studio.moments import iso

RETRIED = (JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class JobView:
    """
    One job at one moment. `expected_seconds` is what such jobs took here (paces.py), None while there were none.

    `position` is its place in the line of its kind, from 1, as long as it waits. `try_again_at` is set while it waits
    for its next try, `reason_text` then says what went wrong.
    """

    id: UUID
    kind: str
    state: JobState
    reason: str | None
    reason_text: str | None
    generation_id: UUID | None
    retry_of: UUID | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    waited_seconds: float
    elapsed_seconds: float | None
    expected_seconds: float | None
    position: int | None
    try_again_at: datetime | None
    is_cancelling: bool
    can_cancel: bool
    can_retry: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "kind": self.kind,
            "state": self.state.value,
            "reason": self.reason,
            "message": self.reason_text,
            "generation_id": str(self.generation_id) if self.generation_id else None,
            "retry_of": str(self.retry_of) if self.retry_of else None,
            "created_at": iso(self.created_at),
            "started_at": iso(self.started_at),
            "finished_at": iso(self.finished_at),
            "waited_seconds": round(self.waited_seconds, 3),
            "elapsed_seconds": _rounded(self.elapsed_seconds),
            "expected_seconds": _rounded(self.expected_seconds),
            "position": self.position,
            "try_again_at": iso(self.try_again_at),
            "is_cancelling": self.is_cancelling,
            "can_cancel": self.can_cancel,
            "can_retry": self.can_retry,
        }


def views_of(
    db: Database, jobs: Sequence[Job], moment: datetime, provider_id: UUID | str | None
) -> list[JobView]:
    """
    The views of some jobs, in their order; two or three queries for all of them.

    `provider_id` is today's: what was asked of another one cannot be tried again.
    """
    paces = {(job.kind, job.provider_id, job.pace) for job in jobs if not job.is_finished}
    expected = expected_seconds(db, sorted(paces, key=str))
    places = claims.positions(db, moment) if any(job.state is JobState.WAITING for job in jobs) else {}
    return [
        _view(
            job, moment, expected.get((job.kind, job.provider_id, job.pace)), places.get(job.id), provider_id
        )
        for job in jobs
    ]


def _view(
    job: Job, moment: datetime, expected: float | None, position: int | None, provider_id: UUID | str | None
) -> JobView:
    until = job.finished_at or moment
    waits_again = job.state is JobState.WAITING and job.due_at > moment
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        reason=job.reason,
        reason_text=job.reason_text,
        generation_id=job.generation_id,
        retry_of=job.retry_of,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        waited_seconds=_seconds(job.created_at, job.started_at or until),
        elapsed_seconds=None if job.started_at is None else _seconds(job.started_at, until),
        expected_seconds=expected,
        position=position,
        try_again_at=job.due_at if waits_again else None,
        is_cancelling=job.is_cancel_wished and not job.is_finished,
        can_cancel=not job.is_finished and not job.is_cancel_wished,
        can_retry=job.state in RETRIED and not job.is_elsewhere(provider_id),
    )


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
