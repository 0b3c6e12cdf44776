"""
What a model that sees can tell about a picture: read from the bytes of its data URL with Pillow, nothing is
fetched.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections import Counter
from dataclasses import dataclass

from studio.sandbox.errors import Refusal

BUCKET = 32
SAMPLE_PX = 64
MOST_PIXELS = 64_000_000

NAMED = {
    "black": (0, 0, 0),
    "dark grey": (64, 64, 64),
    "grey": (128, 128, 128),
    "light grey": (200, 200, 200),
    "white": (255, 255, 255),
    "red": (220, 30, 30),
    "dark red": (120, 10, 10),
    "orange": (245, 140, 20),
    "brown": (120, 75, 35),
    "yellow": (245, 225, 40),
    "olive": (120, 120, 20),
    "green": (40, 170, 60),
    "dark green": (10, 80, 30),
    "turquoise": (40, 200, 190),
    "light blue": (130, 190, 240),
    "blue": (30, 80, 220),
    "dark blue": (10, 20, 110),
    "violet": (130, 50, 200),
    "pink": (245, 130, 180),
    "beige": (235, 215, 180),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's facts; `colour` is the name of the dominant one, `colour_hex` its mean as `#rrggbb`."""

    width_px: int
    height_px: int
    format: str
    size_bytes: int
    colour: str
    colour_hex: str


def look_at(url: str) -> Picture:
    """
    Decode a data URL. Raises Refusal (400) for other URLs and for bytes that are no picture. Blocks: use a
    thread.
    """
    if not url.startswith("data:") or ";base64," not in url[:200]:
        text = "The sandbox has no network: pictures must be data URLs."
        raise Refusal(400, text, {"error_type": "image_download_failed"})
    try:
        content = base64.b64decode(url.partition(",")[2], validate=True)
        return _read(content)
    except Refusal:
        raise
    except (
        Exception
    ) as mistake:  # Pillow raises whatever its decoders meet: OSError, SyntaxError, struct.error, …
        raise Refusal(400, "The picture cannot be read.", {"error_type": "invalid_image"}) from mistake


def _read(content: bytes) -> Picture:
    from PIL import Image  # on first use: importing it takes 60 ms that a start without pictures need not pay

    with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as image:
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise Refusal(400, "The picture has too many pixels.", {"error_type": "image_too_large"})
        kind = image.format or "unknown"
        image.draft("RGB", (SAMPLE_PX, SAMPLE_PX))
        sample = image.convert("RGB").resize((SAMPLE_PX, SAMPLE_PX), Image.Resampling.NEAREST)
    colour = _dominant(sample.tobytes())
    return Picture(width, height, kind, len(content), _name(colour), "#{:02x}{:02x}{:02x}".format(*colour))


def _dominant(rgb: bytes) -> tuple[int, int, int]:
    """The mean of the pixels in the fullest cell of a coarse colour cube."""
    pixels = list(zip(rgb[0::3], rgb[1::3], rgb[2::3], strict=True))
    cells = Counter(tuple(level // BUCKET for level in pixel) for pixel in pixels)
    fullest = cells.most_common(1)[0][0]
    members = [pixel for pixel in pixels if tuple(level // BUCKET for level in pixel) == fullest]
    red, green, blue = (
        round(sum(pixel[channel] for pixel in members) / len(members)) for channel in range(3)
    )
    return red, green, blue


def _name(colour: tuple[int, int, int]) -> str:
    return min(NAMED, key=lambda name: sum((a - b) ** 2 for a, b in zip(NAMED[name], colour, strict=True)))
