"""Things that any scene can hold: birds, a boat, a cat, a house. Sizes are in canvas pixels."""

from __future__ import annotations

import math

from studio.sandbox.painting.canvas import Canvas, Point, smooth
from studio.sandbox.painting.colours import Colour, Palette, mix

CAT: tuple[Point, ...] = (
    (-0.30, 0.0),
    (-0.36, -0.22),
    (-0.30, -0.48),
    (-0.17, -0.66),
    (-0.20, -0.80),
    (-0.21, -1.02),
    (-0.08, -0.93),
    (0.06, -0.93),
    (0.19, -1.02),
    (0.18, -0.80),
    (0.14, -0.66),
    (0.26, -0.46),
    (0.33, -0.20),
    (0.30, 0.0),
)


def birds(canvas: Canvas, colour: Colour, x: float, y: float, *, count: int = 7) -> None:
    """A loose flock: each bird two bent strokes."""
    dice = canvas.dice
    for number in range(count):
        bx = x + canvas.u * (0.035 * number + dice.uniform(-0.02, 0.02))
        by = y + canvas.u * (0.02 * (number % 3) + dice.uniform(-0.03, 0.03))
        span, lift = canvas.u * dice.uniform(0.010, 0.018), dice.uniform(0.3, 0.75)
        for side in (-1, 1):
            wing = [
                (bx, by),
                (bx + side * span * 0.5, by - span * lift),
                (bx + side * span, by - span * 0.25 * lift),
            ]
            canvas.line(smooth(wing, closed=False, steps=5), colour, canvas.u * 0.0026)


def conifer(canvas: Canvas, colour: Colour, x: float, base: float, height: float) -> None:
    """A fir: overlapping skirts that narrow upwards."""
    for tier in range(4):
        low, half = base - height * 0.2 * tier - height * 0.05, height * (0.23 - 0.045 * tier)
        canvas.polygon([(x - half, low), (x + half, low), (x, low - height * (0.42 - 0.03 * tier))], colour)
    canvas.polygon([(x - height * 0.03, base), (x + height * 0.03, base), (x, base - height * 0.4)], colour)


def tree(canvas: Canvas, leaf: Colour, trunk: Colour, x: float, base: float, height: float) -> None:
    """A round-headed tree with light on one side."""
    dice = canvas.dice
    canvas.polygon(
        [
            (x - height * 0.045, base),
            (x + height * 0.045, base),
            (x + height * 0.02, base - height * 0.6),
            (x - height * 0.02, base - height * 0.6),
        ],
        trunk,
    )
    crown = [
        (0.0, -0.72, 0.25),
        (-0.19, -0.58, 0.19),
        (0.19, -0.57, 0.19),
        (0.02, -0.52, 0.2),
        (-0.07, -0.85, 0.16),
    ]
    for dx, dy, r in crown:
        canvas.ellipse(x + dx * height, base + dy * height, r * height, r * height, leaf)
    lit = mix(leaf, (255, 246, 214), 0.22)
    for dx, dy, r in crown:
        jig = dice.uniform(-0.01, 0.01)
        canvas.ellipse(
            x + (dx + 0.045 + jig) * height,
            base + (dy - 0.05) * height,
            r * height * 0.62,
            r * height * 0.55,
            lit,
        )


def boat(canvas: Canvas, palette: Palette, x: float, water: float, size: float) -> None:
    """A sailing boat and its broken reflection."""
    sail, hull = mix(palette.light, (255, 255, 255), 0.3), palette.near
    canvas.polygon(
        [(x, water - size), (x, water - size * 0.18), (x + size * 0.52, water - size * 0.18)], sail
    )
    jib = mix(palette.accents[0], palette.light, 0.15)
    canvas.polygon(
        [
            (x - size * 0.04, water - size * 0.85),
            (x - size * 0.04, water - size * 0.18),
            (x - size * 0.36, water - size * 0.18),
        ],
        jib,
    )
    canvas.polygon(
        [
            (x - size * 0.45, water - size * 0.13),
            (x + size * 0.55, water - size * 0.13),
            (x + size * 0.36, water),
            (x - size * 0.3, water),
        ],
        hull,
    )
    canvas.line(
        [(x - size * 0.02, water - size * 1.03), (x - size * 0.02, water - size * 0.1)], hull, size * 0.025
    )
    for step in range(6):
        half = size * (0.34 - 0.045 * step)
        y = water + size * (0.05 + 0.07 * step)
        tone = mix(sail, palette.near, 0.35 + 0.09 * step)
        canvas.line([(x - half, y), (x + half * 0.9, y)], tone, size * 0.022)


