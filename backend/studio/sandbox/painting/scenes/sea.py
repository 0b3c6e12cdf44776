"""The sea: islands in haze, the light's path on the water, a boat or a lighthouse."""

from __future__ import annotations

from studio.sandbox.painting import motifs, weather
from studio.sandbox.painting.canvas import Canvas, ridge
from studio.sandbox.painting.colours import Palette, mix
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.words import Reading


def sea(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    horizon = h * dice.uniform(0.5, 0.6)
    canvas.horizon = horizon / h
    light = w * dice.choice((0.3, 0.38, 0.62, 0.7))
    _sky(canvas, palette, horizon, light)
    canvas.settle()
    if "rainbow" in reading.motifs:
        weather.rainbow(canvas, w * 0.5, horizon, w * 0.42)
    for depth in (0.1, 0.35, 0.6):
        _island(canvas, palette, horizon, depth)
    _water(canvas, palette, horizon, light)
    canvas.settle()
    if "lighthouse" in reading.motifs:
        _rock(canvas, palette, w * (0.2 if light > w / 2 else 0.8), h, u)
    if "boat" in reading.motifs or ("lighthouse" not in reading.motifs and dice.random() < 0.75):
        x = w * (dice.uniform(0.2, 0.42) if light > w / 2 else dice.uniform(0.58, 0.8))
        motifs.boat(
            canvas, palette, x, horizon + (h - horizon) * dice.uniform(0.3, 0.5), u * dice.uniform(0.16, 0.22)
        )
    motifs.birds(canvas, mix(palette.near, palette.sky[1], 0.2), w * dice.uniform(0.1, 0.55), horizon * 0.4)
    for name in ("balloon", "heart"):
        if name in reading.motifs:
            place(canvas, palette, name)
    if "rain" in reading.motifs:
        weather.rainfall(canvas, palette.light)
    if "snow" in reading.motifs or reading.mood == "winter":
        weather.snowfall(canvas)


def _sky(canvas: Canvas, palette: Palette, horizon: float, light: float) -> None:
    dice = canvas.dice
    canvas.gradient(
        [(0, palette.sky[0]), (0.6, palette.sky[1]), (1, palette.sky[2])], (0, 0, canvas.w, horizon + 2)
    )
    radius = canvas.u * dice.uniform(0.07, 0.11)
    if palette.is_dark:
        weather.stars(canvas, palette.light, horizon)
        weather.moon(canvas, palette, light, horizon * dice.uniform(0.3, 0.5), radius * 0.75)
    else:
        weather.sun(canvas, palette, light, horizon - radius * dice.uniform(0.35, 1.9), radius)
    bank = mix(palette.sky[2], palette.light, 0.4)
    weather.clouds(
        canvas,
        bank,
        horizon * 0.12,
        horizon * 0.8,
        count=3 + canvas.detail,
        level=80 if palette.is_dark else 120,
    )


def _island(canvas: Canvas, palette: Palette, horizon: float, depth: float) -> None:
    dice, w, u = canvas.dice, canvas.w, canvas.u
    middle, half = w * dice.uniform(-0.05, 1.05), u * dice.uniform(0.2, 0.42)
    heights = ridge(dice, 60, octaves=5, rough=0.5)
    outline = []
    for index, height in enumerate(heights):
        t = index / 59
        lift = (4 * t * (1 - t)) ** 0.7 * (0.35 + 0.65 * height)
        outline.append((middle + half * (2 * t - 1), horizon + 2 - lift * u * 0.15 * (1.1 - depth * 0.5)))
    colour = mix(palette.far, palette.near, depth)
    canvas.polygon(outline, [(0, colour), (1, mix(colour, palette.sky[2], 0.45))])


def _water(canvas: Canvas, palette: Palette, horizon: float, light: float) -> None:
    dice, w, h, u = canvas.apart(), canvas.w, canvas.h, canvas.u
    deep = mix(palette.sky[0], palette.near, 0.62)
    top = mix(palette.sky[2], palette.sky[0], 0.38)
    canvas.gradient([(0, top), (0.3, mix(top, deep, 0.55)), (1, deep)], (0, horizon, w, h))
    canvas.glow(light, horizon + (h - horizon) * 0.12, u * 0.5, palette.light, 0.28)
    rows = 40 + 22 * canvas.detail
    for row in range(rows):
        depth = (row + dice.random()) / rows
        y = horizon + (h - horizon) * (0.006 + depth**1.7)
        thick = u * (0.0011 + 0.0052 * depth)
        for _ in range(3):
            x, half = dice.uniform(0, w), u * dice.uniform(0.02, 0.12) * (0.25 + depth)
            tone = mix(
                mix(top, deep, 0.35 + 0.6 * depth),
                palette.light if dice.random() < 0.4 else palette.near,
                0.14,
            )
            _ripple(canvas, x, y, half, thick, tone)
        for _ in range(2):
            spread = u * (0.025 + 0.15 * depth)
            x, half = dice.gauss(light, spread * 0.55), spread * dice.uniform(0.15, 0.65)
            _ripple(canvas, x, y, half, thick * 1.25, mix(top, palette.light, 0.9 - 0.45 * depth))


def _ripple(
    canvas: Canvas, x: float, y: float, half: float, thick: float, colour: tuple[int, int, int]
) -> None:
    """A lens: thick in the middle, pointed at both ends."""
    canvas.polygon([(x - half, y), (x, y - thick * 0.5), (x + half, y), (x, y + thick * 0.5)], colour)


def _rock(canvas: Canvas, palette: Palette, x: float, h: float, u: float) -> None:
    dice = canvas.dice
    stone = mix(palette.near, palette.far, 0.12)
    points = [
        (x - u * 0.34, h),
        (x - u * 0.24, h - u * 0.1),
        (x - u * 0.12, h - u * 0.17),
        (x + u * 0.1, h - u * 0.18),
        (x + u * 0.22, h - u * 0.09),
        (x + u * 0.36, h),
    ]
    rough = [(a + dice.uniform(-0.01, 0.01) * u, b + dice.uniform(-0.012, 0.012) * u) for a, b in points]
    canvas.polygon(rough, [(0, stone), (1, mix(stone, (0, 0, 0), 0.3))])
    motifs.lighthouse(canvas, palette, x, h - u * 0.16, u * 0.5)
