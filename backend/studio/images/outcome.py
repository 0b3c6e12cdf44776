"""How a request for pictures ended: what came of it, in which state, and the rows that say so."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from studio.assets.making import MadeFile
from studio.db import Row
from studio.errors import StudioError
from studio.generations import store as generations
from studio.generations.generation import Generation, Outcome, State, booked
from studio.generations.made import made_rows
from studio.generations.reasons import PROVIDER_GONE, PROVIDER_GONE_ASKED, STILL_CHARGED
from studio.images.wish import READY, wanted_pictures
from studio.jobs.job import Cancelled, Done, End, Failed, Interrupted, Job
from studio.moments import now
from studio.providers import (
    ProviderError,
    UpstreamBrokeOff,
    UpstreamOutcomeUnknown,
    UpstreamTimeout,
)

AnyEnd = Done | Failed | Cancelled | Interrupted
_ENDS: dict[State, type[Done] | type[Failed] | type[Cancelled] | type[Interrupted]] = {
    State.DONE: Done,
    State.FAILED: Failed,
    State.CANCELLED: Cancelled,
    State.INTERRUPTED: Interrupted,
}
UNTITLED = "A picture"
LOST = (
    "The studio stopped while {provider} was at work on this, and nobody knows what became of it. It was not asked "
    "for again, since {provider} may have charged for it."
)
LOST_MIDWAY = (
    "The studio stopped while {provider} was at work on this. {came} had come by then. It was not asked for again, "
    "since {provider} may have charged for it."
)
_UNKEPT = {
    "not_a_picture": "{provider} sent something that is no picture.",
    "picture_heic": "{provider} sent a HEIC picture, which browsers cannot show.",
    "picture_damaged": "{provider} sent a picture that is damaged.",
    "picture_too_many_pixels": "{provider} sent a picture of more than 40 megapixels.",
}
_BROKEN = (UpstreamOutcomeUnknown, UpstreamBrokeOff, UpstreamTimeout)


@dataclass(slots=True)
class Came:
    """What an answer has brought so far. `bad` says why pictures could not be kept."""

    out: Outcome
    files: list[MadeFile] = field(default_factory=list)
    bad: list[StudioError] = field(default_factory=list)
    words: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    reason: str | None = None
    text: str | None = None
    provider_error: str | None = None


def judged(generation: Generation, came: Came, error: ProviderError | None) -> Verdict:
    """The state an answer ends in. Pictures that came are kept whatever came after them."""
    if error is not None:
        is_open = bool(came.files) or (error.may_be_billed and isinstance(error, _BROKEN))
        text = f"{error.text} {_count(len(came.files))} came before that." if came.files else error.text
        state = State.INTERRUPTED if is_open else State.FAILED
        return Verdict(state, error.code, text, error.provider_message)
    if came.files:
        return _remark(generation, came)
    if came.bad:
        return Verdict(State.FAILED, came.bad[0].code, _unkept(generation.provider, came.bad[0]))
    return Verdict(State.FAILED, "no_picture", f"{generation.provider} sent no picture.")


def _remark(generation: Generation, came: Came) -> Verdict:
    wanted, made = wanted_pictures(generation.params), len(came.files)
    if came.bad:
        why = _unkept(generation.provider, came.bad[0])
        return Verdict(State.DONE, came.bad[0].code, f"{_count(len(came.bad))} more could not be kept. {why}")
    if made < wanted:
        return Verdict(State.DONE, "fewer", f"{generation.provider} made {made} of the {wanted} pictures.")
    return Verdict(State.DONE)


def end_of(generation: Generation, came: Came, verdict: Verdict) -> AnyEnd:
    """The end of the job with everything that ends its generation: one commit."""
    ended = replace(
        generation,
        state=verdict.state,
        reason=verdict.reason,
        reason_text=verdict.text,
        text=came.words,
        outcome=replace(came.out, finished_at=now()),
    )
    return _ENDS[verdict.state](
        rows=[*made_rows(ended, came.files, untitled=UNTITLED), *generations.finish(ended)],
        reason=verdict.reason,
        reason_text=verdict.text,
        provider_error=verdict.provider_error,
    )


def lost_text(generation: Generation, came: Came) -> str:
    """Of a request that a dead process left."""
    if came.files:
        return LOST_MIDWAY.format(provider=generation.provider, came=_count(len(came.files)))
    return LOST.format(provider=generation.provider)


def ended_elsewhere(
    generation: Generation, end: End, came: Sequence[MadeFile], *, was_asked: bool
) -> list[Row]:
    """The rows for an end that the handler did not decide: cancelled, timed out, given up. What came is kept."""
    text = end.reason_text
    if was_asked and text:
        text = f"{text} {STILL_CHARGED.format(provider=generation.provider)}"
    cost = None if was_asked else booked(Decimal(0))
    out = replace(generation.outcome, finished_at=now(), cost_usd=cost)
    state = State(end.state.value)
    ended = replace(generation, state=state, reason=end.reason, reason_text=text, outcome=out)
    return [*made_rows(ended, came, untitled=UNTITLED), *generations.finish(ended)]


def asked_elsewhere(generation: Generation, job: Job, files: Sequence[MadeFile]) -> AnyEnd:
    """
    The end of what was asked of a provider that this studio no longer uses, with the pictures that it had sent.

    Nothing of it goes to the provider of today: neither the request, nor a question under the other's name.
    """
    came = Came(replace(generation.outcome, provider_request_id=job.provider_job_id), list(files))
    if job.step == READY:
        came.out.cost_usd = booked(Decimal(0))
        text = PROVIDER_GONE.format(provider=generation.provider)
        return end_of(generation, came, Verdict(State.FAILED, "provider_gone", text))
    text = PROVIDER_GONE_ASKED.format(provider=generation.provider)
    if came.files:
        text = f"{text} {_count(len(came.files))} had come by then."
    return end_of(generation, came, Verdict(State.INTERRUPTED, "outcome_unknown", text))


def _unkept(provider: str, error: StudioError) -> str:
    """The sentence of the error, which speaks to whoever uploads, for somebody who can do nothing about it."""
    told = _UNKEPT.get(error.code)
    return told.format(provider=provider) if told else error.text


def _count(pictures: int) -> str:
    return "1 picture" if pictures == 1 else f"{pictures} pictures"
