"""How a request for a video ended: in which state, and the rows that say so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from studio.assets.making import MadeFile
from studio.db import Row
from studio.errors import StudioError
from studio.generations import store as generations
from studio.generations.generation import Generation, Outcome, State, booked
from studio.generations.made import made_rows
from studio.generations.reasons import PROVIDER_GONE, PROVIDER_GONE_ASKED, STILL_CHARGED
from studio.jobs.job import Done, End, Failed, Interrupted, Job
from studio.moments import now
from studio.providers import VideoStatus
from studio.videos.reasons import CODEC_NAMES, MAY_NOT_PLAY, RECODED, REMARKS
from studio.videos.refetching import cost_rows, is_fetching_only
from studio.videos.steps import READY

AnyEnd = Done | Failed | Interrupted
_ENDS: dict[State, type[Done] | type[Failed] | type[Interrupted]] = {
    State.DONE: Done,
    State.FAILED: Failed,
    State.INTERRUPTED: Interrupted,
}
UNTITLED = "A video"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text` is the sentence for whoever asked, `words` what the provider said about it."""

    state: State
    reason: str | None = None
    text: str | None = None
    words: str = ""


def done(made: Sequence[MadeFile], refused: StudioError | None) -> Verdict:
    """Videos came; what there is to say about them. `refused` is why another one could not be kept."""
    if refused is not None:
        return Verdict(State.DONE, refused.code, f"Another video could not be kept. {refused.text}")
    if not all(each.plays for each in made):
        return Verdict(State.DONE, MAY_NOT_PLAY, REMARKS[MAY_NOT_PLAY])
    came_as = next((each.came_as for each in made if each.came_as), None)
    if came_as is not None:
        name = CODEC_NAMES.get(came_as, came_as)
        return Verdict(State.DONE, RECODED, REMARKS[RECODED].format(codec=name))
    return Verdict(State.DONE)


def end_of(
    generation: Generation,
    out: Outcome,
    verdict: Verdict,
    files: Sequence[MadeFile] = (),
    also: Sequence[Row] = (),
) -> AnyEnd:
    """The end of the job with everything that ends its generation: one commit."""
    ended = replace(
        generation,
        state=verdict.state,
        reason=verdict.reason,
        reason_text=verdict.text,
        text=verdict.words,
        outcome=replace(out, finished_at=now()),
    )
    return _ENDS[verdict.state](
        rows=[*made_rows(ended, files, untitled=UNTITLED), *generations.finish(ended), *also],
        reason=verdict.reason,
        reason_text=verdict.text,
        provider_error=verdict.words or None,
    )


def ended_elsewhere(generation: Generation, job: Job, end: End) -> list[Row]:
    """The rows for an end that the handler did not decide: cancelled, timed out, given up."""
    out, text = outcome_so_far(generation, job), end.reason_text
    if job.step == READY:
        out.cost_usd = booked(Decimal(0))
    elif text and out.cost_usd is None:
        text = f"{text} {STILL_CHARGED.format(provider=generation.provider)}"
    out.finished_at = now()
    state = State(end.state.value)
    ended = replace(generation, state=state, reason=end.reason, reason_text=text, outcome=out)
    return [*generations.finish(ended), *cost_rows(job)]


def asked_elsewhere(generation: Generation, job: Job) -> AnyEnd:
    """
    The end of what was asked of a provider that this studio no longer uses.

    Nothing of it goes to the provider of today: neither the request, nor a question under the other's name.
    """
    out = outcome_so_far(generation, job)
    if job.step == READY:
        out.cost_usd = booked(Decimal(0))
        text = PROVIDER_GONE.format(provider=generation.provider)
        return end_of(generation, out, Verdict(State.FAILED, "provider_gone", text))
    text = PROVIDER_GONE_ASKED.format(provider=generation.provider)
    verdict = Verdict(State.INTERRUPTED, "outcome_unknown", text)
    return end_of(generation, out, verdict, also=cost_rows(job))


def outcome_so_far(generation: Generation, job: Job) -> Outcome:
    """What is known by now, also what only the notes of the job tell: they are written before the end is."""
    known = "0" if is_fetching_only(job) else job.notes.get("cost_usd")
    return replace(
        generation.outcome,
        provider_request_id=job.notes.get("asked_as") or job.provider_job_id,
        cost_usd=generation.outcome.cost_usd if known is None else booked(Decimal(known)),
    )


def known_notes(notes: Any, *, cost_usd: Decimal | None, asked_as: str | None) -> dict[str, Any]:
    """The notes with what a provider told of the cost and of its own name for this."""
    found = dict(notes)
    if cost_usd is not None:
        found["cost_usd"] = format(cost_usd, "f")
    if asked_as:
        found["asked_as"] = asked_as
    return found


def taken_notes(job: Job, status: VideoStatus, moment: datetime) -> dict[str, Any]:
    """The notes of a job that its provider took on at that moment."""
    notes = {**job.notes, "submitted_at": moment.isoformat(), "polling_url": status.job.polling_url}
    notes.pop("notice", None)
    return known_notes(notes, cost_usd=None, asked_as=status.generation_id)
