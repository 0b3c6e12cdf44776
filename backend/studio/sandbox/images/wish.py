"""
What a request for pictures asks for. Unlike in a chat, a setting that the model does not list is refused.

The 400 for it is the captured one: it names model, setting and value, and the step of the routing that failed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.sandbox.errors import Refusal
from studio.sandbox.images import sizes
from studio.sandbox.images.models import ImageModel, Parameters
from studio.sandbox.images.references import Reference, reference_of
from studio.sandbox.painting.commission import Commission
from studio.sandbox.wish import pieces

PROMPT_MOST_CHARACTERS = 32_000
SEED_MOST = 2**31 - 1
SETTINGS = (
    *("n", "resolution", "aspect_ratio", "size", "quality", "output_format", "output_compression"),
    *("background", "seed", "input_references"),
)
LIKE_NOTHING = {
    "n": 1,
    "quality": "auto",
    "background": "auto",
    "aspect_ratio": "auto",
    "input_references": [],
}
INVALID = {"error_type": "invalid_request"}


@dataclass(frozen=True, slots=True)
class ImageWish:
    """A request, its defaults filled in. `seed` is the one the caller gave, or one drawn for this request."""

    prompt: str
    n: int
    size: sizes.Size
    tier: str
    quality: str
    format: str
    compression: int | None
    is_transparent: bool
    seed: int
    is_stream: bool
    references: tuple[Reference, ...] = ()
    mask: bytes | None = None
    wants_links: bool = False
    partials: int = 2

    @property
    def prompt_tokens(self) -> int:
        return len(pieces(self.prompt)) + 258 * len(self.references)

    def commission(self, number: int) -> Commission:
        """The n-th picture of the request: each has the next seed."""
        return Commission(
            prompt=self.prompt,
            seed=self.seed + number,
            width_px=self.size[0],
            height_px=self.size[1],
            quality=self.quality,
            format=self.format,
            is_transparent=self.is_transparent,
            compression=self.compression,
            inputs=tuple(reference.data for reference in self.references),
            mask=self.mask,
        )


async def read_image_wish(fields: Mapping[str, Any], model: ImageModel) -> ImageWish:
    """
    A body of `POST /images` as a wish. Raises Refusal (400).

    Data URLs are decoded in a thread: a picture of 20 MB would hold up everybody else.
    """
    prompt = text_of(fields, "prompt")
    if not prompt.strip():
        raise Refusal(400, 'Input required: specify "prompt".', INVALID)
    if len(prompt) > PROMPT_MOST_CHARACTERS:
        raise Refusal(400, f"The prompt may have {PROMPT_MOST_CHARACTERS} characters at most.", INVALID)
    check_settings(fields, model)
    urls = [_url(entry) for entry in fields.get("input_references") or ()]
    references = tuple(await asyncio.to_thread(lambda: [reference_of(url) for url in urls]))
    return wish_of(fields, model, prompt, references)


def wish_of(
    fields: Mapping[str, Any], model: ImageModel, prompt: str, references: tuple[Reference, ...], **more: Any
) -> ImageWish:
    """Settings that were checked, with what stands for those that were left out."""
    size, tier = _size(fields, references)
    form = fields.get("output_format") or model.default_format
    is_transparent = fields.get("background") == "transparent"
    if is_transparent and form == "jpeg":
        raise Refusal(400, "A transparent background needs png or webp.", INVALID)
    seed = fields.get("seed")
    quality = fields.get("quality") or "auto"
    return ImageWish(
        prompt=prompt,
        n=int(fields.get("n") or 1),
        size=size,
        tier=tier,
        quality="medium" if quality == "auto" else quality,
        format=form,
        compression=fields.get("output_compression"),
        is_transparent=is_transparent,
        seed=seed if isinstance(seed, int) else random.randrange(SEED_MOST),
        is_stream=fields.get("stream") is True,
        references=references,
        **more,
    )


def check_settings(fields: Mapping[str, Any], model: ImageModel) -> None:
    """Raises Refusal (400) when a setting is not listed by the model or out of its range."""
    wrong = [
        f'{name} "{_shown(fields[name])}"'
        for name in SETTINGS
        if fields.get(name) is not None
        and not _says_nothing(name, fields[name])
        and not _allows(name, fields[name], model.parameters)
    ]
    if wrong:
        raise unsupported(model.id, ", ".join(wrong))
    least = model.parameters.get("input_references", {}).get("min", 0)
    if len(fields.get("input_references") or ()) < least:
        raise Refusal(400, f"{model.id} needs at least {least} input reference(s).", INVALID)


def unsupported(model_id: str, what: str) -> Refusal:
    """The captured 400 for settings that no provider of the model takes."""
    text = f"No provider for {model_id} supports the requested parameter(s): {what}. Choose another model."
    return Refusal(
        400,
        text,
        {
            "routing_funnel": [{"step": "Initial Endpoints", "endpoint_count": 1}],
            "failed_routing_step": "Filter by Image Capabilities",
        },
    )


def text_of(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _says_nothing(name: str, value: Any) -> bool:
    """A value that stands for leaving the setting out; `True` is no 1."""
    return name in LIKE_NOTHING and value == LIKE_NOTHING[name] and not isinstance(value, bool)


def _allows(name: str, value: Any, listed: Parameters) -> bool:
    if name == "size" and "resolution" in listed and "size" not in listed and isinstance(value, str):
        # Exact pixels need no listing of their own where the tiers are listed, and a tier is a resolution.
        return value in listed["resolution"]["values"] or sizes.exact(value) is not None
    rule = listed.get(name)
    if rule is None:
        return False
    if name == "input_references":
        return isinstance(value, list) and rule["min"] <= len(value) <= rule["max"]
    if rule["type"] == "enum":
        return value in rule["values"]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and (rule["type"] != "range" or rule["min"] <= value <= rule["max"])


def _size(fields: Mapping[str, Any], references: tuple[Reference, ...]) -> tuple[sizes.Size, str]:
    """Exact pixels win, and may not contradict the other two; else the ratio, else the first input's shape."""
    size, ratio, tier = fields.get("size"), fields.get("aspect_ratio"), fields.get("resolution")
    if size in sizes.TIERS:
        size, tier = None, tier or size
    if size is not None and size != "auto":
        pixels = sizes.exact(size)
        if pixels is None:
            raise Refusal(400, f"size {size} cannot be made.", INVALID)
        if (tier and sizes.tier_of(pixels) != tier) or (ratio and _contradicts(pixels, ratio)):
            raise Refusal(400, f"size {size} contradicts resolution or aspect_ratio.", INVALID)
        return pixels, sizes.tier_of(pixels)
    tier = tier or "1K"
    if ratio in sizes.ONE_K:
        return sizes.of_ratio(ratio, tier), tier
    if references:
        return sizes.like((references[0].width_px, references[0].height_px), tier), tier
    return sizes.of_ratio("1:1", tier), tier


def _contradicts(pixels: sizes.Size, ratio: str) -> bool:
    if ratio not in sizes.ONE_K:
        return False
    width, height = sizes.ONE_K[ratio]
    return abs(pixels[0] / pixels[1] - width / height) > 0.05 * width / height


def _url(entry: Any) -> str:
    picture = entry.get("image_url") if isinstance(entry, dict) else None
    url = picture.get("url") if isinstance(picture, dict) else picture
    if not isinstance(url, str):
        raise Refusal(400, "Each input reference needs image_url.url.", INVALID)
    return url


def _shown(value: Any) -> str:
    return str(len(value)) if isinstance(value, list) else str(value)[:40]
