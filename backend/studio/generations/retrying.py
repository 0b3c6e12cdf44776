"""Trying again what did not succeed: once, and for no more than the button said."""

from studio.accounts.access import Person
from studio.catalogue.agreed import refuse_dearer
from studio.catalogue.estimate import Estimate
from studio.errors import Missing
from studio.generations import store
from studio.images import show as images
from studio.images.wish import KIND as IMAGE
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.once.once import BegunBefore, Once, begun_before
from studio.videos import show as videos
from studio.videos.refetching import NOTHING_MORE, can_be_fetched
from studio.videos.wish import KIND as VIDEO
from studio.wiring import Studio

_ESTIMATES = {IMAGE: images.estimate_again, VIDEO: videos.estimate_again}


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
                agreed=lambda: refuse_dearer(seen_usd, _estimate(studio, job)),
            )
    except BegunBefore as error:
        before = error.generation_id
    found = lists.list_of_generations(studio.db, person.id, [before]).get(before)
    if found is None:
        raise Missing
    return found


def _estimate(studio: Studio, job: Job) -> Estimate | None:
    estimate = _ESTIMATES.get(job.kind)
    if estimate is None or job.generation_id is None:
        return None
    if can_be_fetched(job):
        return NOTHING_MORE
    return estimate(studio, store.get_generation(studio.db, job.person_id, job.generation_id))
