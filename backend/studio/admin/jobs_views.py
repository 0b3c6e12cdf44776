"""A job as the administrator's page shows it: with owner, state, provider's id, and the provider's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from studio.accounts.views import ago
from studio.catalogue.agreed import worst_text
from studio.catalogue.estimate import Estimate
from studio.jobs.job import Job, JobState, Priority
from studio.videos.views import retry_words
from studio.wishes.listing_views import BADGES, KINDS, WORDS
from studio.wishes.views import seconds

STATES = {state.value: word for state, word in WORDS.items()}
HIDDEN = "The prompt is not shown"


@dataclass(frozen=True, slots=True)
class Move:
    """One of the places that a waiting job may have among its owner's."""

    value: str
    text: str
    picture: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class JobRow:
    """`details` are (name, text), what is not known left out; `moves` are empty for what does not wait."""

    id: str
    title: str
    picture: str
    state: str
    word: str
    badge: str
    facts: list[str]
    details: list[tuple[str, str]]
    reason_text: str | None
    can_cancel: bool
    can_retry: bool
    retry_label: str
    retry_price: str
    retry_seen_usd: str
    moves: list[Move]
    can_time_out: bool
    can_delete: bool
    retry_error: str | None = None

    @property
    def url(self) -> str:
        return f"/fragments/admin/jobs/{self.id}"


@dataclass(frozen=True, slots=True)
class JobsFilter:
    """What is chosen above the list, and behind which job the page begins."""

    kind: str = ""
    state: str = ""
    person_id: str = ""
    before: UUID | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.kind or self.state or self.person_id)

    @property
    def query(self) -> str:
        given = {"kind": self.kind, "state": self.state, "person_id": self.person_id, "before": self.before}
        text = urlencode({name: value for name, value in given.items() if value})
        return f"?{text}" if text else ""

    @property
    def newest(self) -> "JobsFilter":
        return replace(self, before=None)

    @property
    def begun_anew(self) -> "JobsFilter":
        """Where a job that was just begun stands on top: it is in none of the states that one repeats."""
        return replace(self, before=None, state="")


def job_rows(
    jobs: Sequence[Job],
    shown: Sequence[Mapping[str, Any]],
    names: Mapping[UUID, str],
    prices: Mapping[UUID, Estimate | None],
    moment: datetime,
) -> list[JobRow]:
    """`shown` is what `shown_to_admin` says of the same jobs, in the same order; `prices` of trying again."""
    return [_row(job, seen, names, prices.get(job.id), moment) for job, seen in zip(jobs, shown, strict=True)]


def _row(
    job: Job,
    seen: Mapping[str, Any],
    names: Mapping[UUID, str],
    price: Estimate | None,
    moment: datetime,
) -> JobRow:
    label, told = retry_words(job, price)
    elapsed = seen["elapsed_seconds"]
    facts = [names.get(job.person_id, "somebody who has gone"), f"asked {ago(job.created_at, moment)}"]
    if seen["position"]:
        facts.append(f"number {seen['position']} in line")
    if job.state is JobState.WAITING and Priority.of(job.priority) is not Priority.USUAL:
        facts.append(Priority.of(job.priority))
    if elapsed is not None:
        facts.append(seconds(elapsed))
    details = [
        ("Job", str(job.id)),
        ("Step", job.step),
        ("Attempts", str(job.attempts)),
        ("Pace", job.pace),
        ("Reason", job.reason or ""),
        ("Job at the provider", job.provider_job_id or ""),
        ("The provider's words", seen["provider_error"] or ""),
        ("Next step", f"{job.due_at:%Y-%m-%d %H:%M:%S} UTC" if not job.is_finished else ""),
        ("Gives up", f"{job.deadline_at:%Y-%m-%d %H:%M:%S} UTC" if not job.is_finished else ""),
    ]
    return JobRow(
        id=str(job.id),
        title=" ".join((seen["prompt"] or HIDDEN).split())[:160],
        picture=job.kind if job.kind in KINDS else "clock",
        state=job.state.value,
        word=WORDS[job.state],
        badge=BADGES.get(job.state, ""),
        facts=facts,
        details=[detail for detail in details if detail[1]],
        reason_text=job.reason_text,
        can_cancel=seen["can_cancel"],
        can_retry=seen["can_retry"],
        retry_label=label,
        retry_price=told,
        retry_seen_usd=worst_text(price),
        moves=_moves(job),
        can_time_out=not job.is_finished,
        can_delete=job.is_finished,
    )


def _moves(job: Job) -> list[Move]:
    if job.state is not JobState.WAITING or job.is_cancel_wished:
        return []
    now = Priority.of(job.priority)
    pictures = {Priority.SOONER: "chevron-up", Priority.USUAL: "clock", Priority.LATER: "chevron-down"}
    return [
        Move(each.value, each.capitalize(), "check" if each is now else pictures[each], each is now)
        for each in Priority
    ]
