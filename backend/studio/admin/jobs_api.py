"""The administration of jobs as JSON."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from studio.accounts.access import Administrator, Person
from studio.accounts.client import Caller
from studio.accounts.gate import Router
from studio.admin.jobs import (
    Acting,
    cancel_job,
    delete_job,
    move_job,
    purge_jobs,
    retry_job,
    shown_to_admin,
    time_out_job,
)
from studio.jobs.filters import STATE, page_of, wanted_states
from studio.jobs.job import Job, Priority
from studio.jobs.store import lists
from studio.moments import now
from studio.wiring import Studio, Wired

router = Router(prefix="/api/admin/jobs", tags=["administration"])


class Purge(BaseModel):
    older_than_days: int = Field(ge=0, le=3650)


class Move(BaseModel):
    model_config = ConfigDict(extra="forbid")

    priority: Priority


@router.get("", name="api.admin.jobs")
def jobs(
    studio: Wired,
    admin: Administrator,
    state: STATE = None,
    kind: str | None = None,
    person_id: UUID | None = None,
    before: UUID | None = None,
) -> dict[str, Any]:
    """Everybody's jobs, the newest first, 50 a page; `state` may be given several times."""
    wanted = lists.Filter(person_id, wanted_states(state), kind, before)
    found, following = page_of(studio.db, wanted, "/api/admin/jobs")
    return {"items": _shown(studio, admin, found), "next": following}


@router.get("/{job_id}", name="api.admin.jobs.show")
def show(job_id: UUID, studio: Wired, admin: Administrator) -> dict[str, Any]:
    """One job with owner, provider's id and the provider's own words."""
    return _shown(studio, admin, [lists.get_job(studio.db, job_id)])[0]


@router.post("/{job_id}/cancellation", name="api.admin.jobs.cancellation")
def cancel(job_id: UUID, studio: Wired, admin: Administrator, client: Caller) -> dict[str, Any]:
    """Stop it: at once while it waits, else where its work may be stopped."""
    return _shown(studio, admin, [cancel_job(studio.jobs, job_id, Acting(admin, client, now()))])[0]


@router.post("/{job_id}/retry", status_code=201, name="api.admin.jobs.retry")
def retry(job_id: UUID, studio: Wired, admin: Administrator, client: Caller) -> dict[str, Any]:
    """Repeat one that did not succeed; the answer is the new job."""
    return _shown(studio, admin, [retry_job(studio.jobs, job_id, Acting(admin, client, now()))])[0]


@router.post("/{job_id}/timeout", name="api.admin.jobs.timeout")
def time_out(job_id: UUID, studio: Wired, admin: Administrator, client: Caller) -> dict[str, Any]:
    """Give it up now, whoever works on it."""
    return _shown(studio, admin, [time_out_job(studio.jobs, job_id, Acting(admin, client, now()))])[0]


@router.put("/{job_id}/priority", name="api.admin.jobs.priority")
def move(job_id: UUID, body: Move, studio: Wired, admin: Administrator, client: Caller) -> dict[str, Any]:
    """Let one that waits have its turn sooner or later than its owner's others; nobody else's are passed by it."""
    return _shown(
        studio, admin, [move_job(studio.jobs, job_id, body.priority, Acting(admin, client, now()))]
    )[0]


@router.delete("/{job_id}", status_code=204, name="api.admin.jobs.delete")
def delete(job_id: UUID, studio: Wired, admin: Administrator, client: Caller) -> None:
    """Forget one that has ended; what it made stays."""
    delete_job(studio.jobs, job_id, Acting(admin, client, now()))


@router.post("/purge", name="api.admin.jobs.purge")
def purge(body: Purge, studio: Wired, admin: Administrator, client: Caller) -> dict[str, int]:
    """Forget all that ended longer ago than this; says how many there were."""
    moment = now()
    before = moment - timedelta(days=body.older_than_days)
    return {"jobs": purge_jobs(studio.db, before, Acting(admin, client, moment))}


def _shown(studio: Studio, admin: Person, found: list[Job]) -> list[dict[str, Any]]:
    sees_prompts = studio.settings.admins_see_prompts
    return shown_to_admin(
        studio.db, found, admin, now(), provider_id=studio.provider.id, sees_prompts=sees_prompts
    )
