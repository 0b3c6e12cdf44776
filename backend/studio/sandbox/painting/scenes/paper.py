"""Cut paper: panels, and on them fronds, blobs and arcs as if cut with scissors, each with its shadow."""

from __future__ import annotations

import math

from studio.sandbox.painting.canvas import Canvas, Point, blob, smooth, sprinkle
from studio.sandbox.painting.colours import Colour, Palette, lightness, mix
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.words import Reading


def paper(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    colours = [*palette.accents, mix(palette.sky[1], palette.paper, 0.25)]
    canvas.gradient([(0, palette.paper), (1, mix(palette.paper, palette.accents[3], 0.16))])
    canvas.settle()
    columns, rows = (max(2, round(w / u * 2)), max(2, round(h / u * 2)))
    gap = u * 0.018
    for column in range(columns):
        for row in range(rows):
            box = (
                w * column / columns + gap,
                h * row / rows + gap,
                w * (column + 1) / columns - gap,
                h * (row + 1) / rows - gap,
            )
            _panel(canvas, colours, box)
    for x, y in sprinkle(dice, 3, (w * 0.15, h * 0.15, w * 0.85, h * 0.85), u * 0.3):
        _cut(canvas, blob(dice, x, y, u * dice.uniform(0.07, 0.12), uneven=0.4), dice.choice(colours))
    for name in ("heart", "sun", "moon", "birds", "cat", "boat"):
        if name in reading.motifs:
            place(canvas, palette, name)


def _panel(canvas: Canvas, colours: list[Colour], box: tuple[float, float, float, float]) -> None:
    dice, u = canvas.dice, canvas.u
    left, top, right, bottom = box
    jolt = u * 0.008
    corners = [
        (x + dice.uniform(-jolt, jolt), y + dice.uniform(-jolt, jolt))
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    ]
    ground = dice.choice(colours)
    _cut(canvas, corners, ground)
    others = sorted(colours, key=lambda colour: -abs(lightness(colour) - lightness(ground)))[:3]
    x, y = (left + right) / 2, (top + bottom) / 2
    size = min(right - left, bottom - top) * 0.42
    kind = dice.randrange(5)
    if kind == 0:
        _cut(canvas, _frond(canvas, x, y, size), dice.choice(others))
    elif kind == 1:
        for number, colour in enumerate(others):
            _cut(canvas, blob(dice, x, y, size * (0.95 - 0.3 * number), uneven=0.22, corners=8), colour)
    elif kind == 2:
        _cut(canvas, _star(canvas, x, y, size), dice.choice(others))
    elif kind == 3:
        for number, colour in enumerate(others):
            _cut(
                canvas,
                _arch(x, y + size * 0.75, size * (1 - 0.3 * number), size * 1.45 * (1 - 0.26 * number)),
                colour,
            )
    else:
        for px, py in sprinkle(
            dice,
            9,
            (left + size * 0.35, top + size * 0.35, right - size * 0.35, bottom - size * 0.35),
            size * 0.5,
        ):
            _cut(
                canvas,
                blob(dice, px, py, size * dice.uniform(0.12, 0.24), uneven=0.3, corners=6),
                dice.choice(others),
            )


def _cut(canvas: Canvas, points: list[Point], colour: Colour) -> None:
    u = canvas.u
    canvas.shadow(points, dx=u * 0.004, dy=u * 0.008, blur=u * 0.007, level=95)
    canvas.polygon(points, [(0, mix(colour, (255, 255, 255), 0.05)), (1, mix(colour, (0, 0, 0), 0.04))])


def _frond(canvas: Canvas, x: float, y: float, size: float) -> list[Point]:
    """A seaweed as Matisse cut them: fingers on both sides of a bent spine."""
    dice = canvas.dice
    fingers, bend = 5, dice.uniform(-0.25, 0.25)
    right: list[Point] = []
    left: list[Point] = []
    for number in range(fingers):
        t = number / fingers
        cy, cx = size * (1 - 2 * t), size * bend * math.sin(math.pi * t)
        reach = size * (0.42 + 0.4 * math.sin(math.pi * (0.2 + 0.7 * t)))
        step = 2 * size / fingers
        right += [
            (cx + size * 0.1, cy),
            (cx + reach, cy - step * 0.55),
            (cx + reach * 0.8, cy - step * 0.95),
            (cx + size * 0.1, cy - step * 0.75),
        ]
        left += [
            (cx - size * 0.1, cy),
            (cx - reach, cy - step * 0.55),
            (cx - reach * 0.8, cy - step * 0.95),
            (cx - size * 0.1, cy - step * 0.75),
        ]
    outline = [(0.0, size), *right, (0.0, -size), *reversed(left)]
    return smooth([(x + a, y + b) for a, b in outline], steps=6)


def _star(canvas: Canvas, x: float, y: float, size: float) -> list[Point]:
    dice = canvas.dice
    rays, turn = dice.randrange(6, 10), dice.uniform(0, math.tau)
    ring = []
    for step in range(rays * 2):
        reach = size * (dice.uniform(0.85, 1.02) if step % 2 else dice.uniform(0.4, 0.5))
        angle = turn + math.pi * step / rays
        ring.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return smooth(ring, steps=5)


def _arch(x: float, base: float, half: float, height: float) -> list[Point]:
    top = base - height + half
    dome = [
        (x - half * math.cos(math.pi * step / 30), top - half * math.sin(math.pi * step / 30))
        for step in range(31)
    ]
    return [(x - half, base), *dome, (x + half, base)]
