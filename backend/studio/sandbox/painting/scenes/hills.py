"""Layered hills: a sky, a sun or a moon, ridge before ridge in haze, firs on the nearest ones."""

from __future__ import annotations

from studio.sandbox.painting import motifs, weather
from studio.sandbox.painting.canvas import Canvas, Point, ridge
from studio.sandbox.painting.colours import Palette, mix
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.words import Reading

RIDGES = 6
IN_THE_SKY = ("birds", "balloon", "rainbow")


def hills(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    horizon = h * dice.uniform(0.46, 0.58)
    sky(canvas, palette, reading, horizon)
    canvas.settle()
    for motif in IN_THE_SKY:
        if motif in reading.motifs:
            place(canvas, palette, motif)
    outline: list[Point] = []
    for number in range(RIDGES):
        depth = number / (RIDGES - 1)
        outline = _ridge(
            canvas, palette, horizon, depth, mountains=reading.says("mountain", "mountains", "alps", "peak")
        )
        if depth > 0.55:
            _firs(canvas, palette, outline, depth)
        if depth < 0.8:
            canvas.haze(horizon + (h - horizon) * (depth * 0.8), h, palette.sky[2], 0.16 * (1 - depth))
    _foreground(canvas, palette, reading, outline)
    if "birds" not in reading.motifs and dice.random() < 0.6:
        motifs.birds(canvas, mix(palette.near, palette.sky[1], 0.25), w * dice.uniform(0.1, 0.6), u * 0.2)


def sky(canvas: Canvas, palette: Palette, reading: Reading, horizon: float) -> None:
    """The gradient, the lights in it and clouds; also used by other scenes."""
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    canvas.gradient(
        [(0, palette.sky[0]), (0.55, palette.sky[1]), (1, palette.sky[2])], (0, 0, w, horizon * 1.12)
    )
    canvas.gradient([(0, palette.sky[2]), (1, palette.sky[2])], (0, horizon * 1.12, w, h))
    x, radius = w * dice.choice((0.28, 0.36, 0.64, 0.72)), u * dice.uniform(0.06, 0.1)
    if palette.is_dark:
        weather.stars(canvas, palette.light, horizon, count=90 + 60 * canvas.detail)
        weather.moon(canvas, palette, x, horizon * dice.uniform(0.25, 0.5), radius * 0.8)
    else:
        weather.sun(canvas, palette, x, horizon * dice.uniform(0.45, 0.85), radius)
    bank = mix(palette.sky[2], palette.light, 0.5) if not palette.is_dark else palette.sky[2]
    level = 70 if palette.is_dark else 135
    weather.clouds(canvas, bank, horizon * 0.15, horizon * 0.75, count=2 + canvas.detail, level=level)


def _ridge(canvas: Canvas, palette: Palette, horizon: float, depth: float, *, mountains: bool) -> list[Point]:
    dice, w, h = canvas.dice, canvas.w, canvas.h
    steep = 0.62 if mountains and depth < 0.5 else 0.42
    count = 160
    heights = ridge(dice, count, octaves=6 if mountains and depth < 0.5 else 4, rough=steep)
    reach = h * (0.2 if mountains and depth < 0.5 else 0.13) * (1.1 - 0.35 * depth)
    base = horizon + (h - horizon) * depth * 0.86
    outline = [(w * index / (count - 1), base - height * reach) for index, height in enumerate(heights)]
    colour = mix(palette.far, palette.near, depth**1.15)
    pale = mix(colour, palette.sky[2], 0.42 * (1 - depth) + 0.05)
    canvas.polygon([(0, h), *outline, (w, h)], [(0, colour), (min(1, 0.35 + 0.5 * depth), pale), (1, pale)])
    return outline


def _firs(canvas: Canvas, palette: Palette, outline: list[Point], depth: float) -> None:
    """In clumps, so that it looks grown and not planted."""
    dice = canvas.apart()
    colour = mix(palette.far, palette.near, min(1.0, depth**1.15 + 0.06))
    for _ in range(5 + 2 * canvas.detail):
        middle = dice.randrange(len(outline))
        for _ in range(dice.randrange(3, 9)):
            x, y = outline[max(0, min(len(outline) - 1, middle + dice.randrange(-7, 8)))]
            height = canvas.u * dice.uniform(0.03, 0.065) * (0.35 + 1.1 * depth)
            motifs.conifer(
                canvas, colour, x + canvas.u * dice.uniform(-0.004, 0.004), y + height * 0.12, height
            )


def _foreground(canvas: Canvas, palette: Palette, reading: Reading, outline: list[Point]) -> None:
    dice, w, u = canvas.dice, canvas.w, canvas.u
    x, y = outline[dice.choice((48, 56, 104, 112))]
    if "house" in reading.motifs:
        motifs.house(canvas, palette, x, y + u * 0.03, u * 0.13)
    if "tree" in reading.motifs:
        motifs.tree(canvas, palette.accents[2], palette.near, w - x, y + u * 0.05, u * 0.3)
    if "cat" in reading.motifs:
        motifs.cat(canvas, mix(palette.near, (0, 0, 0), 0.35), x, y + u * 0.06, u * 0.3)
    if "flowers" in reading.motifs or reading.mood == "spring":
        motifs.flowers(canvas, palette, y + u * 0.06)
    if "heart" in reading.motifs:
        place(canvas, palette, "heart")
    if "snow" in reading.motifs or reading.mood == "winter":
        weather.snowfall(canvas)
    if "rain" in reading.motifs:
        weather.rainfall(canvas, palette.light)
