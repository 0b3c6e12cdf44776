"""A still life: a bowl of fruit on a table, lit from the left. The house speciality."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw

from studio.sandbox.painting.canvas import Canvas, Point, smooth
from studio.sandbox.painting.colours import Colour, Palette, mix, rgb
from studio.sandbox.painting.words import Reading

FRUITS: dict[str, tuple[str, str]] = {
    "apple": ("c8373c", "f0b04a"),
    "orange": ("ee8a24", "f9c164"),
    "lemon": ("efc83c", "fbe88c"),
    "plum": ("5b3468", "9a6fa8"),
    "pear": ("a9b545", "e3dc86"),
    "lime": ("6f9e3f", "bcd56f"),
    "peach": ("f0936c", "fbd09a"),
}
HEAP: tuple[tuple[float, float, float], ...] = (
    (-0.27, -0.235, 0.105),
    (0.28, -0.23, 0.10),
    (0.03, -0.31, 0.115),
    (-0.13, -0.30, 0.11),
    (0.17, -0.285, 0.105),
    (-0.34, -0.16, 0.085),
    (0.35, -0.155, 0.085),
    (-0.2, -0.175, 0.11),
    (0.2, -0.17, 0.11),
    (0.0, -0.185, 0.12),
)


def fruit(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    table = h * dice.uniform(0.62, 0.68)
    _room(canvas, palette, table)
    canvas.settle()
    x, base = w * 0.5, table + (h - table) * 0.42
    size = min(u, w * 0.95)

    named = [name for name in FRUITS if reading.says(name, f"{name}s")]
    rim = base - size * 0.24
    _under(canvas, palette, x, base, size)
    _heap(canvas, palette, named, x, rim, size)
    _bowl(canvas, palette, x, rim, base, size)
    for side in (-1, 1):
        kind = named[0] if named else dice.choice(list(FRUITS))
        r = size * dice.uniform(0.075, 0.095)
        fx, fy = x + side * size * dice.uniform(0.42, 0.47), base + size * dice.uniform(0.0, 0.05) - r * 0.6
        _cast(canvas, palette, fx, fy, r)
        _one(canvas, palette, kind, fx, fy, r)


def _under(canvas: Canvas, palette: Palette, x: float, base: float, size: float) -> None:
    """The bowl's shadow on the cloth."""

    def paint(pen: ImageDraw.ImageDraw, k: float) -> None:
        left, right = x - size * 0.34, x + size * 0.46
        pen.ellipse((left * k, (base - size * 0.03) * k, right * k, (base + size * 0.055) * k), fill=150)

    canvas.soft(paint, mix(palette.near, (20, 10, 20), 0.5), canvas.u * 0.02)


def _heap(canvas: Canvas, palette: Palette, named: list[str], x: float, rim: float, size: float) -> None:
    """What lies in the bowl: mostly what the prompt names."""
    dice = canvas.dice
    for dx, dy, r in HEAP:
        kind = dice.choice(list(FRUITS))
        if named and dice.random() < 0.75:
            kind = dice.choice(named)
        radius = r * size * dice.uniform(0.94, 1.06)
        _one(canvas, palette, kind, x + dx * size, rim + (dy + 0.16) * size, radius)


def _room(canvas: Canvas, palette: Palette, table: float) -> None:
    """A wall with an arch of light and a cloth with stripes."""
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    wall = (
        mix(palette.near, palette.sky[1], 0.3) if palette.is_dark else mix(palette.sky[1], palette.paper, 0.4)
    )
    canvas.gradient(
        [(0, mix(wall, palette.near, 0.12)), (1, mix(wall, palette.light, 0.25))], (0, 0, w, table)
    )
    arch = mix(palette.accents[1], wall, 0.25)
    half, top = u * 0.36, table - u * dice.uniform(0.5, 0.56)
    middle = w * dice.uniform(0.44, 0.56)
    canvas.polygon(
        [(middle - half, table), (middle - half, top + half)]
        + [
            (middle - half * math.cos(math.pi * i / 40), top + half - half * math.sin(math.pi * i / 40))
            for i in range(41)
        ]
        + [(middle + half, table)],
        [(0, mix(arch, palette.light, 0.25)), (1, arch)],
    )
    canvas.glow(w * 0.12, h * 0.1, u * 0.8, palette.light, 0.4)
    cloth = mix(palette.paper, palette.accents[3], 0.35)
    canvas.gradient(
        [(0, mix(cloth, palette.near, 0.06)), (1, mix(cloth, palette.near, 0.22))], (0, table, w, h)
    )
    stripe = mix(cloth, palette.accents[0], 0.4)
    for number in range(-14, 15):
        a, b = w * 0.5 + number * u * 0.085, w * 0.5 + number * u * 0.16
        canvas.polygon([(a, table), (a + u * 0.012, table), (b + u * 0.026, h), (b, h)], stripe)
    canvas.line([(0, table), (w, table)], mix(cloth, palette.light, 0.5), u * 0.006)


