"""What the templates of videos receive: frozen cards with every text and address computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from studio.assets.asset import Asset
from studio.catalogue.agreed import worst_text
from studio.catalogue.estimate import Estimate
from studio.chat.composer import price_text
from studio.chat.views import PictureCard
from studio.generations.generation import Generation, State
from studio.jobs.job import Job
from studio.jobs.views import JobView
from studio.moments import iso
from studio.videos.reasons import ASKED_AGAIN
from studio.videos.refetching import can_be_fetched, is_fetching_only
from studio.videos.steps import SUBMITTING
from studio.wishes.views import asked_shape, ending, seconds, time_and_cost

_WIDE = (16, 9)  # where the model chooses
_STATE_TEXTS = {
    State.FAILED: "No video came.",
    State.CANCELLED: "Stopped.",
    State.INTERRUPTED: "Not finished.",
}
_STEPS = {
    "submitting": "Being asked for",
    "polling": "Being filmed",
    "downloading": "Being fetched",
    "looking": "Being looked at",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One video of a card; `of_several` tells it from the others, "" for one alone."""

    id: str
    page_url: str
    url: str
    poster_url: str
    width_px: int
    height_px: int
    title: str
    media_type: str
    of_several: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """How far it is. `value` of a bar up to 1; `is_measured` False while nobody knows how long it takes."""

    text: str
    value: float
    is_measured: bool
    notice: str | None
    is_stopping: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VideoCard:
    """One request for a video."""

    id: str
    prompt: str
    state: str
    state_text: str
    is_running: bool
    films: list[Shown]
    making: Making | None
    inputs: list[tuple[str, PictureCard]]
    reason_text: str | None
    words: str
    billed: str | None
    facts: list[tuple[str, str]]
    asked_at: str
    is_simulated: bool
    can_retry: bool
    can_rerun: bool
    is_elsewhere: bool
    retry_label: str
    retry_price: str
    retry_seen_usd: str
    again_url: str
    other_url: str
    retry_error: str | None = None

    @property
    def url(self) -> str:
        return f"/fragments/videos/{self.id}"


def video_card(
    generation: Generation,
    *,
    model_name: str,
    films: Sequence[Asset],
    inputs: list[tuple[str, PictureCard]],
    job: Job | None = None,
    view: JobView | None = None,
    again: Estimate | None = None,
    is_elsewhere: bool = False,
) -> VideoCard:
    is_running, query = not generation.is_finished, urlencode({"from": str(generation.id)})
    label, price = retry_words(job, again)
    reason, billed = ending_of(generation, job)
    can_retry = bool(view and view.can_retry and generation.is_finished and not is_elsewhere)
    is_whole = bool(films) and not any(picture.is_gone for _, picture in inputs)
    return VideoCard(
        id=str(generation.id),
        prompt=generation.prompt,
        state=generation.state.value,
        state_text=_STATE_TEXTS.get(generation.state, ""),
        is_running=is_running,
        films=[_shown(asset, generation.prompt, n + 1, len(films)) for n, asset in enumerate(films)],
        making=making(generation, job, view) if is_running else None,
        inputs=inputs,
        reason_text=reason,
        words=generation.text if generation.is_finished else "",
        billed=billed,
        facts=_facts(generation, model_name, films, is_fetched=job is not None and is_fetching_only(job)),
        asked_at=iso(generation.asked_at) or "",
        is_simulated=generation.is_simulated,
        can_retry=can_retry,
        can_rerun=is_whole and again is not None and not is_running and not can_retry,
        is_elsewhere=is_elsewhere,
        retry_label=label,
        retry_price=price,
        retry_seen_usd=worst_text(again),
        again_url=f"/videos?{query}",
        other_url=f"/videos?{query}&focus=model#model",
    )


def retry_words(job: Job | None, price: Estimate | None) -> tuple[str, str]:
    """What the button says that tries an ended job again, and its price beside it."""
    if job is not None and can_be_fetched(job):
        return "Fetch again", "nothing more"
    return "Try again", price_text(price)


def making(generation: Generation, job: Job | None, view: JobView | None) -> Making:
    width, height = asked_shape(generation, _WIDE)
    elapsed = (view.elapsed_seconds or 0.0) if view else 0.0
    expected = view.expected_seconds if view else None
    told = job.notes.get("progress") if job else None
    value = told / 100 if isinstance(told, int) else min(0.95, elapsed / expected) if expected else 0.0
    return Making(
        text=_making_text(generation, job, view),
        value=round(value, 3),
        is_measured=bool(expected) or isinstance(told, int),
        notice=_notice(job),
        is_stopping=bool(view and view.is_cancelling),
        width=width,
        height=height,
    )


def ending_of(generation: Generation, job: Job | None) -> tuple[str | None, str | None]:
    """Why it ended and what is known of its cost; what only fetches costs nothing more."""
    reason, billed = ending(generation)
    if billed and job is not None and is_fetching_only(job):
        billed = "Nothing more was charged."
    return reason, billed


def _notice(job: Job | None) -> str | None:
    """What keeps it back. In doubt whether it was asked for, it is looked up, which is no asking for it again."""
    notice = job.notes.get("notice") if job else None
    if job is None or not notice or job.step == SUBMITTING:
        return notice
    return ASKED_AGAIN.format(text=notice)


def _shown(asset: Asset, prompt: str, number: int, count: int) -> Shown:
    return Shown(
        id=str(asset.id),
        page_url=f"/gallery/{asset.id}",
        url=asset.url,
        poster_url=f"{asset.url}?w=1280",
        width_px=asset.width_px or _WIDE[0],
        height_px=asset.height_px or _WIDE[1],
        title=" ".join(prompt.split())[:160] or "A video",
        media_type=asset.media_type,
        of_several=f" ({number} of {count})" if count > 1 else "",
    )


def _making_text(generation: Generation, job: Job | None, view: JobView | None) -> str:
    if view is None or job is None:
        return "Waiting for its turn …"
    if view.is_cancelling:
        return "Stopping …"
    if view.position is not None:
        return f"Waiting: number {view.position} in line"
    parts = [_STEPS.get(job.step, "Waiting for its turn")]
    if view.elapsed_seconds is not None:
        parts.append(seconds(round(view.elapsed_seconds)))
        if view.expected_seconds:
            parts.append(f"usually {seconds(round(view.expected_seconds, 1))}")
    return ", ".join(parts)


def _facts(
    generation: Generation, model_name: str, films: Sequence[Asset], *, is_fetched: bool
) -> list[tuple[str, str]]:
    """The small line: model, length, size, time, cost; what was only fetched was paid for before."""
    found = [("Model", model_name)]
    if films:
        if films[0].duration_seconds:
            found.append(("Length", seconds(films[0].duration_seconds)))
        if films[0].width_px:
            found.append(("Size", f"{films[0].width_px} × {films[0].height_px}"))
    last = time_and_cost(generation)
    if is_fetched:
        last = [(name, "nothing more" if name == "Cost" else text) for name, text in last]
    return [*found, *last]
