"""/fragments/admin/jobs: everybody's jobs, and what can be done about them."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Query
from fastapi.responses import HTMLResponse

from studio.accounts.access import Administrator, Person
from studio.accounts.client import Caller
from studio.accounts.gate import Router
from studio.accounts.people import list_people
from studio.admin.jobs import (
    Acting,
    cancel_job,
    delete_job,
    move_job,
    purge_jobs,
    retry_job,
    shown_to_admin,
    time_out_job,
)
from studio.admin.jobs_views import STATES, JobRow, JobsFilter, job_rows
from studio.catalogue.agreed import Dearer, refuse_dearer
from studio.errors import Invalid
from studio.generations.following import wait_for_end
from studio.generations.retrying import prices_again
from studio.html import Hx, Page, shown_on
from studio.jobs.filters import PAGE_SIZE, wanted_states
from studio.jobs.job import Job, JobState, Priority
from studio.jobs.store import lists
from studio.moments import now
from studio.once.once import BegunBefore, once_of_form
from studio.wiring import Studio, Wired
from studio.wishes.listing_views import KINDS
from studio.wishes.pressed import Button

router = Router(prefix="/fragments/admin/jobs")

HERE = "/admin/jobs"
MOST_DAYS = 3650
AGAIN = "It is tried again."
MOVED = {
    Priority.SOONER: "It comes before its owner’s other jobs now.",
    Priority.USUAL: "It waits as usual now.",
    Priority.LATER: "It comes after its owner’s other jobs now.",
}
_Text = Annotated[str, Query(max_length=60)]


def chosen(
    kind: _Text = "", state: _Text = "", person_id: _Text = "", before: UUID | None = None
) -> JobsFilter:
    return JobsFilter(kind, state, person_id, before)


Choice = Annotated[JobsFilter, Depends(chosen)]


@router.get("", name="admin.jobs")
def jobs(studio: Wired, page: Hx, admin: Administrator, choice: Choice) -> HTMLResponse:
    """The newest first; what follows behind the last one is fetched on its own."""
    found = lists.list_jobs(studio.db, _wanted(choice), PAGE_SIZE + 1)
    following = replace(choice, before=found[PAGE_SIZE - 1].id).query if len(found) > PAGE_SIZE else None
    names = _names(studio)
    context: dict[str, Any] = {
        "jobs": _rows(studio, admin, found[:PAGE_SIZE], names),
        "following": following,
        "choice": choice,
    }
    if page.is_htmx and choice.before is not None:
        return page.answer("admin/jobs.html", ["more"], **context)
    return page.answer(
        "admin/jobs.html",
        ["jobs"],
        headers=shown_on(HERE, title="Jobs"),
        kinds=KINDS,
        states=STATES,
        people=names,
        kept_days=studio.settings.jobs_kept_days,
        **context,
    )


@router.post("/{job_id}/cancellation", name="admin.jobs.cancellation")
async def cancel(
    job_id: UUID, studio: Wired, page: Hx, admin: Administrator, client: Caller, choice: Choice
) -> HTMLResponse:
    """Stop it: at once while it waits, else where its work may be stopped, which is waited for a moment."""
    acting = Acting(admin, client, now())
    job = await studio.read(cancel_job, studio.jobs, job_id, acting)
    job = await wait_for_end(studio, job)
    text = "The job stops as soon as its work may be stopped."
    if job.is_finished:
        is_stopped = job.state is JobState.CANCELLED
        text = "The job was stopped." if is_stopped else "The job ended before it could be stopped."
    return await studio.read(_told, studio, page, admin, job, text, choice)


@router.post("/{job_id}/timeout", name="admin.jobs.timeout")
def time_out(
    job_id: UUID, studio: Wired, page: Hx, admin: Administrator, client: Caller, choice: Choice
) -> HTMLResponse:
    """Give it up now, whoever works on it."""
    job = time_out_job(studio.jobs, job_id, Acting(admin, client, now()))
    return _told(studio, page, admin, job, "The job was given up.", choice)


@router.post("/{job_id}/priority", name="admin.jobs.priority")
def move(
    job_id: UUID,
    studio: Wired,
    page: Hx,
    admin: Administrator,
    client: Caller,
    choice: Choice,
    priority: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Let one that waits have its turn sooner or later than its owner's others, whose places change with it."""
    if priority not in tuple(Priority):
        raise Invalid("Say whether it is to come sooner, as usual, or later.", field="priority")
    place = Priority(priority)
    job = move_job(studio.jobs, job_id, place, Acting(admin, client, now()))
    waiting = lists.Filter(job.person_id, (JobState.WAITING,), job.kind)
    others = [each for each in lists.list_jobs(studio.db, waiting, PAGE_SIZE) if each.id != job.id]
    rows = _rows(studio, admin, [job, *others], _names(studio))
    headers, text = _back(choice, job, MOVED[place]), MOVED[place]
    return page.answer("admin/job.html", ["moved"], headers=headers, jobs=rows, text=text, choice=choice)