def _one(canvas: Canvas, palette: Palette, kind: str, x: float, y: float, radius: float) -> None:
    """A fruit as a ball of light and shade, with what makes it itself."""
    dice = canvas.dice
    deep, bright = map(rgb, FRUITS[kind])
    deep, bright = mix(deep, palette.near, 0.08), mix(bright, palette.light, 0.12)
    shape = _outline(kind, x, y, radius, dice.uniform(-0.5, 0.5))
    left, top = round(min(p[0] for p in shape)) - 1, round(min(p[1] for p in shape)) - 1
    width, height = round(max(p[0] for p in shape)) - left + 2, round(max(p[1] for p in shape)) - top + 2
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon([(a - left, b - top) for a, b in shape], fill=255)
    lit = Image.radial_gradient("L").resize(
        (round(width * 2.1), round(height * 2.1)), Image.Resampling.BILINEAR
    )
    lit = lit.crop(
        (
            round(width * 0.72),
            round(height * 0.74),
            round(width * 0.72) + width,
            round(height * 0.74) + height,
        )
    )
    body = Image.new("RGB", (width, height), bright)
    body.paste(deep, (0, 0), lit.point([min(255, round(level * 2.0)) for level in range(256)]))
    body.paste(
        mix(deep, (30, 8, 40), 0.62),
        (0, 0),
        lit.point([max(0, min(235, round((level - 95) * 2.1))) for level in range(256)]),
    )
    canvas.paste(body, left, top, mask)
    glint = Image.radial_gradient("L").point([max(0, 200 - round(level * 1.6)) for level in range(256)])
    size = max(2, round(radius * 0.62))
    spot = glint.resize((size, size), Image.Resampling.BILINEAR)
    canvas.paste(Image.new("RGB", (size, size), (255, 255, 250)), x - radius * 0.68, y - radius * 0.72, spot)
    if kind in ("apple", "pear", "peach", "plum"):
        _stalk(canvas, palette, kind, x, y, radius)


def _stalk(canvas: Canvas, palette: Palette, kind: str, x: float, y: float, radius: float) -> None:
    dice = canvas.dice
    stalk = y - radius * (1.25 if kind == "pear" else 0.86)
    canvas.line(
        [(x, stalk + radius * 0.12), (x + radius * 0.14, stalk - radius * 0.24)],
        mix(palette.near, rgb("5a3a22"), 0.6),
        radius * 0.09,
    )
    if dice.random() < 0.55:
        leaf = [
            (x + radius * 0.12, stalk - radius * 0.1),
            (x + radius * 0.42, stalk - radius * 0.42),
            (x + radius * 0.82, stalk - radius * 0.28),
            (x + radius * 0.5, stalk - radius * 0.02),
        ]
        canvas.polygon(smooth(leaf, steps=5), rgb("5d8a4a"))


def _outline(kind: str, x: float, y: float, radius: float, turn: float) -> list[Point]:
    points = []
    for step in range(48):
        angle = math.tau * step / 48
        reach = radius
        if kind == "lemon":
            reach *= 0.84 + 0.26 * abs(math.cos(angle + turn)) ** 6 + 0.08 * abs(math.cos(angle + turn))
        elif kind == "apple":
            reach *= 1 - 0.12 * max(0.0, -math.sin(angle)) ** 12 + 0.02 * math.cos(2 * angle)
        elif kind == "pear":
            reach *= (
                1
                + 0.32 * max(0.0, -math.sin(angle)) ** 5
                - 0.1 * abs(math.cos(angle)) * (math.sin(angle) < 0)
            )
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points


def _bowl(canvas: Canvas, palette: Palette, x: float, rim: float, base: float, size: float) -> None:
    half = size * 0.42
    glaze: Colour = mix(palette.accents[4], palette.accents[2], 0.4)
    side = [
        (x - half, rim),
        (x - half * 0.93, rim + (base - rim) * 0.42),
        (x - half * 0.62, rim + (base - rim) * 0.84),
        (x - half * 0.34, base),
        (x + half * 0.34, base),
        (x + half * 0.62, rim + (base - rim) * 0.84),
        (x + half * 0.93, rim + (base - rim) * 0.42),
        (x + half, rim),
    ]
    shape = smooth(side, closed=False, steps=8)
    left, top, width, height = round(x - half), round(rim), round(2 * half), round(base - rim)
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon([(a - left, b - top) for a, b in shape], fill=255)
    body = Image.new("RGB", (width, height), glaze)
    shade = Image.linear_gradient("L").rotate(90).resize((width, height), Image.Resampling.BILINEAR)
    body.paste(
        mix(glaze, palette.light, 0.5),
        (0, 0),
        shade.point([max(0, 130 - abs(level - 70) * 2) for level in range(256)]),
    )
    body.paste(
        mix(glaze, (20, 8, 30), 0.6),
        (0, 0),
        shade.point([max(0, min(220, (level - 120) * 2)) for level in range(256)]),
    )
    pen = ImageDraw.Draw(body)
    for share in (0.24, 0.36):
        pen.line(
            [(0, height * share), (width, height * share)],
            fill=mix(glaze, palette.paper, 0.6),
            width=max(1, round(size * 0.006)),
        )
    canvas.paste(body, left, top, ImageChops.multiply(mask, mask))
    canvas.line([(x - half, rim), (x + half, rim)], mix(glaze, palette.paper, 0.7), size * 0.014)


def _cast(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    def paint(pen: ImageDraw.ImageDraw, k: float) -> None:
        box = (
            (x - radius * 0.7) * k,
            (y + radius * 0.62) * k,
            (x + radius * 1.7) * k,
            (y + radius * 1.1) * k,
        )
        pen.ellipse(box, fill=140)

    canvas.soft(paint, mix(palette.near, (20, 10, 20), 0.5), radius * 0.12)
