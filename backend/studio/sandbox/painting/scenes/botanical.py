"""A botanical sheet: leaves and blossoms on paper, laid over each other with soft shadows."""

from __future__ import annotations

import math

from studio.sandbox.painting.canvas import Canvas, Point, smooth
from studio.sandbox.painting.colours import Colour, Palette, mix
from studio.sandbox.painting.words import Reading


def botanical(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    ground = mix(palette.near, palette.sky[0], 0.12) if palette.is_dark else palette.paper
    canvas.gradient([(0, mix(ground, palette.light, 0.25)), (1, mix(ground, palette.accents[1], 0.14))])
    disc = mix(ground, palette.accents[1], 0.5)
    canvas.ellipse(w * dice.uniform(0.42, 0.58), h * dice.uniform(0.4, 0.5), u * 0.33, u * 0.33, disc)
    canvas.settle()
    greens = [mix(palette.accents[2], palette.near, share) for share in (0.05, 0.3, 0.55, 0.75)]
    foot = (w * 0.5, h * 1.04)
    for number in range(9):
        spread = (number - 4) / 4 + dice.uniform(-0.08, 0.08)
        reach = min(h, u * 1.35) * dice.uniform(0.66, 0.95) * (1 - 0.22 * abs(spread))
        tip = (foot[0] + spread * min(w * 0.5, u * 0.62), foot[1] - reach)
        colour = greens[dice.randrange(len(greens))]
        (_frond if number % 2 else _leaf)(canvas, foot, tip, colour)
    kind = "daisy" if reading.says("daisy") else dice.choice(("cosmos", "poppy", "round"))
    blossoms = 3 + dice.randrange(3)
    for number in range(blossoms):
        x = w * 0.5 + (number - (blossoms - 1) / 2) * min(w * 0.26, u * 0.3) + u * dice.uniform(-0.04, 0.04)
        y = h * 0.5 + u * dice.uniform(-0.3, 0.14)
        stem = smooth(
            [(foot[0] + (x - foot[0]) * 0.15, foot[1]), ((x + foot[0]) / 2, (y + foot[1]) / 2), (x, y)],
            closed=False,
            steps=12,
        )
        canvas.line(stem, greens[2], u * 0.007)
        _blossom(
            canvas, palette, x, y, u * dice.uniform(0.085, 0.14), palette.accents[(0, 3, 1)[number % 3]], kind
        )


def _leaf(canvas: Canvas, foot: Point, tip: Point, colour: Colour) -> None:
    """A broad leaf on a stalk, its halves in two tones, with veins."""
    dice, u = canvas.dice, canvas.u
    start = foot[0] + (tip[0] - foot[0]) * 0.45, foot[1] + (tip[1] - foot[1]) * 0.45
    canvas.line([foot, start], colour, u * 0.007)
    along = tip[0] - start[0], tip[1] - start[1]
    across = -along[1] * dice.uniform(0.24, 0.36), along[0] * dice.uniform(0.24, 0.36)
    halves = []
    for side in (1, -1):
        bulge = [
            (start[0] + along[0] * t + across[0] * side * k, start[1] + along[1] * t + across[1] * side * k)
            for t, k in ((0, 0), (0.2, 0.75), (0.45, 1), (0.75, 0.62), (1, 0))
        ]
        halves.append(smooth(bulge, closed=False, steps=8))
    canvas.shadow([*halves[0], *reversed(halves[1])], dx=u * 0.012, dy=u * 0.018, blur=u * 0.014, level=70)
    canvas.polygon(halves[0], colour)
    canvas.polygon(halves[1], mix(colour, (255, 250, 225), 0.14))
    vein = mix(colour, (255, 252, 235), 0.36)
    canvas.line([start, tip], vein, u * 0.0035)
    for step in range(1, 7):
        t = step / 7.5
        root = start[0] + along[0] * t, start[1] + along[1] * t
        for side in (1, -1):
            reach = 0.75 * math.sin(math.pi * min(1, t + 0.12)) * side
            end = root[0] + across[0] * reach + along[0] * 0.13, root[1] + across[1] * reach + along[1] * 0.13
            canvas.line([root, end], vein, u * 0.0016)


def _frond(canvas: Canvas, foot: Point, tip: Point, colour: Colour) -> None:
    """A fern: leaflets in pairs along a bent rib."""
    dice, u = canvas.dice, canvas.u
    bend = u * dice.uniform(-0.12, 0.12)
    middle = (foot[0] + tip[0]) / 2 + bend, (foot[1] + tip[1]) / 2
    rib = smooth([foot, middle, tip], closed=False, steps=14)
    canvas.line(rib, colour, u * 0.005)
    for index in range(6, len(rib) - 1):
        t = index / len(rib)
        x, y = rib[index]
        dx, dy = rib[index + 1][0] - x, rib[index + 1][1] - y
        length = math.hypot(dx, dy) or 1
        reach = u * 0.12 * math.sin(math.pi * (t * 0.86 + 0.1)) + u * 0.01
        for side in (1, -1):
            ax, ay = (
                (-dy / length * side * 0.85 + dx / length * 0.5),
                (dx / length * side * 0.85 + dy / length * 0.5),
            )
            half = u * 0.011
            blade = [
                (x, y),
                (x + ax * reach * 0.45 - ay * half, y + ay * reach * 0.45 + ax * half),
                (x + ax * reach, y + ay * reach),
                (x + ax * reach * 0.45 + ay * half, y + ay * reach * 0.45 - ax * half),
            ]
            canvas.polygon(smooth(blade, steps=4), mix(colour, (255, 250, 225), 0.1 if side > 0 else 0.0))


def _blossom(
    canvas: Canvas, palette: Palette, x: float, y: float, radius: float, colour: Colour, kind: str
) -> None:
    dice = canvas.dice
    count = {"daisy": 16, "cosmos": 8, "poppy": 5, "round": 6}[kind]
    wide = {"daisy": 0.14, "cosmos": 0.3, "poppy": 0.52, "round": 0.4}[kind]
    ring = [
        (x + radius * math.cos(a * math.tau / 24), y + radius * math.sin(a * math.tau / 24))
        for a in range(24)
    ]
    canvas.shadow(ring, dx=radius * 0.1, dy=radius * 0.16, blur=radius * 0.16, level=80)
    turn = dice.uniform(0, math.tau)
    for layer, scale in ((0, 1.0), (1, 0.72)) if kind != "daisy" else ((0, 1.0),):
        for petal in range(count):
            angle = turn + math.tau * (petal + 0.5 * layer) / count
            tone = mix(colour, (255, 248, 230), 0.1 + 0.16 * layer + 0.1 * (petal % 2))
            ax, ay = math.cos(angle), math.sin(angle)
            reach, half = radius * scale * dice.uniform(0.94, 1.04), radius * scale * wide
            outline = [
                (x, y),
                (x + ax * reach * 0.5 - ay * half * 0.8, y + ay * reach * 0.5 + ax * half * 0.8),
                (x + ax * reach * 0.86 - ay * half * 0.7, y + ay * reach * 0.86 + ax * half * 0.7),
                (x + ax * reach, y + ay * reach),
                (x + ax * reach * 0.86 + ay * half * 0.7, y + ay * reach * 0.86 - ax * half * 0.7),
                (x + ax * reach * 0.5 + ay * half * 0.8, y + ay * reach * 0.5 - ax * half * 0.8),
            ]
            canvas.polygon(smooth(outline, steps=5), tone)
    heart = (
        mix(palette.near, palette.accents[1], 0.35)
        if kind == "poppy"
        else mix(palette.accents[1], (240, 180, 60), 0.5)
    )
    canvas.ellipse(x, y, radius * 0.24, radius * 0.24, heart)
    for _ in range(14):
        angle, away = dice.uniform(0, math.tau), radius * dice.uniform(0.1, 0.32)
        dot = radius * 0.026
        canvas.ellipse(
            x + away * math.cos(angle), y + away * math.sin(angle), dot, dot, mix(heart, palette.light, 0.55)
        )
