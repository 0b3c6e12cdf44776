"""What moves in a film: things that drift, fall, fly and twinkle, each a small picture at a place told by the time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from studio.sandbox.painting.colours import Colour

SPRITE_SAMPLES = 4  # sprites are drawn so many times larger: their edges are then smooth


@dataclass(frozen=True, slots=True)
class Mover:
    """
    One thing. It starts at (x, y), moves by (dx, dy) a second, comes in again on the other side, sways by `sway` and
    twinkles `beat` times a second; all lengths are in pixels of the frame.

    `sprite` is its shape in levels of opacity; several are shown one after the other, `flaps` a second.
    """

    sprite: tuple[Image.Image, ...]
    colour: Colour
    x: float
    y: float
    dx: float = 0.0
    dy: float = 0.0
    sway: float = 0.0
    sway_seconds: float = 3.0
    beat: float = 0.0
    flaps: float = 0.0
    phase: float = 0.0

    def draw(self, frame: Image.Image, seconds: float, strength: float) -> None:
        """`strength` 0 to 1 is how much of it is there at all."""
        mask = self.sprite[int((seconds + self.phase) * self.flaps) % len(self.sprite)]
        swing = math.sin(math.tau * (seconds / self.sway_seconds + self.phase))
        width, height = frame.width + mask.width, frame.height + mask.height
        x = (self.x + self.dx * seconds + self.sway * swing + mask.width) % width - mask.width
        y = (self.y + self.dy * seconds + 0.3 * self.sway * swing + mask.height) % height - mask.height
        if self.beat:
            strength *= 0.5 + 0.5 * math.sin(math.tau * (seconds * self.beat + self.phase))
        if strength <= 0.02:
            return
        if strength < 0.98:
            mask = mask.point([round(level * strength) for level in range(256)])
        frame.paste(self.colour, (round(x), round(y)), mask)


def draw_all(movers: Iterable[Mover], frame: Image.Image, seconds: float, strength: float) -> None:
    for mover in movers:
        mover.draw(frame, seconds, strength)


def disc(radius: float, *, blur: float = 0.0, level: int = 255) -> Image.Image:
    """A round spot; `blur` as a share of the radius makes it soft."""
    size = max(2, math.ceil(2 * radius * (1 + blur)))
    large = Image.new("L", (size * SPRITE_SAMPLES,) * 2)
    edge = size * SPRITE_SAMPLES / 2 - radius * SPRITE_SAMPLES
    end = size * SPRITE_SAMPLES - edge
    ImageDraw.Draw(large).ellipse((edge, edge, end, end), fill=level)
    if blur:
        large = large.filter(ImageFilter.GaussianBlur(radius * blur * SPRITE_SAMPLES * 0.5))
    return large.reduce(SPRITE_SAMPLES)


def streak(length: float, slant: float, width: float, level: int = 150) -> Image.Image:
    """A drop of rain or a grain of sand in flight: `slant` is how far it goes sideways."""
    wide, high = max(2, math.ceil(abs(slant) + width)), max(2, math.ceil(length))
    large = Image.new("L", (wide * SPRITE_SAMPLES, high * SPRITE_SAMPLES))
    ends = (0, large.height) if slant >= 0 else (large.width, large.height)
    start = (large.width, 0) if slant >= 0 else (0, 0)
    ImageDraw.Draw(large).line((start, ends), fill=level, width=max(2, round(width * SPRITE_SAMPLES)))
    return large.reduce(SPRITE_SAMPLES)


def leaf(size: float, turns: int = 8) -> tuple[Image.Image, ...]:
    """A leaf as it tumbles: seen broad, then narrow, then broad again."""
    found = []
    for turn in range(turns):
        side = max(3, math.ceil(size * 2))
        large = Image.new("L", (side * SPRITE_SAMPLES,) * 2)
        middle, half = large.width / 2, size * SPRITE_SAMPLES
        thick = half * (0.12 + 0.4 * abs(math.cos(math.pi * turn / turns)))
        ImageDraw.Draw(large).ellipse(
            (middle - half, middle - thick, middle + half, middle + thick), fill=235
        )
        found.append(large.rotate(360 * turn / turns).reduce(SPRITE_SAMPLES))
    return tuple(found)


def bird(size: float, poses: int = 6) -> tuple[Image.Image, ...]:
    """Two wings that beat."""
    found = []
    for pose in range(poses):
        lift = math.cos(math.tau * pose / poses)
        side = max(4, math.ceil(size * 2.4))
        large = Image.new("L", (side * SPRITE_SAMPLES,) * 2)
        middle, reach = large.width / 2, size * SPRITE_SAMPLES
        tip, bend = middle - reach * 0.55 * lift, middle - reach * (0.28 + 0.12 * lift)
        wings = [
            *((middle - reach, tip), (middle - reach * 0.5, bend), (middle, middle)),
            *((middle + reach * 0.5, bend), (middle + reach, tip)),
        ]
        ImageDraw.Draw(large).line(wings, fill=230, width=max(2, round(reach * 0.13)), joint="curve")
        found.append(large.reduce(SPRITE_SAMPLES))
    return tuple(found)


def cloud(width: float, dice: Random, level: int) -> Image.Image:
    """A long soft bank, flat below."""
    wide, high = max(8, round(width * 1.5)), max(6, round(width * 0.42))
    mask = Image.new("L", (wide, high))
    pen = ImageDraw.Draw(mask)
    foot = high * 0.66
    for _ in range(8):
        x, radius = wide * dice.uniform(0.27, 0.73), width * dice.uniform(0.1, 0.24)
        y = foot - width * dice.uniform(0, 0.05)
        pen.ellipse((x - radius, y - radius * 0.42, x + radius, y + radius * 0.22), fill=level)
    pen.ellipse((wide * 0.14, foot - high * 0.05, wide * 0.86, foot + high * 0.1), fill=level)
    return mask.filter(ImageFilter.GaussianBlur(width * 0.035))
