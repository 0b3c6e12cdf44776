"""One picture after the other: the layers as the camera sees them, and what moves between and before them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from PIL import Image

from studio.sandbox.filming.camera import Camera, camera_for
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
        progress, seconds = number / (count - 1), number / FPS
        frame = _seen(stage, camera, size, progress)
        _play(frame, stage, cast, camera, seconds, progress)
        if last is not None and progress > 1 - CROSS_FADE:
            frame = _cross_faded(frame, last, camera, (progress - 1 + CROSS_FADE) / CROSS_FADE)
        is_as_given = (number == 0 and stage.is_given) or (number == count - 1 and last is not None)
        if not is_as_given:
            sign(frame)
        yield frame


def _seen(stage: Stage, camera: Camera, size: tuple[int, int], progress: float) -> Image.Image:
    """The sky as the camera sees it: a little of its movement, all of it where there is nothing else."""
    depth = 1.0 if stage.ground is None else FAR
    return _through(stage.sky, camera, size, progress, depth)


def _play(
    frame: Image.Image, stage: Stage, cast: Cast, camera: Camera, seconds: float, progress: float
) -> None:
    """Everything that stands and moves before the sky. In a given picture it comes softly."""
    strength = min(1.0, seconds / FADE_IN_SECONDS) if stage.is_given else 1.0
    draw_all(cast.behind, frame, seconds, strength)
    if stage.ground is not None and stage.mask is not None:
        ground = _through(stage.ground, camera, frame.size, progress)
        frame.paste(ground, (0, 0), _through(stage.mask, camera, frame.size, progress))
    if stage.horizon is not None:
        _, top, _, bottom = camera.box(stage.sky.size, progress)
        share = (stage.horizon * stage.sky.height - top) / (bottom - top)
        rippled(frame, share * frame.height, seconds)
    draw_all(cast.before, frame, seconds, strength)


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
