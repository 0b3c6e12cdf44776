"""/fragments/jobs: a person's own jobs as a list that looks after itself, and what can be done with one."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict
from studio.generations.following import stop_job
from studio.generations.retrying import try_again
from studio.html import Hx, Page, shown_on
from studio.jobs.filters import wanted_states
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.once.once import once_of_form
from studio.wiring import Studio, Wired
from studio.wishes.listing import job_items
from studio.wishes.listing_views import KINDS, WORDS, Chosen
from studio.wishes.pressed import Button
from studio.wishes.stopped import note_of_stop

router = Router(prefix="/fragments/jobs")

PAGE_SIZE = 25
# Of one page, and of what was tried again on it.
MOST_WATCHED = 2 * PAGE_SIZE
# Longer than the cards' pages take: somebody chooses from the lists above it meanwhile.
REFRESH_SECONDS = 10
_Text = Annotated[str, Query(max_length=60)]


def chosen(kind: _Text = "", state: _Text = "", before: UUID | None = None, still: bool = False) -> Chosen:
    return Chosen(kind, state, before, still)


Choice = Annotated[Chosen, Depends(chosen)]


@router.get("", name="jobs.page")
def page_(person: SignedIn, studio: Wired, page: Hx, choice: Choice) -> HTMLResponse:
    """The newest first; every page of them has an address. Of the ends that it shows no page tells any more."""
    states = wanted_states([choice.state] if choice.state else None)
    wanted = lists.Filter(person.id, states, choice.kind or None, choice.before)
    found = lists.list_jobs(studio.db, wanted, PAGE_SIZE + 1)
    is_more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    is_running = any(not job.is_finished for job in found)
    seen = [job.generation_id for job in found if job.is_finished and job.generation_id is not None]
    studio.jobs.bell.saw(studio.db, person.id, *seen)
    headers = shown_on(f"/jobs{choice.query}", title="Jobs")
    if is_running and not choice.still:
        headers["Studio-Refresh"] = str(REFRESH_SECONDS)
    return page.answer(
        "jobs/jobs.html",
        ["jobs"],
        headers=headers,
        older=replace(choice, before=found[-1].id) if is_more else None,
        kinds=KINDS,
        states={state.value: word for state, word in WORDS.items()},
        kept_days=studio.settings.jobs_kept_days,
        **_shown(studio, person, choice, found, is_running=is_running),
    )


@router.get("/watch", name="jobs.watch")
def watch(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    choice: Choice,
    open_: Annotated[list[UUID] | None, Query(alias="open")] = None,
) -> HTMLResponse:
    """The rows of those that a page shows as open, as they are now; it asks again while one of them still is."""
    found = lists.list_named(studio.db, person.id, (open_ or [])[:MOST_WATCHED])
    is_running = any(not job.is_finished for job in found)
    return page.answer(
        "jobs/jobs.html", ["watched"], **_shown(studio, person, choice, found, is_running=is_running)
    )


@router.get("/{job_id}", name="jobs.show")
def show(job_id: UUID, person: SignedIn, studio: Wired, page: Hx, choice: Choice) -> HTMLResponse:
    job = lists.get_job(studio.db, job_id, person.id)
    return _row(studio, person, page, choice, job)


@router.post("/{job_id}/cancellation", name="jobs.cancellation")
async def cancel(job_id: UUID, person: SignedIn, studio: Wired, page: Hx, choice: Choice) -> HTMLResponse:
    """Stop it; one that has ended is left as it is."""
    await stop_job(studio, await studio.read(lists.get_job, studio.db, job_id, person.id))
    job = await studio.read(lists.get_job, studio.db, job_id, person.id)
    headers = shown_on(f"/jobs{choice.query}#job-{job_id}", note=note_of_stop(job.state))
    return await studio.read(lambda: _row(studio, person, page, choice, job, headers=headers))


@router.post("/{job_id}/retry", status_code=201, name="jobs.retry")
def retry(
    job_id: UUID, person: SignedIn, studio: Wired, page: Hx, choice: Choice, button: Button
) -> HTMLResponse:
    """
    Ask once more for what did not succeed, for no more than the button said; the new one stands on top. Pressed twice,
    here or on its card, it is still one.
    """
    job = lists.get_job(studio.db, job_id, person.id)
    once = once_of_form(person.id, button.key, "retry", job.id)
    try:
        fresh = try_again(studio, person, job, seen_usd=button.seen_usd, once=once)
    except Conflict as error:
        aim = {"HX-Retarget": f"#job-{job.id}", "HX-Reswap": "outerHTML"} if page.is_htmx else {}
        return _row(studio, person, page, choice, job, status=error.status, headers=aim, error=error.text)
    headers = shown_on(f"/jobs#job-{fresh.id}", note="It is asked for once more: on top of the list.")
    context = _shown(studio, person, choice, [fresh], is_running=True)
    return page.answer("jobs/job.html", ["repeated"], status=201, headers=headers, tried=job, **context)


def _row(
    studio: Studio,
    person: Person,
    page: Page,
    choice: Chosen,
    job: Job,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    error: str | None = None,
) -> HTMLResponse:
    """The row of one job; without htmx it is a list of its own, in its page."""
    (item,) = job_items(studio, person, [job])
    item = replace(item, retry_error=error)
    block = "job" if page.is_htmx else "alone"
    return page.answer("jobs/job.html", [block], status=status, headers=headers, job=item, choice=choice)


def _shown(
    studio: Studio, person: Person, choice: Chosen, found: list[Job], *, is_running: bool
) -> dict[str, Any]:
    return {"jobs": job_items(studio, person, found), "choice": choice, "is_running": is_running}
