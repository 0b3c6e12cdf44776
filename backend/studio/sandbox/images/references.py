"""The pictures that come with a request: decoded from data URLs, looked at, never fetched."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from studio.sandbox.errors import Refusal
from studio.sandbox.pictures import look_at


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture to begin with, as a file, and its size."""

    data: bytes
    width_px: int
    height_px: int


def reference_of(url: str) -> Reference:
    """Decode a data URL. Raises Refusal (400), as `look_at` does. Blocks: use a thread."""
    facts = look_at(url)
    return Reference(base64.b64decode(url.partition(",")[2]), facts.width_px, facts.height_px)


def reference_from(data: bytes, field: str) -> Reference:
    """An uploaded file. Raises Refusal (400) when it is no picture. Blocks: use a thread."""
    try:
        return reference_of(f"data:application/octet-stream;base64,{base64.b64encode(data).decode()}")
    except Refusal as refusal:
        raise Refusal(400, f"{field}: {refusal}", {"error_type": "invalid_image"}) from refusal