def lighthouse(canvas: Canvas, palette: Palette, x: float, base: float, height: float) -> None:
    """A banded tower with its lamp lit."""
    white, band = mix(palette.paper, (255, 255, 255), 0.3), palette.accents[0]
    for stripe in range(5):
        low, high = base - height * 0.16 * stripe, base - height * 0.16 * (stripe + 1)
        wide, narrow = height * (0.115 - 0.009 * stripe), height * (0.115 - 0.009 * (stripe + 1))
        colour = band if stripe % 2 else white
        canvas.polygon([(x - wide, low), (x + wide, low), (x + narrow, high), (x - narrow, high)], colour)
        shade = mix(colour, palette.near, 0.28)
        canvas.polygon(
            [(x + wide * 0.3, low), (x + wide, low), (x + narrow, high), (x + narrow * 0.3, high)], shade
        )
    lamp = base - height * 0.8
    canvas.glow(x, lamp - height * 0.05, height * 0.5, palette.light, 0.7)
    canvas.polygon(
        [
            (x - height * 0.09, lamp),
            (x + height * 0.09, lamp),
            (x + height * 0.09, lamp - height * 0.02),
            (x - height * 0.09, lamp - height * 0.02),
        ],
        palette.near,
    )
    canvas.polygon(
        [
            (x - height * 0.05, lamp - height * 0.02),
            (x + height * 0.05, lamp - height * 0.02),
            (x + height * 0.05, lamp - height * 0.11),
            (x - height * 0.05, lamp - height * 0.11),
        ],
        palette.light,
    )
    canvas.polygon(
        [
            (x - height * 0.07, lamp - height * 0.11),
            (x + height * 0.07, lamp - height * 0.11),
            (x, lamp - height * 0.19),
        ],
        band,
    )


def house(canvas: Canvas, palette: Palette, x: float, base: float, size: float) -> None:
    """A cottage with a lit window and smoke."""
    wall, roof = mix(palette.paper, palette.near, 0.12), palette.accents[0]
    half, eaves = size * 0.5, base - size * 0.5
    canvas.polygon([(x - half, base), (x + half, base), (x + half, eaves), (x - half, eaves)], wall)
    canvas.polygon(
        [(x + half * 0.2, base), (x + half, base), (x + half, eaves), (x + half * 0.2, eaves)],
        mix(wall, palette.near, 0.22),
    )
    canvas.polygon(
        [
            (x + half * 0.45, eaves - size * 0.1),
            (x + half * 0.68, eaves - size * 0.1),
            (x + half * 0.68, eaves - size * 0.42),
            (x + half * 0.45, eaves - size * 0.42),
        ],
        mix(roof, palette.near, 0.4),
    )
    canvas.polygon(
        [
            (x - half * 1.18, eaves),
            (x + half * 1.18, eaves),
            (x + half * 0.6, eaves - size * 0.36),
            (x - half * 0.6, eaves - size * 0.36),
        ],
        roof,
    )
    lit = mix(palette.light, (255, 205, 110), 0.5)
    canvas.polygon(
        [
            (x - half * 0.7, base - size * 0.14),
            (x - half * 0.25, base - size * 0.14),
            (x - half * 0.25, base - size * 0.38),
            (x - half * 0.7, base - size * 0.38),
        ],
        lit,
    )
    canvas.polygon(
        [
            (x + half * 0.42, base),
            (x + half * 0.76, base),
            (x + half * 0.76, base - size * 0.32),
            (x + half * 0.42, base - size * 0.32),
        ],
        palette.near,
    )
    canvas.glow(x - half * 0.48, base - size * 0.26, size * 0.6, lit, 0.3)


