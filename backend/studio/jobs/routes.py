"""A person's own jobs as JSON: look, cancel, try again."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.generations.retrying import try_again
from studio.jobs.filters import STATE, page_of, wanted_states
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.jobs.views import views_of
from studio.moments import now
from studio.once.once import once_of_header
from studio.wiring import Studio, Wired

router = Router(prefix="/api/jobs", tags=["jobs"])


class Agreed(BaseModel):
    """The body of a retry, which may be left out: the price that whoever asks has seen."""

    model_config = ConfigDict(extra="forbid")

    seen_usd: Decimal | None = Field(None, ge=0)


@router.get("", name="api.jobs.list")
def list_(
    person: SignedIn, studio: Wired, state: STATE = None, kind: str | None = None, before: UUID | None = None
) -> dict[str, Any]:
    """The newest first, 50 a page; `state` may be given several times."""
    wanted = lists.Filter(person.id, wanted_states(state), kind, before)
    found, following = page_of(studio.db, wanted, "/api/jobs")
    views = views_of(studio.db, found, now(), studio.provider.id)
    return {"items": [view.as_json() for view in views], "next": following}


@router.get("/{job_id}", name="api.jobs.show")
def show(job_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """One job: its state, its place in the line, how long it took and may take."""
    return _shown(studio, lists.get_job(studio.db, job_id, person.id))


@router.post("/{job_id}/cancellation", name="api.jobs.cancellation")
def cancel(job_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """Stop it: at once while it waits, else where its work may be stopped. One that has ended is left as it is."""
    return _shown(studio, studio.jobs.cancel(job_id, person_id=person.id))


@router.post("/{job_id}/retry", status_code=201, name="api.jobs.retry")
def retry(
    job_id: UUID,
    person: SignedIn,
    studio: Wired,
    agreed: Agreed | None = None,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    """
    Try one that did not succeed once more: the answer is the new job.

    It is refused (409, `dearer`) where it may cost more than `seen_usd`, which is what an estimate called `worst_usd`.
    """
    once = once_of_header(person.id, idempotency_key, "retry", job_id)
    seen = "" if agreed is None or agreed.seen_usd is None else format(agreed.seen_usd, "f")
    job = lists.get_job(studio.db, job_id, person.id)
    return _shown(studio, try_again(studio, person, job, seen_usd=seen, once=once))


def _shown(studio: Studio, job: Job) -> dict[str, Any]:
    return views_of(studio.db, [job], now(), studio.provider.id)[0].as_json()
