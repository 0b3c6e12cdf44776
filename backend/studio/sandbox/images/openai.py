"""
OpenAI's `POST /images/generations` and `POST /images/edits`, which OpenRouter does not have and clones do.

`size` is exact pixels, `response_format` may ask for links, and everything in a form is text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from studio.sandbox.errors import Refusal
from studio.sandbox.images import sizes
from studio.sandbox.images.models import ImageModel
from studio.sandbox.images.references import Reference, reference_from, reference_of
from studio.sandbox.images.wish import INVALID, ImageWish, text_of, wish_of
from studio.sandbox.painting.commission import FORMATS

N_MOST = 10
PARTIALS_MOST = 3
EDITS_MOST = 16
MASK = "mask"
QUALITIES = {
    "standard": "medium",
    "hd": "high",
    "auto": "auto",
    "low": "low",
    "medium": "medium",
    "high": "high",
}


async def read_generation(fields: Mapping[str, Any], model: ImageModel) -> ImageWish:
    """The body of `/images/generations`. Raises Refusal (400)."""
    _check_inputs(0, model)
    return _wish(fields, model, ())


async def read_edit(fields: Mapping[str, Any], model: ImageModel) -> ImageWish:
    """The form, or the JSON, of `/images/edits`: one picture at least. Raises Refusal (400)."""
    files, mask = _list(fields, "image"), fields.get(MASK)
    urls = [_url(entry) for entry in _list(fields, "images")]
    if not 1 <= len(files) + len(urls) <= EDITS_MOST:
        raise Refusal(400, f"An edit needs an image, and takes {EDITS_MOST} at most.", INVALID)

    def look() -> tuple[Reference, ...]:
        if isinstance(mask, bytes):
            reference_from(mask, MASK)
        return (*(_uploaded(file) for file in files), *map(reference_of, urls))

    _check_inputs(len(files) + len(urls), model)
    references = await asyncio.to_thread(look)
    return _wish(fields, model, references, mask=mask if isinstance(mask, bytes) else None)


def _wish(
    fields: Mapping[str, Any],
    model: ImageModel,
    references: tuple[Reference, ...],
    *,
    mask: bytes | None = None,
) -> ImageWish:
    prompt = text_of(fields, "prompt")
    if not prompt.strip():
        raise Refusal(400, "Missing required parameter: 'prompt'.", INVALID)
    size = text_of(fields, "size") or "auto"
    if size != "auto" and sizes.exact(size) is None:
        raise Refusal(400, f"Invalid value: '{size[:40]}'. Sizes are auto or WIDTHxHEIGHT.", INVALID)
    quality = _one_of(fields, "quality", tuple(QUALITIES), "auto")
    settings = {
        "n": _whole(fields, "n", 1, 1, min(N_MOST, model.parameters.get("n", {}).get("max", 1))),
        "size": size,
        "quality": QUALITIES[quality],
        "output_format": _one_of(fields, "output_format", FORMATS, model.default_format),
        "background": _one_of(fields, "background", ("auto", "transparent", "opaque"), "auto"),
        "output_compression": _whole(fields, "output_compression", None, 0, 100),
        "seed": _whole(fields, "seed", None, 0, 2**63),
        "stream": fields.get("stream") in (True, "true"),
    }
    return wish_of(
        settings,
        model,
        prompt,
        references,
        mask=mask,
        wants_links=_one_of(fields, "response_format", ("url", "b64_json"), "b64_json") == "url",
        partials=_whole(fields, "partial_images", 0, 0, PARTIALS_MOST) or 0,
    )


def _check_inputs(count: int, model: ImageModel) -> None:
    """A model takes as many pictures as it lists; one that lists none takes none. Raises Refusal (400)."""
    rule = model.parameters.get("input_references", {"min": 0, "max": 0})
    if not rule["min"] <= count <= rule["max"]:
        text = f"{model.id} takes {rule['min']} to {rule['max']} input images, not {count}."
        raise Refusal(400, text, INVALID)


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name) or []
    if not isinstance(value, list):
        raise Refusal(400, f"Invalid '{name}': a list is needed.", INVALID)
    return value


def _whole(fields: Mapping[str, Any], name: str, otherwise: int | None, least: int, most: int) -> int | None:
    value = fields.get(name)
    if value is None or value == "":
        return otherwise
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = least - 1
    if isinstance(value, bool) or not least <= number <= most:
        raise Refusal(400, f"Invalid '{name}': a whole number from {least} to {most} is needed.", INVALID)
    return number


def _one_of(fields: Mapping[str, Any], name: str, choices: tuple[str, ...], otherwise: str) -> str:
    value = fields.get(name) or otherwise
    if value not in choices:
        raise Refusal(
            400, f"Invalid value: '{str(value)[:40]}'. Supported values are: {', '.join(choices)}.", INVALID
        )
    return str(value)


def _url(entry: Any) -> str:
    url = entry.get("image_url") if isinstance(entry, dict) else None
    if not isinstance(url, str):
        raise Refusal(400, "Each of images needs an image_url.", INVALID)
    return url


def _uploaded(file: Any) -> Reference:
    if not isinstance(file, bytes):
        raise Refusal(400, "image must be a file.", INVALID)
    return reference_from(file, "image")
