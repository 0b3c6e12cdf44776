"""Trying again what did not succeed: once, and for no more than the button said."""

from collections.abc import Sequence
from uuid import UUID

from studio.accounts.access import Person
from studio.catalogue.agreed import refuse_dearer
from studio.catalogue.estimate import Estimate
from studio.chat import rerunning as texts
from studio.chat.rerunning import KIND as TEXT
from studio.errors import Missing
from studio.generations import store
from studio.generations.generation import Generation
from studio.images import show as images
from studio.images.wish import KIND as IMAGE
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.once.once import BegunBefore, Once, begun_before
from studio.videos import show as videos
from studio.videos.refetching import NOTHING_MORE, can_be_fetched
from studio.videos.wish import KIND as VIDEO
from studio.wiring import Studio

ESTIMATES = {TEXT: texts.estimate_again, IMAGE: images.estimate_again, VIDEO: videos.estimate_again}


def try_again(studio: Studio, person: Person, job: Job, *, seen_usd: str, once: Once | None) -> Job:
    """
    The job that repeats this one of theirs; the same request sent `once` before gives what it began then.

    Raises Dearer where it costs more than `seen_usd` (empty: whoever asks has no say), and what Jobs.retry raises.
    """
    try:
        before = begun_before(studio.db, once)
        if before is None:
            return studio.jobs.retry(
                job.id,
                person_id=person.id,
                once=once,
                agreed=lambda: refuse_dearer(seen_usd, prices_again(studio, [job]).get(job.id)),
            )
    except BegunBefore as error:
        before = error.generation_id
    found = lists.list_of_generations(studio.db, person.id, [before]).get(before)
    if found is None:
        raise Missing
    return found


def prices_again(studio: Studio, jobs: Sequence[Job]) -> dict[UUID, Estimate | None]:
    """What trying each of these jobs again costs today, by their ids; a query for each person among them."""
    asked: dict[UUID, list[UUID]] = {}
    for job in jobs:
        if job.generation_id is not None:
            asked.setdefault(job.person_id, []).append(job.generation_id)
    found: dict[UUID, Generation] = {}
    for person_id, ids in asked.items():
        found |= store.list_generations(studio.db, person_id, ids)
    named = [(job, job.generation_id) for job in jobs if job.generation_id is not None]
    return {job.id: _price(studio, job, found.get(generation_id)) for job, generation_id in named}


def _price(studio: Studio, job: Job, generation: Generation | None) -> Estimate | None:
    estimate = ESTIMATES.get(job.kind)
    if estimate is None or generation is None:
        return None
    return NOTHING_MORE if can_be_fetched(job) else estimate(studio, generation)
