"""One picture after the other: the layers as the camera sees them, and what moves between and before them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from PIL import Image

from studio.sandbox.filming.camera import Box, Camera, camera_for
from studio.sandbox.filming.cast import Cast, cast_for
from studio.sandbox.filming.commission import FilmCommission
from studio.sandbox.filming.movers import draw_all
from studio.sandbox.filming.reel import FPS
from studio.sandbox.filming.stage import Stage, fitted, stage_for
from studio.sandbox.filming.water import rippled
from studio.sandbox.painting.finishing import sign

FAR = 0.35  # how much of the near layer's movement the sky takes part in
FADE_IN_SECONDS = 0.8
CROSS_FADE = 0.45  # the last part of a film that ends with a given picture


def pictures(commission: FilmCommission) -> Iterator[Image.Image]:
    """All pictures of the film, in order: `FPS` a second. The first is the given one, the last is, pixel by pixel."""
    stage = stage_for(commission)
    size = commission.width_px, commission.height_px
    dice = Random(f"film:{commission.seed}:{' '.join(stage.reading.words)}")
    camera = camera_for(stage.reading.words, dice, begins_whole=stage.is_given)
    cast = cast_for(stage, size, dice)
    last = None if commission.last is None else fitted(commission.last, size)
    count = commission.seconds * FPS
    for number in range(count):
        frame = _seen(stage, camera, cast, size, number, count)
        progress = number / (count - 1)
        if last is not None and progress > 1 - CROSS_FADE:
            frame = _cross_faded(frame, last, camera, (progress - 1 + CROSS_FADE) / CROSS_FADE)
        is_as_given = (number == 0 and stage.is_given) or (number == count - 1 and last is not None)
        if not is_as_given:
            sign(frame)
        yield frame


def _seen(
    stage: Stage, camera: Camera, cast: Cast, size: tuple[int, int], number: int, count: int
) -> Image.Image:
    """One moment on the stage: the sky, what moves in it, what stands before it, what moves before that."""
    progress, seconds = number / (count - 1), number / FPS
    strength = (
        min(1.0, seconds / FADE_IN_SECONDS) if stage.is_given else 1.0
    )  # into a given picture all comes softly
    (sky, _), *nearer = stage.layers
    frame = _through(sky, camera, size, progress, FAR if nearer else 1.0)
    draw_all(cast.behind, frame, seconds, strength)
    for index, (layer, mask) in enumerate(nearer):
        _place(frame, layer, mask, camera.box(layer.size, progress))
        if index == 0 and stage.horizon is not None:
            _, top, _, bottom = camera.box(layer.size, progress)
            rippled(frame, (stage.horizon * layer.height - top) / (bottom - top) * size[1], seconds)
    draw_all(cast.before, frame, seconds, strength)
    return frame


def _place(frame: Image.Image, layer: Image.Image, mask: Image.Image | None, box: Box) -> None:
    """The layer into the frame; no more of it than its mask has anything of, which often is a third."""
    held = None if mask is None else mask.getbbox()
    if mask is None or held is None:
        return
    kx, ky = frame.width / (box[2] - box[0]), frame.height / (box[3] - box[1])
    left, top = max(0, int((held[0] - box[0]) * kx)), max(0, int((held[1] - box[1]) * ky))
    right = min(frame.width, math.ceil((held[2] - box[0]) * kx))
    bottom = min(frame.height, math.ceil((held[3] - box[1]) * ky))
    if right <= left or bottom <= top:
        return
    part = box[0] + left / kx, box[1] + top / ky, box[0] + right / kx, box[1] + bottom / ky
    size = right - left, bottom - top
    piece = layer.resize(size, Image.Resampling.BILINEAR, box=part)
    frame.paste(piece, (left, top), mask.resize(size, Image.Resampling.BILINEAR, box=part))


def _through(
    layer: Image.Image, camera: Camera, size: tuple[int, int], progress: float, depth: float = 1.0
) -> Image.Image:
    box = camera.box(layer.size, progress, depth)
    if box == (0.0, 0.0, float(layer.width), float(layer.height)) and layer.size == size:
        return layer.copy()
    return layer.resize(size, Image.Resampling.BILINEAR, box=box)


def _cross_faded(frame: Image.Image, last: Image.Image, camera: Camera, share: float) -> Image.Image:
    """`share` 1 is the given picture and nothing else; on the way there it comes to rest."""
    arriving = Camera(camera.move, begins_whole=True)
    seen = _through(last, arriving, last.size, 1 - share)
    return Image.blend(frame, seen, share * share * (3 - 2 * share))