@router.post("/{job_id}/retry", status_code=201, name="admin.jobs.retry")
def retry(
    job_id: UUID,
    studio: Wired,
    page: Hx,
    admin: Administrator,
    client: Caller,
    choice: Choice,
    button: Button,
) -> HTMLResponse:
    """
    Repeat one that did not succeed, for no more than the button said; the new one stands on top. Pressed twice: one.
    """
    job = lists.get_job(studio.db, job_id)
    once = once_of_form(admin.id, button.key, "admin retry", job.id)

    def agreed() -> None:
        refuse_dearer(button.seen_usd, prices_again(studio, [job]).get(job.id))

    try:
        fresh = retry_job(studio.jobs, job_id, Acting(admin, client, now()), once, agreed)
    except BegunBefore:
        return HTMLResponse("", headers=_back(choice.begun_anew, None, AGAIN))
    except Dearer as error:
        (row,) = _rows(studio, admin, [job], _names(studio))
        aim = {"HX-Retarget": f"#job-{job.id}", "HX-Reswap": "outerHTML"}
        row = replace(row, retry_error=error.text)
        return page.answer(
            "admin/job.html", ["job"], status=error.status, headers=aim, job=row, choice=choice
        )
    (row,) = _rows(studio, admin, [fresh], _names(studio))
    headers = _back(choice.begun_anew, fresh, AGAIN)
    return page.answer("admin/job.html", ["repeated"], status=201, headers=headers, job=row, choice=choice)


@router.post("/{job_id}/deletion", name="admin.jobs.deletion")
def delete(
    job_id: UUID, studio: Wired, page: Hx, admin: Administrator, client: Caller, choice: Choice
) -> HTMLResponse:
    """Forget one that has ended; what it made stays."""
    delete_job(studio.jobs, job_id, Acting(admin, client, now()))
    text = "The job was deleted. What it made stays."
    # An answer of partials alone leaves its target as it is, here the row that has to go.
    headers = {**_back(choice, None, text), "HX-Reswap": "delete"}
    return page.answer("admin/job.html", ["told"], headers=headers, text=text)


@router.post("/purge", name="admin.jobs.purge")
def purge(
    studio: Wired,
    page: Hx,
    admin: Administrator,
    client: Caller,
    choice: Choice,
    days: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Forget all that ended longer ago than this, of everybody; the list stays as it was chosen."""
    moment = now()
    before = moment - timedelta(days=_days(days))
    gone = purge_jobs(studio.db, before, Acting(admin, client, moment))
    text = f"{gone} ended {'job was' if gone == 1 else 'jobs were'} deleted."
    headers = _back(choice.newest, None, text)
    if page.is_htmx:
        headers["HX-Redirect"] = headers["Studio-Page"]
    return page.answer("admin/job.html", ["told"], headers=headers, text=text)


def _told(studio: Studio, page: Page, admin: Person, job: Job, text: str, choice: JobsFilter) -> HTMLResponse:
    (row,) = _rows(studio, admin, [job], _names(studio))
    headers = _back(choice, job, text)
    return page.answer("admin/job.html", ["job", "told"], headers=headers, job=row, text=text, choice=choice)


def _back(choice: JobsFilter, job: Job | None, note: str) -> dict[str, str]:
    """Where somebody without scripts goes on: the page they pressed on, at the job."""
    return shown_on(f"{HERE}{choice.query}{f'#job-{job.id}' if job else ''}", note=note)


def _rows(studio: Studio, admin: Person, found: list[Job], names: dict[UUID, str]) -> list[JobRow]:
    moment = now()
    sees = studio.settings.admins_see_prompts
    shown = shown_to_admin(studio.db, found, admin, moment, provider_id=studio.provider.id, sees_prompts=sees)
    repeated = [job for job, seen in zip(found, shown, strict=True) if seen["can_retry"]]
    return job_rows(found, shown, names, prices_again(studio, repeated), moment)


def _names(studio: Studio) -> dict[UUID, str]:
    accounts, _ = list_people(studio.db)
    return {account.id: account.name or account.email for account in accounts}


def _wanted(choice: JobsFilter) -> lists.Filter:
    """Raises Invalid for what is no state, and for what is nobody's id."""
    try:
        person_id = UUID(choice.person_id) if choice.person_id else None
    except ValueError:
        raise Invalid("There is nobody of that id.", field="person_id") from None
    states = wanted_states([choice.state] if choice.state else None)
    return lists.Filter(person_id, states, choice.kind or None, choice.before)


def _days(text: str) -> int:
    """Raises Invalid for what is no number of days."""
    if not (text.strip().isascii() and text.strip().isdigit() and int(text.strip()[:9]) <= MOST_DAYS):
        raise Invalid(f"Say how many days: a whole number from 0 to {MOST_DAYS:,}.", field="days")
    return int(text.strip())
