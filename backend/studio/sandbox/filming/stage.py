"""The stage of a film: what stands far away, what stands near, and the light on both."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from PIL import Image, ImageOps

from studio.sandbox.filming.camera import REACH
from studio.sandbox.filming.commission import FilmCommission
from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import Palette, palette_for
from studio.sandbox.painting.scenes import SCENES
from studio.sandbox.painting.words import Reading, read

FALLING = ("snow", "rain")

Layer = tuple[Image.Image, Image.Image | None]


@dataclass(frozen=True, slots=True)
class Stage:
    """
    `layers` from far to near, each but the first with a mask that says where it is; often there is the first alone.

    `horizon` is where water begins, as a share of the height; the second layer is then the water. `is_given` says that
    the picture came with the request.
    """

    layers: tuple[Layer, ...]
    palette: Palette
    reading: Reading
    horizon: float | None = None
    is_given: bool = False


def stage_for(commission: FilmCommission) -> Stage:
    """Painted from the prompt, or the first frame as it was given. Takes some tenths of a second."""
    reading = read(commission.prompt)
    dice = Random(f"{commission.seed}:{' '.join(reading.words)}")
    palette = palette_for(reading, dice)
    size = commission.width_px, commission.height_px
    if commission.first is not None:
        return Stage(((fitted(commission.first, size), None),), palette, reading, is_given=True)
    # Larger by what the camera leaves out, so that nothing is ever blown up.
    wide, high = (round(side / (1 - REACH)) for side in size)
    canvas = Canvas(wide, high, dice, detail=1, is_layered=True)
    SCENES[reading.scene](canvas, palette, _standing_still(reading))
    return Stage(tuple(canvas.layers()), palette, reading, canvas.horizon)


def _standing_still(reading: Reading) -> Reading:
    """The same without what falls: painted on, it would hang in the air behind what really falls."""
    motifs = tuple(name for name in reading.motifs if name not in FALLING)
    return replace(reading, motifs=motifs, mood=None if reading.mood == "winter" else reading.mood)


def fitted(path: str, size: tuple[int, int]) -> Image.Image:
    """A given picture, filling the frame: what is too much at two sides is left out in equal parts."""
    with Image.open(io.BytesIO(Path(path).read_bytes())) as picture:
        upright = ImageOps.exif_transpose(picture)
        if upright.has_transparency_data:
            ground = Image.new("RGBA", upright.size, (255, 255, 255, 255))
            upright = Image.alpha_composite(ground, upright.convert("RGBA"))
        return ImageOps.fit(upright.convert("RGB"), size, Image.Resampling.LANCZOS)
