"""A job as the list of its owner shows it, and what is chosen above the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from studio.accounts.views import ago
from studio.assets.asset import Asset
from studio.catalogue.agreed import worst_text
from studio.catalogue.estimate import Estimate
from studio.chat.views import money
from studio.generations.generation import Generation
from studio.jobs.job import Job, JobState
from studio.jobs.places import place_of
from studio.jobs.views import JobView
from studio.videos.views import ending_of, retry_words
from studio.wishes.views import seconds

KINDS = {"image": "Images", "video": "Videos"}
WORDS = {
    JobState.WAITING: "Waiting",
    JobState.RUNNING: "Running",
    JobState.DONE: "Done",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Stopped",
    JobState.INTERRUPTED: "Interrupted",
}
BADGES = {
    JobState.DONE: "",
    JobState.FAILED: "danger",
    JobState.INTERRUPTED: "danger",
    JobState.RUNNING: "accent",
}
TITLE_CHARACTERS = 120
_NOUNS = {"image": "Pictures", "video": "Video"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of a person's jobs a page shows; `still`: it does not look again by itself."""

    kind: str = ""
    state: str = ""
    before: UUID | None = None
    still: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.state)

    @property
    def query(self) -> str:
        given = {"kind": self.kind, "state": self.state, "before": self.before, "still": int(self.still)}
        text = urlencode({name: value for name, value in given.items() if value})
        return f"?{text}" if text else ""

    @property
    def newest(self) -> "Chosen":
        return replace(self, before=None)

    @property
    def other_pace(self) -> "Chosen":
        """The same page, looking by itself where it keeps still, and the other way round."""
        return replace(self, still=not self.still)


@dataclass(frozen=True, slots=True)
class Working:
    """What is known of work under way. `value` of a bar up to 1, None while nobody knows how long it takes."""

    text: str
    value: float | None
    notice: str | None


@dataclass(frozen=True, slots=True)
class JobItem:
    """
    One job. `place` leads to what it made or was to make, "" where neither is left; `other_url` to the form, for what
    was asked of a provider that is not there any more.
    """

    id: str
    title: str
    picture: str
    noun: str
    place: str
    state: str
    word: str
    badge: str
    facts: list[str]
    is_simulated: bool
    is_open: bool
    working: Working | None
    reason_text: str | None
    billed: str | None
    can_cancel: bool
    can_retry: bool
    retry_label: str
    retry_price: str
    retry_seen_usd: str
    other_url: str
    retry_error: str | None = None

    @property
    def url(self) -> str:
        return f"/fragments/jobs/{self.id}"


def job_item(
    job: Job,
    view: JobView,
    generation: Generation | None,
    *,
    model_name: str,
    made: Sequence[Asset],
    working: Working | None,
    again: Estimate | None,
    moment: datetime,
) -> JobItem:
    is_forgotten = generation is not None and not (generation.prompt or generation.input_hashes)
    label, price = retry_words(job, again)
    reason, billed = _ending(job, generation)
    is_left = bool(generation) and not is_forgotten and (job.state is not JobState.DONE or bool(made))
    return JobItem(
        id=str(job.id),
        title=_title(job, generation, is_forgotten=is_forgotten),
        picture=job.kind if job.kind in KINDS else "clock",
        noun=_NOUNS.get(job.kind, job.kind.capitalize()),
        place=place_of(job, made) if is_left else "",
        state=job.state.value,
        word="Stopping" if view.is_cancelling else WORDS[job.state],
        badge=BADGES.get(job.state, ""),
        facts=_facts(job, view, generation, model_name=model_name, is_left=is_left, moment=moment),
        is_simulated=bool(generation and generation.is_simulated),
        is_open=not job.is_finished,
        working=working,
        reason_text=reason,
        billed=billed,
        can_cancel=view.can_cancel,
        can_retry=view.can_retry and not is_forgotten,
        retry_label=label,
        retry_price=price,
        retry_seen_usd=worst_text(again),
        other_url=_other_url(job, view) if is_left else "",
    )


def _title(job: Job, generation: Generation | None, *, is_forgotten: bool) -> str:
    if generation is None:
        return _NOUNS.get(job.kind, job.kind.capitalize())
    if is_forgotten:
        return "Removed"
    title = " ".join(generation.prompt.split()) or "From a picture alone"
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 2].rstrip() + " …"


def _facts(
    job: Job,
    view: JobView,
    generation: Generation | None,
    *,
    model_name: str,
    is_left: bool,
    moment: datetime,
) -> list[str]:
    """The small line: by which model, since when, where in the line, how long, for how much."""
    facts = [model_name, f"asked {ago(job.created_at, moment)}"]
    if view.position is not None:
        facts.append(f"number {view.position} in line")
    if view.try_again_at is not None:
        facts.append(f"next try in {seconds(max(1, round((view.try_again_at - moment).total_seconds())))}")
    if job.state is JobState.WAITING and view.expected_seconds:
        facts.append(f"usually takes {seconds(round(view.expected_seconds, 1))}")
    if job.is_finished and view.elapsed_seconds is not None:
        facts.append(f"took {seconds(view.elapsed_seconds)}")
    if job.state is JobState.DONE and generation is not None:
        facts.append(money(generation.outcome.cost_usd))
        if not is_left:
            facts.append("deleted since")
    return [fact for fact in facts if fact]


def _ending(job: Job, generation: Generation | None) -> tuple[str | None, str | None]:
    """Why it ended, or why it waits, and what is known of its cost."""
    if generation is None or not generation.is_finished:
        return job.reason_text, None
    reason, billed = ending_of(generation, job)
    return reason or job.reason_text, billed


def _other_url(job: Job, view: JobView) -> str:
    if not job.is_finished or job.state is JobState.DONE or view.can_retry:
        return ""
    return f"/{job.kind}s?{urlencode({'from': str(job.generation_id)})}&focus=model#model"