def cat(canvas: Canvas, colour: Colour, x: float, base: float, size: float) -> None:
    """A cat that sits with its back to us, its tail beside it."""
    tail = [
        (x + size * 0.24, base - size * 0.04),
        (x + size * 0.5, base - size * 0.02),
        (x + size * 0.62, base - size * 0.16),
        (x + size * 0.56, base - size * 0.34),
        (x + size * 0.64, base - size * 0.42),
    ]
    canvas.line(smooth(tail, closed=False, steps=8), colour, size * 0.085)
    end = tail[-1]
    canvas.ellipse(end[0], end[1], size * 0.042, size * 0.042, colour)
    body = CAT[:5]
    outline = [*smooth(body, closed=False, steps=6), *CAT[5:9], *smooth(CAT[9:], closed=False, steps=6)]
    canvas.polygon([(x + a * size, base + b * size) for a, b in outline], colour)


def balloon(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    """A hot-air balloon with gores in turn."""
    outline = [
        (0.0, -1.0),
        (0.62, -0.78),
        (0.98, -0.2),
        (0.8, 0.42),
        (0.3, 1.02),
        (-0.3, 1.02),
        (-0.8, 0.42),
        (-0.98, -0.2),
        (-0.62, -0.78),
    ]
    colours = palette.accents[0], mix(palette.paper, palette.light, 0.5), palette.accents[1]
    for number, squeeze in enumerate((1.0, 0.72, 0.42, 0.14)):
        gore = [(x + a * radius * squeeze, y + b * radius) for a, b in outline]
        canvas.polygon(smooth(gore, steps=6), colours[number % len(colours)])
    basket = y + radius * 1.5
    for side in (-0.26, 0.26):
        canvas.line(
            [(x + side * radius, y + radius), (x + side * 0.5 * radius, basket)], palette.near, radius * 0.03
        )
    canvas.polygon(
        [
            (x - radius * 0.17, basket),
            (x + radius * 0.17, basket),
            (x + radius * 0.13, basket + radius * 0.24),
            (x - radius * 0.13, basket + radius * 0.24),
        ],
        palette.near,
    )


def flowers(canvas: Canvas, palette: Palette, top: float, *, count: int = 46) -> None:
    """A meadow from a height down to the lower edge, larger towards us."""
    dice = canvas.dice
    places = sorted((dice.random() ** 0.8, dice.uniform(-0.02, 1.02)) for _ in range(count))
    for depth, across in places:
        x, y = across * canvas.w, top + depth * (canvas.h - top) * 1.02
        size = canvas.u * (0.006 + 0.02 * depth)
        stem = mix(palette.near, palette.accents[2], 0.35)
        canvas.line([(x, y), (x + size * dice.uniform(-0.6, 0.6), y + size * 3.4)], stem, size * 0.18)
        petal = dice.choice((palette.accents[0], palette.accents[1], palette.accents[3], palette.light))
        turn = dice.uniform(0, math.tau)
        for leaf in range(5):
            angle = turn + math.tau * leaf / 5
            canvas.ellipse(
                x + math.cos(angle) * size * 0.6,
                y + math.sin(angle) * size * 0.5,
                size * 0.5,
                size * 0.44,
                petal,
            )
        canvas.ellipse(x, y, size * 0.32, size * 0.28, mix(palette.light, (250, 190, 60), 0.55))


def heart(canvas: Canvas, colour: Colour, x: float, y: float, size: float) -> None:
    points = []
    for step in range(60):
        t = math.tau * step / 60
        points.append(
            (
                x + size * math.sin(t) ** 3,
                y
                - size
                * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t))
                / 16,
            )
        )
    canvas.shadow(points, dx=0, dy=size * 0.12, blur=size * 0.2)
    canvas.polygon(points, [(0, mix(colour, (255, 255, 255), 0.22)), (1, mix(colour, (40, 0, 30), 0.18))])
