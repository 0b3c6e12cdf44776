"""News of a person's jobs in the corner of every page: shown with the page, then asked for now and then."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from studio.accounts.access import SignedIn
from studio.html import Hx
from studio.jobs.job import Job, JobState
from studio.moments import now
from studio.wiring import Wired

router = APIRouter(prefix="/fragments/jobs")

MOST_NEWS = 5  # notices over one another; more are counted in one
# A page that slept for longer hears of what no page told, and not of what others did meanwhile.
LONGEST_SLEEP = timedelta(days=1)

_READY = {"image": "Your pictures are ready.", "video": "Your video is ready."}
_FAILED = {"image": "Your pictures did not come.", "video": "Your video did not come."}


@dataclass(frozen=True, slots=True)
class NewsItem:
    kind: str  # of toast
    text: str
    url: str


@router.get("/news", name="jobs.news")
def news(person: SignedIn, studio: Wired, page: Hx, since: datetime | None = None) -> HTMLResponse:
    """What this page does not know of yet, and an element that asks again while others are open."""
    found = studio.jobs.bell.news(studio.db, person.id, _moment(since))
    return page.answer(
        "jobs/news.html",
        ["news"],
        news=_items(found.ended),
        is_more=found.is_more,
        since=found.until.isoformat(),
    )


def _moment(since: datetime | None) -> datetime | None:
    if since is None:
        return None
    naive = since.astimezone(UTC).replace(tzinfo=None) if since.tzinfo else since
    return max(naive, now() - LONGEST_SLEEP)


def _items(ended: list[Job]) -> list[NewsItem]:
    """The youngest, and how many others there are."""
    items = [_item(job) for job in ended[-MOST_NEWS:]]
    others = ended[:-MOST_NEWS]
    if others:
        text = "One more has ended." if len(others) == 1 else f"{len(others)} more have ended."
        items.insert(0, NewsItem("info", text, f"/{others[-1].kind}s"))
    return items


def _item(job: Job) -> NewsItem:
    is_done = job.state is JobState.DONE
    texts = _READY if is_done else _FAILED
    url = f"/{job.kind}s#{job.kind}-{job.generation_id}"
    return NewsItem("success" if is_done else "warning", texts.get(job.kind, "A job has ended."), url)
