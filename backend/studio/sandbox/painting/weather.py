"""What the sky holds and lets fall: sun, moon, stars, clouds, a rainbow, snow and rain."""

from __future__ import annotations

from PIL import ImageDraw

from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import Colour, Palette, mix, rgb

Puffs = list[tuple[float, float, float]]


def sun(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    canvas.glow(x, y, radius * 4.5, palette.light, 0.55)
    canvas.glow(x, y, radius * 2.0, palette.light, 0.5)
    canvas.ellipse(x, y, radius, radius, mix(palette.light, (255, 255, 255), 0.25))


def moon(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    """A disc with a few maria, in a halo."""
    canvas.glow(x, y, radius * 5, palette.light, 0.35)
    canvas.ellipse(x, y, radius, radius, palette.light)
    spot = mix(palette.light, palette.sky[1], 0.16)
    for dx, dy, size in ((-0.3, -0.2, 0.28), (0.25, 0.25, 0.2), (0.1, -0.45, 0.14), (-0.35, 0.4, 0.12)):
        canvas.ellipse(x + dx * radius, y + dy * radius, size * radius, size * radius, spot)


def stars(canvas: Canvas, colour: Colour, bottom: float, *, count: int = 140) -> None:
    """Many faint ones and a few bright ones, down to a height; thinner towards the horizon."""
    dice = canvas.apart()
    ground = canvas.image
    for _ in range(count):
        x, y = dice.uniform(0, canvas.w), bottom * dice.random() ** 1.4
        size = canvas.u * 0.0011 * dice.choice((0.8, 0.8, 1, 1, 1.3, 2.1))
        under = ground.getpixel((min(canvas.w - 1, int(x)), min(canvas.h - 1, int(y))))
        canvas.ellipse(x, y, size, size, mix(under, colour, dice.uniform(0.35, 1)))  # type: ignore[arg-type]


def clouds(
    canvas: Canvas, colour: Colour, top: float, bottom: float, *, count: int = 4, level: int = 130
) -> None:
    """Long soft banks, flat below."""
    dice = canvas.apart()
    for _ in range(count):
        x, y = dice.uniform(0, canvas.w), dice.uniform(top, bottom)
        width = canvas.u * dice.uniform(0.25, 0.6)
        puffs = [
            (
                x + width * dice.uniform(-0.5, 0.5),
                y - width * dice.uniform(0, 0.06),
                width * dice.uniform(0.1, 0.28),
            )
            for _ in range(7)
        ]

        _bank(canvas, colour, puffs, (x, y, width), level)


def _bank(canvas: Canvas, colour: Colour, puffs: Puffs, foot: tuple[float, float, float], level: int) -> None:
    x, y, width = foot

    def paint(pen: ImageDraw.ImageDraw, k: float) -> None:
        for a, b, r in puffs:
            pen.ellipse(((a - r) * k, (b - r * 0.28) * k, (a + r) * k, (b + r * 0.2) * k), fill=level)
        half = width * 0.7
        pen.ellipse(((x - half) * k, (y - 2) * k, (x + half) * k, (y + width * 0.05) * k), fill=level)

    canvas.soft(paint, colour, canvas.u * 0.012)


def snowfall(canvas: Canvas, *, count: int = 260) -> None:
    """Flakes near and far: large ones are soft."""
    dice = canvas.dice
    near = [
        (dice.uniform(0, canvas.w), dice.uniform(0, canvas.h), canvas.u * dice.uniform(0.006, 0.012))
        for _ in range(count // 7)
    ]

    def paint(pen: ImageDraw.ImageDraw, k: float) -> None:
        for x, y, r in near:
            pen.ellipse(((x - r) * k, (y - r) * k, (x + r) * k, (y + r) * k), fill=190)

    canvas.soft(paint, (255, 255, 255), canvas.u * 0.004)
    for _ in range(count):
        size = canvas.u * dice.uniform(0.0012, 0.0036)
        canvas.ellipse(dice.uniform(0, canvas.w), dice.uniform(0, canvas.h), size, size, (252, 253, 255))


def rainfall(canvas: Canvas, colour: Colour, *, count: int = 170) -> None:
    dice = canvas.dice
    for _ in range(count):
        x, y, length = (
            dice.uniform(0, canvas.w * 1.1),
            dice.uniform(-0.1, 1) * canvas.h,
            canvas.u * dice.uniform(0.02, 0.05),
        )
        under = canvas.image.getpixel((min(canvas.w - 1, int(x)), max(0, min(canvas.h - 1, int(y)))))
        tone = mix(under, colour, dice.uniform(0.25, 0.55))  # type: ignore[arg-type]
        canvas.line([(x, y), (x - length * 0.3, y + length)], tone, canvas.u * 0.0016)


def rainbow(canvas: Canvas, x: float, base: float, radius: float) -> None:
    bands = "e4572e f29e4c f1dc5c 6fbf73 4a90c2 7d5ba6"

    for number, text in enumerate(bands.split()):
        reach = radius * (1 - 0.045 * number)

        def paint(pen: ImageDraw.ImageDraw, k: float, reach: float = reach) -> None:
            box = ((x - reach) * k, (base - reach) * k, (x + reach) * k, (base + reach) * k)
            pen.arc(box, 180, 360, fill=105, width=max(1, round(radius * 0.05 * k)))

        canvas.soft(paint, rgb(text), radius * 0.006)
