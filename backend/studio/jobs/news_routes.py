"""News of a person's jobs in the corner of every page: shown with the page, then asked for now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi.responses import HTMLResponse

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.assets import store as assets
from studio.html import Hx
from studio.jobs.job import Job, JobState
from studio.jobs.places import place_of
from studio.moments import now
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments/jobs")

# A page that slept for longer hears of what no page told, and not of what others did meanwhile.
LONGEST_SLEEP = timedelta(days=1)

# Of one job, and of several.
_READY = {
    "image": ("Your pictures are ready.", "Your pictures are ready."),
    "video": ("Your video is ready.", "Your videos are ready."),
}
_FAILED = {
    "image": ("Your pictures did not come.", "Several of your pictures did not come."),
    "video": ("Your video did not come.", "Several of your videos did not come."),
}
_ENDED = ("A job has ended.", "Jobs have ended.")


@dataclass(frozen=True, slots=True)
class NewsItem:
    kind: str  # of toast
    text: str
    url: str


@router.get("/news", name="jobs.news")
def news(person: SignedIn, studio: Wired, page: Hx, since: datetime | None = None) -> HTMLResponse:
    """What this page does not know of yet, and an element that asks again while others are open."""
    found = studio.jobs.bell.news(studio.db, person.id, _moment(since))
    alike: dict[tuple[str, bool], list[Job]] = {}
    for job in found.ended:
        alike.setdefault((job.kind, job.state is JobState.DONE), []).append(job)
    return page.answer(
        "jobs/news.html",
        ["news"],
        news=[_item(studio, jobs) for jobs in alike.values()],
        is_more=found.is_more,
        since=found.until.isoformat(),
    )


def _moment(since: datetime | None) -> datetime | None:
    if since is None:
        return None
    try:
        naive = since.astimezone(UTC).replace(tzinfo=None) if since.tzinfo else since
    except OverflowError:  # at either end of the calendar
        return None
    return max(naive, now() - LONGEST_SLEEP)


def _item(studio: Studio, jobs: Sequence[Job]) -> NewsItem:
    """One piece of news for all that ended alike, since five would hide a phone's page; it leads to the latest."""
    job = jobs[-1]
    is_done = job.state is JobState.DONE
    one, several = (_READY if is_done else _FAILED).get(job.kind, _ENDED)
    return NewsItem("success" if is_done else "warning", several if len(jobs) > 1 else one, _url(studio, job))


def _url(studio: Studio, job: Job) -> str:
    ids = [job.generation_id] if job.generation_id else []
    made = assets.list_made(studio.db, job.person_id, ids)
    return place_of(job, [asset for each in made.values() for asset in each])
