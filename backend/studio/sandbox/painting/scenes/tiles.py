"""Geometry: a quilt of quarter circles, or rings that meet like waves."""

from __future__ import annotations

import math

from studio.sandbox.painting.canvas import Canvas, Point
from studio.sandbox.painting.colours import Colour, Palette, lightness, mix
from studio.sandbox.painting.words import Reading


def tiles(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    if (
        reading.says("rings", "concentric", "circles", "op-art", "opart", "mandala")
        or canvas.dice.random() < 0.3
    ):
        _rings(canvas, palette)
    else:
        _quilt(canvas, palette)


def _quilt(canvas: Canvas, palette: Palette) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    across = max(3, round(w / u * dice.choice((4, 5, 6))))
    side = w / across
    colours = [*palette.accents, palette.paper, mix(palette.near, palette.accents[4], 0.3)]
    for row in range(math.ceil(h / side)):
        for column in range(across):
            x, y = column * side, row * side
            ground = dice.choice(colours)
            canvas.draw.rectangle((x, y, x + side, y + side), fill=ground)
            others = sorted(colours, key=lambda colour: -abs(lightness(colour) - lightness(ground)))[:4]
            first, second = dice.sample(others, 2)
            TILES[dice.randrange(len(TILES))](canvas, x, y, side, first, second)
    canvas.glow(w * 0.15, h * 0.1, max(w, h) * 0.9, palette.light, 0.16)
    canvas.glow(w * 0.95, h, max(w, h) * 0.6, palette.near, 0.22)


def _quarter(canvas: Canvas, x: float, y: float, side: float, first: Colour, second: Colour) -> None:
    corner, turn = _corner(canvas, x, y, side)
    for reach, colour in ((1.0, first), (0.62, second)):
        canvas.polygon(_pie(corner, side * reach, turn, 0.25), colour)


def _halves(canvas: Canvas, x: float, y: float, side: float, first: Colour, second: Colour) -> None:
    if canvas.dice.random() < 0.5:
        canvas.polygon(_pie((x, y + side / 2), side / 2, 0.75, 0.5), first)
        canvas.polygon(_pie((x + side, y + side / 2), side / 2, 0.25, 0.5), second)
    else:
        canvas.polygon(_pie((x + side / 2, y), side / 2, 0.0, 0.5), first)
        canvas.polygon(_pie((x + side / 2, y + side), side / 2, 0.5, 0.5), second)


def _leaf(canvas: Canvas, x: float, y: float, side: float, first: Colour, second: Colour) -> None:
    """Where two quarter circles from opposite corners overlap."""
    arc = [
        (side * math.sin(math.pi / 2 * t / 20), side * (1 - math.cos(math.pi / 2 * t / 20)))
        for t in range(21)
    ]
    back = [(side - b, side - a) for a, b in [(b, a) for a, b in arc]]
    points = [*arc, *back]
    if canvas.dice.random() < 0.5:
        points = [(side - a, b) for a, b in points]
    canvas.polygon([(x + a, y + b) for a, b in points], first)
    canvas.ellipse(x + side / 2, y + side / 2, side * 0.13, side * 0.13, second)


def _target(canvas: Canvas, x: float, y: float, side: float, first: Colour, second: Colour) -> None:
    for reach, colour in ((0.5, first), (0.34, second), (0.17, first)):
        canvas.ellipse(x + side / 2, y + side / 2, side * reach, side * reach, colour)


def _triangles(canvas: Canvas, x: float, y: float, side: float, first: Colour, second: Colour) -> None:
    canvas.polygon([(x, y), (x + side, y), (x, y + side)], first)
    canvas.polygon([(x + side, y + side), (x + side / 2, y + side), (x + side, y + side / 2)], second)


def _stripes(canvas: Canvas, x: float, y: float, side: float, first: Colour, second: Colour) -> None:
    corner, turn = _corner(canvas, x, y, side)
    for number in range(5):
        colour = first if number % 2 == 0 else second
        canvas.polygon(_pie(corner, side * (1 - 0.19 * number), turn, 0.25), colour)


TILES = (_quarter, _halves, _leaf, _target, _triangles, _stripes, _quarter)


def _corner(canvas: Canvas, x: float, y: float, side: float) -> tuple[Point, float]:
    which = canvas.dice.randrange(4)
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))[which], which / 4


def _pie(centre: Point, radius: float, start: float, share: float) -> list[Point]:
    """A sector; `start` and `share` are parts of the whole turn, clockwise from three o'clock."""
    steps = 28
    arc = [
        (
            centre[0] + radius * math.cos(math.tau * (start + share * step / steps)),
            centre[1] + radius * math.sin(math.tau * (start + share * step / steps)),
        )
        for step in range(steps + 1)
    ]
    return [centre, *arc]


def _rings(canvas: Canvas, palette: Palette) -> None:
    """Families of rings around a few centres, each cut off where the next family begins."""
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    canvas.gradient([(0, mix(palette.sky[0], palette.near, 0.2)), (1, palette.sky[1])])
    side = u * dice.choice((0.36, 0.42, 0.5))
    row = 0
    y = side * 0.2
    while y < h + side:
        shift = side / 2 if row % 2 else 0
        for column in range(-1, math.ceil(w / side) + 2):
            _scale(canvas, palette, column * side + shift, y, side * 0.52, row + column)
        y += side * 0.27
        row += 1
    canvas.glow(w * 0.5, 0, max(w, h) * 0.8, palette.light, 0.25)


def _scale(canvas: Canvas, palette: Palette, x: float, y: float, radius: float, number: int) -> None:
    first = palette.accents[number % len(palette.accents)]
    tones = (
        first,
        palette.paper,
        mix(first, palette.near, 0.45),
        palette.paper,
        palette.accents[(number + 2) % 5],
        palette.paper,
    )
    for ring, tone in enumerate(tones):
        reach = radius * (1 - ring / len(tones))
        canvas.ellipse(x, y, reach, reach, tone)
