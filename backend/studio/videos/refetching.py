"""
Fetching again: a request that ended here without its video, of which the provider has made one, or may yet.

It goes on under the provider's own name for it, so that nothing is submitted and nothing paid a second time. What it
cost belongs to the generation that it was first asked for with.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from studio.catalogue.estimate import Estimate
from studio.db import Row
from studio.generations import store as generations
from studio.generations.generation import Generation, booked
from studio.jobs.job import Job, JobState
from studio.videos.steps import POLLING
from studio.videos.wish import KIND, job_for

# A note of a job that only fetches: the generation that the provider is paid for.
PAID_AS = "paid_as"
NOTHING_MORE = Estimate(Decimal(0), Decimal(0), 0, None)
# There is nothing to be had there any more, or what there is came whole, twice, and is no video.
_OVER = {
    "provider_failed",
    "provider_cancelled",
    "provider_expired",
    "vanished",
    "content_expired",
    "not_a_video",
    "video_damaged",
}


def can_be_fetched(job: Job) -> bool:
    """Whether trying this ended job again means no more than fetching what was bought with it."""
    is_without = job.kind == KIND and job.is_finished and job.state is not JobState.DONE
    return is_without and job.provider_job_id is not None and job.reason not in _OVER


def is_fetching_only(job: Job) -> bool:
    return PAID_AS in job.notes


def fetching_job(fresh: Generation, job: Job) -> Job:
    """The job that goes on where this one ended, with all the patience of a new one."""
    kept = {name: job.notes[name] for name in ("polling_url", "asked_as") if name in job.notes}
    notes = {
        **kept,
        PAID_AS: job.notes.get(PAID_AS, str(job.generation_id)),
        "submitted_at": fresh.asked_at.isoformat(),
    }
    begun = job_for(fresh, job.notes.get("inputs", []))
    return replace(begun, step=POLLING, provider_job_id=job.provider_job_id, notes={**begun.notes, **notes})


def cost_rows(job: Job) -> Sequence[Row]:
    """What it cost, once that is told, is written where it belongs, unless it is there."""
    cost = job.notes.get("cost_usd")
    if not is_fetching_only(job) or cost is None:
        return []
    paid = booked(Decimal(cost))
    return [] if paid is None else [generations.set_cost(UUID(job.notes[PAID_AS]), paid)]
