"""What the templates of pictures receive: frozen cards with every text and address computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from studio.assets.asset import Asset
from studio.catalogue.agreed import worst_text
from studio.catalogue.estimate import Estimate
from studio.chat.composer import price_text
from studio.chat.views import PictureCard
from studio.generations.generation import Generation, State
from studio.images.board import Progress
from studio.images.wish import wanted_pictures
from studio.jobs.views import JobView
from studio.moments import iso
from studio.wishes.views import asked_shape, ending, seconds, time_and_cost

_SQUARE = (1, 1)  # where the model chooses
_STATE_TEXTS = {
    State.FAILED: "No picture came.",
    State.CANCELLED: "Stopped.",
    State.INTERRUPTED: "Not finished.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of a card."""

    id: str
    url: str
    full_url: str
    thumbnail_url: str
    sources: str
    width_px: int
    height_px: int
    alt: str
    use_url: str


@dataclass(frozen=True, slots=True)
class Making:
    """How far it is. `value` of `most` for a bar; `most` None while nobody knows how long it takes."""

    text: str
    value: float
    most: float | None
    notice: str | None
    is_stopping: bool
    drafts: list[str | None]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ImageCard:
    """One request for pictures."""

    id: str
    prompt: str
    state: str
    state_text: str
    is_running: bool
    pictures: list[Shown]
    making: Making | None
    inputs: list[PictureCard]
    reason_text: str | None
    words: str
    billed: str | None
    facts: list[tuple[str, str]]
    asked_at: str
    is_simulated: bool
    can_retry: bool
    can_rerun: bool
    is_elsewhere: bool
    retry_price: str
    retry_seen_usd: str
    again_url: str
    vary_url: str | None
    other_url: str
    fits: str
    retry_error: str | None = None

    @property
    def url(self) -> str:
        return f"/fragments/images/{self.id}"


def shown(asset: Asset, prompt: str, number: int, count: int) -> Shown:
    alt = " ".join(prompt.split())[:160]
    return Shown(
        id=str(asset.id),
        url=f"/gallery/{asset.id}",
        full_url=asset.url,
        thumbnail_url=f"{asset.url}?w=640",
        sources=asset.sources,
        width_px=asset.width_px or 1,
        height_px=asset.height_px or 1,
        alt=f"{alt} ({number} of {count})" if count > 1 else alt,
        use_url=f"/fragments/images/inputs/{asset.id}",
    )


def making(
    generation: Generation, job: JobView | None, notice: str | None, progress: Progress | None
) -> Making:
    """The state of the work, with a place for each picture in the shape that was asked for."""
    wanted = wanted_pictures(generation.params)
    made = progress.made if progress else 0
    width, height = asked_shape(generation, _SQUARE)
    expected = job.expected_seconds if job else None
    elapsed = (job.elapsed_seconds or 0.0) if job else 0.0
    bar = made / wanted if wanted > 1 and made else 0.0
    if expected:
        bar = max(bar, min(0.95, elapsed / expected))
    drafts = [f"/fragments/images/{generation.id}/drafts/{n}" if n < made else None for n in range(wanted)]
    return Making(
        text=_making_text(generation, job, made, wanted),
        value=round(bar, 3),
        most=1.0 if expected or made else None,
        notice=notice,
        is_stopping=bool(job and job.is_cancelling),
        drafts=drafts,
        width=width,
        height=height,
    )


def facts(generation: Generation, model_name: str, pictures: Sequence[Asset]) -> list[tuple[str, str]]:
    """The small line: model, size, time, cost."""
    found = [("Model", model_name)]
    if pictures and pictures[0].width_px:
        found.append(("Size", f"{pictures[0].width_px} × {pictures[0].height_px}"))
    return [*found, *time_and_cost(generation)]


def image_card(
    generation: Generation,
    *,
    model_name: str,
    pictures: Sequence[Asset],
    inputs: list[PictureCard],
    job: JobView | None = None,
    notice: str | None = None,
    progress: Progress | None = None,
    again: Estimate | None = None,
    is_elsewhere: bool = False,
) -> ImageCard:
    prompt, query = generation.prompt, urlencode({"from": str(generation.id)})
    is_running = not generation.is_finished
    reason, billed = ending(generation)
    can_retry = bool(job and job.can_retry and generation.is_finished and not is_elsewhere)
    is_whole = bool(pictures) and not any(picture.is_gone for picture in inputs)
    return ImageCard(
        id=str(generation.id),
        prompt=prompt,
        state=generation.state.value,
        state_text=_STATE_TEXTS.get(generation.state, ""),
        is_running=is_running,
        pictures=[shown(asset, prompt, n + 1, len(pictures)) for n, asset in enumerate(pictures)],
        making=making(generation, job, notice, progress) if is_running else None,
        inputs=inputs,
        reason_text=reason,
        words=generation.text if generation.is_finished else "",
        billed=billed,
        facts=facts(generation, model_name, pictures),
        asked_at=iso(generation.asked_at) or "",
        is_simulated=generation.is_simulated,
        can_retry=can_retry,
        can_rerun=is_whole and again is not None and not is_running and not can_retry,
        is_elsewhere=is_elsewhere,
        retry_price=price_text(again),
        retry_seen_usd=worst_text(again),
        again_url=f"/images?{query}",
        vary_url=f"/images?{query}&seed=new" if "seed" in generation.params else None,
        other_url=f"/images?{query}&focus=model#model",
        fits=_fits(generation, pictures),
    )


def _making_text(generation: Generation, job: JobView | None, made: int, wanted: int) -> str:
    if job is not None and job.is_cancelling:
        return "Stopping …"
    if generation.state is State.WAITING:
        if job is None or job.position is None:
            return "Waiting for its turn …"
        return f"Waiting: number {job.position} in line"
    parts = [f"{made} of {wanted} ready" if made and wanted > 1 else "Being made"]
    if job is not None and job.elapsed_seconds is not None:
        parts.append(f"{job.elapsed_seconds:.0f} s")
        if job.expected_seconds:
            parts.append(f"usually {seconds(round(job.expected_seconds, 1))}")
    return ", ".join(parts)


def _fits(generation: Generation, pictures: Sequence[Asset]) -> str:
    """`wide`, `tall` or `even`: how the pictures stand beside each other."""
    width, height = asked_shape(generation, _SQUARE)
    if pictures and pictures[0].width_px and pictures[0].height_px:
        width, height = pictures[0].width_px, pictures[0].height_px
    if width * 5 > height * 7:
        return "wide"
    return "tall" if height * 5 > width * 7 else "even"
