"""
What a request for a film asks for. Like pictures and unlike chats: what a model does not list is refused.

The 400s for a duration and for a resolution that are not listed are the captured ones: they tell what is.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.sandbox.errors import Metadata, Refusal
from studio.sandbox.films import sizes
from studio.sandbox.films.models import FIRST, LAST, FilmModel
from studio.sandbox.images.references import Reference, reference_of
from studio.sandbox.images.wish import INVALID, PROMPT_MOST_CHARACTERS, SEED_MOST, text_of

FAILED_STEP = "Validate Video Parameters"


@dataclass(frozen=True, slots=True)
class FilmWish:
    """A request, its defaults filled in."""

    prompt: str
    seed: int
    size: sizes.Size
    resolution: str
    seconds: int
    has_sound: bool
    first: Reference | None = None
    last: Reference | None = None


async def read_film_wish(fields: Mapping[str, Any], model: FilmModel) -> FilmWish:
    """A body of `POST /videos` as a wish. Raises Refusal (400). Pictures are decoded in a thread."""
    frames = _frames(fields, model)
    prompt = _prompt(fields, may_be_empty=model.needs_first)
    seconds = _duration(fields, model)
    _check_the_rest(fields, model)
    pictures = await asyncio.to_thread(lambda: {name: reference_of(url) for name, url in frames.items()})
    await asyncio.to_thread(_look_at_references, fields)
    size, resolution = _size(fields, model, pictures.get(FIRST) or pictures.get(LAST))
    sound, seed = fields.get("generate_audio"), fields.get("seed")
    return FilmWish(
        prompt=prompt,
        seed=seed if isinstance(seed, int) else random.randrange(SEED_MOST),
        size=size,
        resolution=resolution,
        seconds=seconds,
        has_sound=bool(model.has_sound if sound is None else sound),
        first=pictures.get(FIRST),
        last=pictures.get(LAST),
    )


def unfit(model_id: str, name: str, value: Any, allowed: tuple[Any, ...]) -> Refusal:
    """The captured 400 of the step that looks at a video's parameters."""
    text = (
        f"{name} {str(value)[:40]!r} is not supported by {model_id}. "
        f"Supported values: {', '.join(str(each) for each in allowed)}"
    )
    metadata: Metadata = {
        "routing_funnel": [{"step": "Initial Endpoints", "endpoint_count": 1}],
        "failed_routing_step": FAILED_STEP,
    }
    return Refusal(400, text, metadata)


def _prompt(fields: Mapping[str, Any], *, may_be_empty: bool) -> str:
    prompt = text_of(fields, "prompt")
    if not prompt.strip() and not may_be_empty:
        raise Refusal(400, "prompt is required for this model")
    if len(prompt) > PROMPT_MOST_CHARACTERS:
        raise Refusal(400, f"The prompt may have {PROMPT_MOST_CHARACTERS} characters at most.", INVALID)
    return prompt


def _duration(fields: Mapping[str, Any], model: FilmModel) -> int:
    seconds = fields.get("duration")
    allowed = model.durations or (4,)
    if seconds is None:
        return allowed[0]
    if isinstance(seconds, bool) or seconds not in allowed:
        raise unfit(model.id, "duration", seconds, tuple(sorted(allowed)))
    return int(seconds)


def _check_the_rest(fields: Mapping[str, Any], model: FilmModel) -> None:
    """Raises Refusal (400) for a setting that the model does not have, or that nobody could mean."""
    if fields.get("previous_job_id") is not None:
        raise Refusal(400, f"{model.id} does not support previous_job_id.", INVALID)
    if fields.get("generate_audio") is True and not model.has_sound:
        raise unfit(model.id, "generate_audio", True, (False,))
    seed = fields.get("seed")
    if seed is not None:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= SEED_MOST:
            raise Refusal(400, f"seed must be a whole number from 0 to {SEED_MOST}.", INVALID)
        if not model.takes_seed:
            raise Refusal(400, f"{model.id} does not support seed.", INVALID)
    references = fields.get("input_references") or ()
    if references and not model.takes_references:
        raise Refusal(400, f"{model.id} does not take input references.", INVALID)
    if not isinstance(references, list | tuple) or len(references) > model.takes_references:
        raise Refusal(400, f"{model.id} takes {model.takes_references} input references at most.", INVALID)
    if any(isinstance(entry, dict) and entry.get("type") == "video_url" for entry in references):
        raise Refusal(400, "Only HTTPS URLs are allowed", INVALID)


def _look_at_references(fields: Mapping[str, Any]) -> None:
    """Raises Refusal (400) when one is no picture. They change nothing: the sandbox has one style."""
    for entry in fields.get("input_references") or ():
        picture = entry.get("image_url") if isinstance(entry, dict) else None
        url = picture.get("url") if isinstance(picture, dict) else None
        if not isinstance(url, str):
            raise Refusal(400, "Each input reference needs image_url.url.", INVALID)
        reference_of(url)


def _frames(fields: Mapping[str, Any], model: FilmModel) -> dict[str, str]:
    """Data URLs by frame type. Raises Refusal (400) for frames that the model does not take, or a missing one."""
    entries = fields.get("frame_images") or ()
    found: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else ():
        kind, picture = (
            (entry.get("frame_type"), entry.get("image_url")) if isinstance(entry, dict) else ("", None)
        )
        url = picture.get("url") if isinstance(picture, dict) else None
        if kind not in (model.frames or ()):
            raise unfit(model.id, "frame_type", kind, model.frames or ("none",))
        if not isinstance(url, str):
            raise Refusal(400, "Each frame image needs image_url.url.", INVALID)
        found[kind] = url
    if model.needs_first and FIRST not in found:
        raise Refusal(400, f"{model.id} needs a first_frame in frame_images.", INVALID)
    return found


def _size(fields: Mapping[str, Any], model: FilmModel, picture: Reference | None) -> tuple[sizes.Size, str]:
    """Exact pixels, or resolution and ratio, or the shape of the picture that it begins with."""
    exact, resolution, ratio = fields.get("size"), fields.get("resolution"), fields.get("aspect_ratio")
    if exact is not None:
        pixels = sizes.exact(exact) if exact in (model.sizes or ()) else None
        if pixels is None:
            raise unfit(model.id, "size", exact, model.sizes or ("none",))
        return pixels, sizes.resolution_of(pixels)
    resolutions, ratios = model.resolutions or ("480p",), model.ratios or ("16:9",)
    if resolution is not None and resolution not in resolutions:
        raise unfit(model.id, "resolution", resolution, resolutions)
    if ratio is not None and ratio not in ratios:
        raise unfit(model.id, "aspect_ratio", ratio, ratios)
    if ratio is None:
        shape = (picture.width_px, picture.height_px) if picture else (16, 9)
        ratio = sizes.ratio_like(shape, ratios)
    resolution = resolution or resolutions[0]
    return sizes.of(resolution, ratio), resolution
