"""Dunes under a large sun: each crest lit on one side and dark on the other."""

from __future__ import annotations

import math

from studio.sandbox.painting.canvas import Canvas, Point, smooth
from studio.sandbox.painting.colours import Palette, mix
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.scenes.hills import sky
from studio.sandbox.painting.words import Reading

CRESTS = 5


def dunes(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    horizon = h * dice.uniform(0.44, 0.54)
    sky(canvas, palette, reading, horizon)
    canvas.settle()
    if reading.says("pyramid", "pyramids"):
        for number, size in enumerate((0.16, 0.24, 0.13)):
            _pyramid(canvas, palette, w * (0.25 + 0.27 * number), horizon + u * 0.03, u * size)
    for number in range(CRESTS):
        _dune(canvas, palette, horizon, number / (CRESTS - 1))
    for name in ("balloon", "birds", "cat"):
        if name in reading.motifs:
            place(canvas, palette, name)


def _dune(canvas: Canvas, palette: Palette, horizon: float, depth: float) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    base = horizon + (h - horizon) * (0.06 + 0.74 * depth)
    knots = [
        (w * (i / 4) + u * dice.uniform(-0.08, 0.08), base + u * dice.uniform(-0.07, 0.05) * (0.6 + depth))
        for i in range(-1, 6)
    ]
    crest = smooth(knots, closed=False, steps=14)
    sand = mix(palette.far, palette.near, 0.1 + 0.62 * depth)
    lit = mix(sand, palette.light, 0.38 - 0.16 * depth)
    canvas.polygon(
        [(-u, h + u), *crest, (w + u, h + u)], [(0, lit), (0.5, sand), (1, mix(sand, palette.near, 0.15))]
    )
    _shade(canvas, palette, crest, depth)
    _wind(canvas, palette, crest, sand, depth)


def _shade(canvas: Canvas, palette: Palette, crest: list[Point], depth: float) -> None:
    """The side away from the sun: a crescent below the crest, from its highest point down to its foot."""
    dice, w, u = canvas.dice, canvas.w, canvas.u
    inner = [point for point in crest if 0.12 * w < point[0] < 0.7 * w]
    start = crest.index(min(inner, key=lambda point: point[1]))
    reach = w * dice.uniform(0.3, 0.5)
    edge = [point for point in crest[start:] if point[0] < crest[start][0] + reach]
    (left, top), (right, foot) = edge[0], edge[-1]
    sag = u * dice.uniform(0.07, 0.13) * (0.7 + depth)
    belly = [(right, foot), (left + (right - left) * 0.62, max(top, foot) + sag),
             (left + (right - left) * 0.26, top + sag * 0.95), (left, top)]  # fmt: skip
    dark = mix(mix(palette.far, palette.near, 0.28 + 0.66 * depth), palette.near, 0.28)
    sand = mix(palette.far, palette.near, 0.1 + 0.62 * depth)
    canvas.polygon([*edge, *smooth(belly, closed=False, steps=14)], [(0, dark), (1, mix(dark, sand, 0.55))])


def _wind(
    canvas: Canvas, palette: Palette, crest: list[Point], sand: tuple[int, int, int], depth: float
) -> None:
    if depth < 0.4:
        return
    dice, u = canvas.apart(), canvas.u
    for row in range(5 + 4 * canvas.detail):
        drop = u * (0.03 + 0.03 * row)
        start, length = dice.randrange(len(crest) // 2), dice.randrange(14, 40)
        wave = [
            (x, y + drop + u * 0.004 * math.sin(x / u * 22 + row)) for x, y in crest[start : start + length]
        ]
        if len(wave) > 1:
            canvas.line(wave, mix(sand, palette.light, 0.16), u * 0.0016)


def _pyramid(canvas: Canvas, palette: Palette, x: float, base: float, size: float) -> None:
    sand = mix(palette.far, palette.near, 0.18)
    canvas.polygon(
        [(x - size, base), (x + size, base), (x, base - size * 1.15)], mix(sand, palette.light, 0.3)
    )
    canvas.polygon(
        [(x + size * 0.25, base), (x + size, base), (x, base - size * 1.15)], mix(sand, palette.near, 0.3)
    )
