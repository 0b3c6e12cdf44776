"""Space: a ringed planet, its moons, clouds of gas, stars."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from studio.sandbox.painting import weather
from studio.sandbox.painting.canvas import Canvas, Point, blob, ridge
from studio.sandbox.painting.colours import Colour, Palette, mix
from studio.sandbox.painting.words import Reading


def space(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    void = mix(palette.sky[0], (4, 5, 16), 0.6)
    canvas.gradient([(0, void), (0.6, mix(void, palette.sky[0], 0.6)), (1, mix(void, palette.sky[1], 0.55))])
    for number in range(6):
        cloud = blob(dice, w * dice.random(), h * dice.random(), u * dice.uniform(0.15, 0.4), uneven=0.5)
        tint = palette.accents[number % len(palette.accents)]
        _gas(canvas, cloud, tint)
    weather.stars(canvas, (255, 250, 235), h, count=220 + 120 * canvas.detail)
    _flares(canvas, palette)
    canvas.settle()
    x, y, radius = w * dice.uniform(0.42, 0.6), h * dice.uniform(0.42, 0.58), u * dice.uniform(0.2, 0.26)
    tilt = dice.uniform(-0.5, -0.2)
    _rings(canvas, palette, x, y, radius, tilt, front=False)
    _planet(canvas, palette, x, y, radius)
    _rings(canvas, palette, x, y, radius, tilt, front=True)
    for number in range(2):
        angle = dice.uniform(0, math.tau)
        away = radius * (1.75 + 0.35 * number)
        _moon(
            canvas,
            palette,
            x + away * math.cos(angle),
            y + away * 0.7 * math.sin(angle),
            radius * dice.uniform(0.08, 0.16),
        )
    if reading.says("rocket", "astronaut", "spaceship"):
        _rocket(canvas, palette, w * 0.2, h * 0.74, u * 0.11)


def _flares(canvas: Canvas, palette: Palette) -> None:
    """A few stars with four rays."""
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    for _ in range(5):
        x, y, size = dice.uniform(0, w), dice.uniform(0, h), u * dice.uniform(0.02, 0.04)
        canvas.glow(x, y, size * 1.6, palette.light, 0.6)
        for dx, dy in ((size, 0), (0, size)):
            canvas.polygon(
                [
                    (x - dx, y - dy),
                    (x + dy * 0.06, y - dx * 0.06),
                    (x + dx, y + dy),
                    (x - dy * 0.06, y + dx * 0.06),
                ],
                palette.light,
            )


def _gas(canvas: Canvas, cloud: list[Point], tint: Colour) -> None:
    def paint(pen: ImageDraw.ImageDraw, k: float) -> None:
        pen.polygon([(x * k, y * k) for x, y in cloud], fill=75)

    canvas.soft(paint, tint, canvas.u * 0.09)


def _planet(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    dice = canvas.dice
    size = round(2 * radius)
    bands = Image.new("RGB", (1, 96))
    wave = ridge(dice, 96, octaves=5, rough=0.75)
    warm, cool = palette.accents[0], palette.accents[1]
    bands.putdata([mix(warm, mix(cool, palette.light, 0.25), height) for height in wave])
    body = bands.resize((size, size), Image.Resampling.BICUBIC).rotate(
        14, Image.Resampling.BILINEAR, fillcolor=warm
    )
    night = Image.radial_gradient("L").resize((size * 2, size * 2), Image.Resampling.BILINEAR)
    night = night.crop(
        (round(size * 0.66), round(size * 0.68), round(size * 0.66) + size, round(size * 0.68) + size)
    )
    body.paste(
        mix(palette.near, (0, 0, 10), 0.5),
        (0, 0),
        night.point([max(0, min(245, round((level - 62) * 2.2))) for level in range(256)]),
    )
    mask = Image.new("L", (size, size))
    ImageDraw.Draw(mask).ellipse((0, 0, size - 1, size - 1), fill=255)
    canvas.glow(x, y, radius * 1.7, mix(palette.accents[1], palette.light, 0.4), 0.35)
    canvas.paste(body, x - radius, y - radius, mask)


def _rings(
    canvas: Canvas, palette: Palette, x: float, y: float, radius: float, tilt: float, *, front: bool
) -> None:
    """Half of each ring at a time: one behind the planet, one before it."""
    start = 0.0 if front else math.pi
    for number, reach in enumerate((1.42, 1.5, 1.58, 1.7, 1.78)):
        arc = []
        for step in range(49):
            angle = start + math.pi * step / 48
            a, b = radius * reach * math.cos(angle), radius * reach * 0.26 * math.sin(angle)
            arc.append(
                (x + a * math.cos(tilt) - b * math.sin(tilt), y + a * math.sin(tilt) + b * math.cos(tilt))
            )
        tone = mix(palette.light, palette.accents[number % 2], 0.35 + 0.1 * number)
        canvas.line(
            arc, mix(tone, palette.near, 0.0 if front else 0.4), radius * (0.045 if number % 2 else 0.022)
        )


def _moon(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    stone = mix(palette.light, palette.accents[2], 0.3)
    canvas.ellipse(x, y, radius, radius, mix(stone, palette.near, 0.7))
    canvas.ellipse(x - radius * 0.18, y - radius * 0.16, radius * 0.8, radius * 0.8, stone)
    for dx, dy, r in ((-0.35, -0.2, 0.2), (0.1, 0.15, 0.14), (-0.2, 0.3, 0.1)):
        canvas.ellipse(
            x + dx * radius, y + dy * radius, r * radius, r * radius, mix(stone, palette.near, 0.25)
        )


def _rocket(canvas: Canvas, palette: Palette, x: float, y: float, size: float) -> None:
    canvas.glow(x - size * 0.75, y + size * 0.75, size * 0.9, palette.accents[1], 0.8)
    axis = math.pi / 4

    def at(along: float, across: float) -> tuple[float, float]:
        return (
            x + size * (along * math.cos(axis) + across * math.sin(axis)),
            y - size * (along * math.sin(axis) - across * math.cos(axis)),
        )

    canvas.polygon([at(-0.6, -0.16), at(-1.5, 0), at(-0.6, 0.16)], palette.accents[1])
    canvas.polygon([at(-0.6, -0.09), at(-1.15, 0), at(-0.6, 0.09)], palette.light)
    for side in (-1, 1):
        canvas.polygon(
            [at(-0.2, 0.2 * side), at(-0.75, 0.46 * side), at(-0.6, 0.16 * side)], palette.accents[0]
        )
    canvas.polygon([at(-0.6, -0.2), at(0.3, -0.25), at(0.3, 0.25), at(-0.6, 0.2)], palette.paper)
    canvas.polygon([at(0.3, -0.25), at(0.95, 0), at(0.3, 0.25)], palette.accents[0])
    cx, cy = at(0.05, 0)
    canvas.ellipse(cx, cy, size * 0.13, size * 0.13, palette.near)
    canvas.ellipse(cx, cy, size * 0.09, size * 0.09, mix(palette.sky[1], palette.light, 0.4))
