"""Where a person finds what a job made, or was to make."""

from collections.abc import Sequence
from uuid import UUID

from studio.assets.asset import Asset
from studio.jobs.job import Job, JobState


def place_of(job: Job, made: Sequence[Asset]) -> str:
    """
    The page of what it made, which stays; else that of its kind, at its card.

    That page begins with the card: on the first one newer cards push it off.
    """
    if job.state is JobState.DONE and made:
        return f"/gallery/{made[0].id}"
    if job.generation_id is None:
        return f"/{job.kind}s"
    before = UUID(int=job.generation_id.int + 1)
    return f"/{job.kind}s?before={before}#{job.kind}-{job.generation_id}"
