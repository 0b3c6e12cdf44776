"""
The administrator's verbs about jobs; each is in the audit log, in the same commit.

Other people's prompts are shown only where the installation says so, and then a provider's own words about them too:
an error may quote what it refuses. Where the prompt is not known, because it was forgotten, nobody can tell whether
they do, and they are not shown either.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.accounts.audit import Entry
from studio.accounts.client import Client
from studio.accounts.person import Person
from studio.accounts.store import audit
from studio.admin.quoting import quotes
from studio.db import Cursor, Database
from studio.generations import store as generations
from studio.jobs.job import Job, Priority
from studio.jobs.jobs import Also, Jobs
from studio.jobs.store import changes
from studio.jobs.views import views_of
from studio.moments import iso
from studio.once.once import Once

HIDDEN = "[not shown: it may quote the prompt, which administrators of this studio do not see]"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, from where, and when."""

    admin: Person
    client: Client
    moment: datetime

    def entry(
        self,
        action: str,
        subject: str,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> Entry:
        return Entry.of(
            action,
            subject,
            actor_id=self.admin.id,
            address=self.client.address,
            moment=self.moment,
            before=before,
            after=after,
        )


def cancel_job(jobs: Jobs, job_id: UUID, acting: Acting) -> Job:
    """Stop somebody's job. One that has ended is left as it is."""
    reason = "cancelled_by_admin"
    return jobs.cancel(job_id, reason=reason, also=_audited(acting, "job.cancelled", {"reason": reason}))


def retry_job(
    jobs: Jobs,
    job_id: UUID,
    acting: Acting,
    once: Once | None = None,
    agreed: Callable[[], None] = lambda: None,
) -> Job:
    """Repeat somebody's job, at its owner's cost. Raises NotFinished, CannotRepeat, BegunBefore, what `agreed` does."""
    also = _audited(acting, "job.retried")
    return jobs.retry(job_id, once=once, agreed=agreed, also=also, moment=acting.moment)


def time_out_job(jobs: Jobs, job_id: UUID, acting: Acting) -> Job:
    """Give somebody's job up. Raises AlreadyFinished."""
    return jobs.time_out(job_id, also=_audited(acting, "job.timed_out", {"reason": "marked_timed_out"}))


def move_job(jobs: Jobs, job_id: UUID, priority: Priority, acting: Acting) -> Job:
    """Let somebody's job wait for its turn sooner or later than their others. Raises NotWaiting."""
    return jobs.move(job_id, priority, also=_audited(acting, "job.moved", {"priority": priority}))


def delete_job(jobs: Jobs, job_id: UUID, acting: Acting) -> None:
    """Forget a job that has ended. Raises NotFinished."""
    jobs.delete(job_id, also=_audited(acting, "job.deleted"))


def purge_jobs(db: Database, before: datetime, acting: Acting) -> int:
    """Forget all jobs that ended before a moment; how many there were."""

    def work(cursor: Cursor) -> int:
        gone = changes.purge(cursor, before)
        if gone:
            facts = {"ended_before": iso(before), "jobs": gone}
            audit.add_entry(cursor, acting.entry("jobs.purged", "jobs:ended", facts))
        return gone

    return db.transact(work)


def shown_to_admin(
    db: Database,
    jobs: Sequence[Job],
    admin: Person,
    moment: datetime,
    *,
    provider_id: UUID | str | None,
    sees_prompts: bool,
) -> list[dict[str, Any]]:
    """What an administrator sees of these jobs: all of it, but prompts only of their own or where that is allowed."""
    ids = [job.generation_id for job in jobs if job.generation_id is not None]
    prompts = generations.list_prompts(db, ids)
    shown = []
    for job, view in zip(jobs, views_of(db, jobs, moment, provider_id), strict=True):
        prompt = prompts.get(job.generation_id) if job.generation_id else None
        is_open = sees_prompts or job.person_id == admin.id
        shown.append(
            {
                **view.as_json(),
                "person_id": str(job.person_id),
                "provider_id": str(job.provider_id) if job.provider_id else None,
                "provider_job_id": job.provider_job_id,
                "provider_error": job.provider_error if is_open else _told(job, prompt),
                "prompt": prompt if is_open else None,
                "step": job.step,
                "attempts": job.attempts,
                "priority": Priority.of(job.priority),
                "due_at": iso(job.due_at),
                "deadline_at": iso(job.deadline_at),
            }
        )
    return shown


def _told(job: Job, prompt: str | None) -> str | None:
    """The provider's words; work that never had a prompt cannot be told about in one."""
    return job.provider_error if job.generation_id is None else without(job.provider_error, prompt)


def without(words: str | None, prompt: str | None) -> str | None:
    """A provider's words, or a note in their place if they quote the prompt, or if there is none to compare with."""
    if not words:
        return words
    return HIDDEN if quotes(words, prompt or "") else words


def _audited(acting: Acting, action: str, after: Mapping[str, object] | None = None) -> Also:
    def add(cursor: Cursor, before: Job) -> None:
        audit.add_entry(cursor, acting.entry(action, f"job:{before.id}", _facts(before), after))

    return add


def _facts(job: Job) -> dict[str, object]:
    """Without a prompt: the audit log is for all administrators, and for ever."""
    return {
        "kind": job.kind,
        "state": job.state,
        "reason": job.reason,
        "person_id": job.person_id,
        "provider_job_id": job.provider_job_id,
        "priority": Priority.of(job.priority),
    }
