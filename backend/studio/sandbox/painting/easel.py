"""From a commission to the bytes of a file. Blocks for some tenths of a second: call it in a thread."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

from PIL import Image, ImageFilter

from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import palette_for
from studio.sandbox.painting.commission import Commission
from studio.sandbox.painting.scenes import SCENES
from studio.sandbox.painting.words import read

DETAIL = {"low": 0, "medium": 1, "high": 2}
QUALITY = {"jpeg": 90, "webp": 88}
WEBP_EFFORT = 2  # 1024 x 1024 in 0.1 s; the default of 4 takes 0.25 s for 5 % less
PNG_EFFORT = 2


def painted(commission: Commission) -> bytes:
    """The file. Raises whatever Pillow meets when an input is no picture."""
    return encoded(picture_of(commission), commission)


def sketched(commission: Commission, focus: float) -> bytes:
    """The same picture while it is still coming: blurred, the more the smaller `focus` (0 to 1) is."""
    picture = picture_of(replace(commission, quality="low"))
    blurred = picture.filter(ImageFilter.BoxBlur(min(picture.size) * 0.06 * (1 - focus) ** 2))
    return encoded(blurred, commission)


def picture_of(commission: Commission) -> Image.Image:
    """The picture itself, RGB or, if it is transparent, RGBA."""
    if commission.inputs:
        from studio.sandbox.painting.edits import edited

        return edited(commission)
    reading = read(commission.prompt)
    dice = Random(f"{commission.seed}:{' '.join(reading.words)}")
    palette = palette_for(reading, dice)
    canvas = Canvas(
        commission.width_px,
        commission.height_px,
        dice,
        detail=DETAIL.get(commission.quality, 1),
        is_transparent=commission.is_transparent,
    )
    SCENES[reading.scene](canvas, palette, reading)
    return canvas.finished()


def encoded(picture: Image.Image, commission: Commission) -> bytes:
    """`compression` is 0 to 100 as the protocol counts it, and concerns JPEG and WebP alone."""
    file = io.BytesIO()
    kind = commission.format
    quality = QUALITY.get(kind, 0) if commission.compression is None else commission.compression
    if kind == "png":
        picture.save(file, "PNG", compress_level=PNG_EFFORT)
    elif kind == "jpeg":
        picture.convert("RGB").save(file, "JPEG", quality=max(1, quality))
    else:
        picture.save(file, "WEBP", quality=quality, method=WEBP_EFFORT)
    return file.getvalue()
