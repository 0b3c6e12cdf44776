"""
The noun: a job is durable work, done in steps, each due at a moment.

States: waiting → running → done | failed | cancelled | interrupted. *Running* means begun: it keeps its place under the
limits while it rests between two steps. A job in one of the last four never changes again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from uuid import UUID

from studio.db import Cursor, Row
from studio.ids import new_id
from studio.jobs.rules import Rules


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


UNFINISHED = (JobState.WAITING, JobState.RUNNING)
USUAL_PRIORITY = 100


class Priority(StrEnum):
    """How urgent a job is among those of its owner, which is all that it orders: see line.py."""

    SOONER = "sooner"
    USUAL = "usual"
    LATER = "later"

    @classmethod
    def of(cls, number: int) -> "Priority":
        """The word for a stored one: what is smaller goes first."""
        if number == USUAL_PRIORITY:
            return cls.USUAL
        return cls.SOONER if number < USUAL_PRIORITY else cls.LATER

    @property
    def number(self) -> int:
        return {Priority.SOONER: 50, Priority.USUAL: USUAL_PRIORITY, Priority.LATER: 150}[self]


@dataclass(frozen=True, slots=True)
class Job:
    """
    One job as stored. `lease_id` names the claim that works on it and fences its writes; None while it rests.

    Before it acts beyond this studio a handler records the step it is about to take, and after it the step that is
    done: a step such as "submitting" that is found after a kill has begun with unknown outcome.
    """

    id: UUID
    kind: str
    person_id: UUID
    generation_id: UUID | None
    provider_id: UUID | None
    pace: str
    retry_of: UUID | None
    state: JobState
    reason: str | None
    reason_text: str | None
    step: str
    priority: int
    attempts: int
    due_at: datetime
    deadline_at: datetime
    lease_id: UUID | None
    leased_until: datetime | None
    is_cancel_wished: bool
    provider_job_id: str | None
    provider_error: str | None
    notes: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED

    def is_elsewhere(self, provider_id: object) -> bool:
        """Whether it was asked of another provider than the one that runs now."""
        return self.provider_id is not None and self.provider_id != provider_id

    def is_overdue(self, moment: datetime) -> bool:
        """Whether its deadline has passed."""
        return self.deadline_at <= moment


def new_job(
    kind: str,
    person_id: UUID,
    *,
    moment: datetime,
    lasts: timedelta,
    step: str,
    generation_id: UUID | None = None,
    provider_id: UUID | None = None,
    pace: str = "",
    priority: int = USUAL_PRIORITY,
    notes: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    job_id: UUID | None = None,
) -> Job:
    """A job that waits from now on and is given up once it `lasts` longer than that. `store.add_job` makes its row."""
    return Job(
        id=job_id or new_id(),
        kind=kind,
        person_id=person_id,
        generation_id=generation_id,
        provider_id=provider_id,
        pace=pace,
        retry_of=None,
        state=JobState.WAITING,
        reason=None,
        reason_text=None,
        step=step,
        priority=priority,
        attempts=0,
        due_at=due_at or moment,
        deadline_at=moment + lasts,
        lease_id=None,
        leased_until=None,
        is_cancel_wished=False,
        provider_job_id=None,
        provider_error=None,
        notes=dict(notes or {}),
        created_at=moment,
        started_at=None,
        finished_at=None,
    )


def as_retry_of(job: Job, fresh: Job) -> Job:
    """`fresh`, marked as the repetition of a job that has ended."""
    return replace(fresh, retry_of=job.id)


def notes_text(notes: Mapping[str, Any]) -> str:
    """Notes as they are stored."""
    return json.dumps(notes, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a job ends; `rows` are its kind's own and go into the same commit."""

    state: ClassVar[JobState]
    rows: Sequence[Row] = ()
    reason: str | None = None
    reason_text: str | None = None
    provider_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(End):
    state = JobState.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(End):
    state = JobState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(End):
    state = JobState.CANCELLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(End):
    state = JobState.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Again:
    """
    Rest, and go on with `step` at `due_at`. `notes` None keeps the notes.

    It counts as progress, so attempts begin anew; what goes on for ever is ended by the job's deadline. `is_in_line`:
    nothing of it runs anywhere meanwhile, so it waits in line again and its place is free for others.
    """

    step: str
    due_at: datetime
    notes: Mapping[str, Any] | None = None
    rows: Sequence[Row] = field(default=())
    is_in_line: bool = False


Next = Done | Failed | Cancelled | Interrupted | Again


class Desk(Protocol):
    """What a handler has beside its job; desk.py has the real one."""

    @property
    def job(self) -> Job: ...
    async def record(
        self,
        step: str,
        *rows: Row,
        provider_job_id: str | None = None,
        notes: Mapping[str, Any] | None = None,
        deadline_at: datetime | None = None,
    ) -> Job: ...
    def safe_point(self) -> None: ...


class Handler(Protocol):
    """
    What knows one kind of job.

    `work` runs on the event loop. It ends the job by what it returns; TryAgain and every other exception mean
    "later", until `rules.most_attempts` are used up.
    `rows_of_end` gives the kind's own rows for an end that was decided elsewhere: cancelled, timed out, given up. It
    reads with the cursor it is given, which may be that of the transaction that ends the job, so it takes milliseconds
    and waits for nobody; and it must work for every step, also one whose outcome is unknown.
    `again` makes a new job (and the kind's own rows) that repeats one that has ended, or raises a StudioError that says
    why not; it runs in a worker thread.
    """

    kind: str
    rules: Rules

    async def work(self, job: Job, desk: Any) -> Next: ...
    def rows_of_end(self, cursor: Cursor, job: Job, end: End) -> Sequence[Row]: ...
    def again(self, job: Job, moment: datetime) -> tuple[Job, Sequence[Row]]: ...
