"""From jobs to the rows of their owner's list, in a number of queries that does not grow with them."""

from collections.abc import Sequence

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.generations.retrying import prices_again
from studio.images import views as images
from studio.images.wish import KIND as IMAGE
from studio.jobs.job import Job, JobState
from studio.jobs.views import JobView, views_of
from studio.moments import now
from studio.videos import views as videos
from studio.videos.wish import KIND as VIDEO
from studio.wiring import Studio
from studio.wishes.listing_views import JobItem, Working, job_item


def job_items(studio: Studio, person: Person, jobs: Sequence[Job]) -> list[JobItem]:
    """One row for each of these jobs of theirs, in the same order."""
    ids = [job.generation_id for job in jobs if job.generation_id is not None]
    moment = now()
    # After the jobs and before the files, as for the cards: no end is shown without what came of it.
    asked = generations.list_generations(studio.db, person.id, ids)
    made = assets.list_made(studio.db, person.id, ids)
    views = views_of(studio.db, jobs, moment, studio.provider.id)
    repeatable = [job for job, view in zip(jobs, views, strict=True) if view.can_retry]
    prices = prices_again(studio, repeatable)
    found = []
    for job, view in zip(jobs, views, strict=True):
        generation = asked.get(job.generation_id) if job.generation_id else None
        found.append(
            job_item(
                job,
                view,
                generation,
                model_name=_model_name(studio, generation),
                made=made.get(generation.id, []) if generation else [],
                working=_working(studio, job, view, generation),
                again=prices.get(job.id),
                moment=moment,
            )
        )
    return found


def _model_name(studio: Studio, generation: Generation | None) -> str:
    if generation is None:
        return ""
    model = studio.catalogue.find(generation.model)
    return model.name if model else generation.model


def _working(studio: Studio, job: Job, view: JobView, generation: Generation | None) -> Working | None:
    """As its card says it; of what waits only what keeps it back."""
    if generation is None or generation.is_finished or job.is_finished:
        return None
    is_shown = job.state is JobState.RUNNING and not view.is_cancelling
    if job.kind == IMAGE:
        painted = images.making(generation, view, job.notes.get("notice"), studio.board.find(generation.id))
        text, value, notice = painted.text, painted.value if painted.most else None, painted.notice
    elif job.kind == VIDEO:
        filmed = videos.making(generation, job, view)
        text, value, notice = filmed.text, filmed.value if filmed.is_measured else None, filmed.notice
    else:
        return None
    return Working(text if is_shown else "", value, notice) if is_shown or notice else None
