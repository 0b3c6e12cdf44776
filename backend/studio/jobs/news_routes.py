"""News of a person's jobs in the corner of every page: shown with the page, then asked for now and then."""

from dataclasses import dataclass

from fastapi.responses import HTMLResponse

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.html import Hx
from studio.jobs.job import Job, JobState
from studio.wiring import Wired

router = Router(prefix="/fragments/jobs")

_READY = {"image": "Your pictures are ready.", "video": "Your video is ready."}
_FAILED = {"image": "Your pictures did not come.", "video": "Your video did not come."}


@dataclass(frozen=True, slots=True)
class NewsItem:
    kind: str  # of toast
    text: str
    url: str


@router.get("/news", name="jobs.news")
def news(person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """What has ended since the last time, and an element that asks again while others are open."""
    found = studio.jobs.bell.news(studio.db, person.id)
    items = [_item(job) for job in found.ended]
    return page.answer("jobs/news.html", ["news"], news=items, is_more=found.is_more)


def _item(job: Job) -> NewsItem:
    is_done = job.state is JobState.DONE
    texts = _READY if is_done else _FAILED
    url = f"/{job.kind}s#{job.kind}-{job.generation_id}"
    return NewsItem("success" if is_done else "warning", texts.get(job.kind, "A job has ended."), url)
