"""A city by water: blocks behind blocks, lit windows, everything once more in the water."""

from __future__ import annotations

from PIL import Image, ImageFilter

from studio.sandbox.painting import weather
from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import Colour, Palette, mix
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.words import Reading

ROWS = 3


def city(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    shore = h * dice.uniform(0.72, 0.78)
    canvas.gradient([(0, palette.sky[0]), (0.6, palette.sky[1]), (1, palette.sky[2])], (0, 0, w, shore))
    x = w * dice.choice((0.25, 0.35, 0.68, 0.78))
    if palette.is_dark:
        weather.stars(canvas, palette.light, shore * 0.7, count=110)
        weather.moon(canvas, palette, x, shore * dice.uniform(0.2, 0.34), u * 0.06)
    else:
        weather.sun(canvas, palette, x, shore * dice.uniform(0.35, 0.6), u * 0.1)
    canvas.glow(w * 0.5, shore, w * 0.6, mix(palette.light, palette.accents[0], 0.4), 0.45)
    canvas.settle()
    for row in range(ROWS):
        _row(canvas, palette, shore, row / (ROWS - 1))
        canvas.haze(shore * 0.6, shore, mix(palette.sky[2], palette.light, 0.2), 0.22 * (1 - row / ROWS))
    _reflect(canvas, palette, shore)
    if "balloon" in reading.motifs:
        place(canvas, palette, "balloon")
    if "cat" in reading.motifs:
        place(canvas, palette, "cat")
    if "rain" in reading.motifs:
        weather.rainfall(canvas, palette.light)
    if "snow" in reading.motifs or reading.mood == "winter":
        weather.snowfall(canvas)


def _row(canvas: Canvas, palette: Palette, shore: float, depth: float) -> None:
    dice, u = canvas.dice, canvas.u
    body = mix(mix(palette.far, palette.sky[2], 0.25), palette.near, 0.12 + 0.8 * depth)
    x = -u * dice.uniform(0, 0.05)
    while x < canvas.w:
        width = u * dice.uniform(0.045, 0.11) * (0.8 + 0.4 * depth)
        centre = 1 - abs((x + width / 2) / canvas.w - 0.5) * 1.1
        height = u * dice.uniform(0.14, 0.5) * (1.15 - 0.55 * depth) * (0.55 + 0.6 * centre)
        _block(canvas, palette, body, (x, shore - height, x + width, shore), depth)
        x += width + u * dice.choice((0.0, 0.004, 0.012, 0.03))


def _block(
    canvas: Canvas, palette: Palette, body: Colour, box: tuple[float, float, float, float], depth: float
) -> None:
    dice, u = canvas.dice, canvas.u
    left, top, right, bottom = box
    width = right - left
    tone = mix(body, palette.sky[1], dice.uniform(0, 0.12))
    canvas.polygon(
        [(left, bottom), (left, top), (right, top), (right, bottom)],
        [(0, tone), (1, mix(tone, palette.sky[2], 0.18 * (1 - depth)))],
    )
    canvas.polygon(
        [(right - width * 0.22, bottom), (right - width * 0.22, top), (right, top), (right, bottom)],
        mix(tone, palette.near, 0.3),
    )
    style = dice.randrange(6)
    if style == 0:
        canvas.polygon([(left, top), (right, top), (left + width / 2, top - width * 0.7)], tone)
    elif style == 1:
        canvas.polygon(
            [
                (left + width * 0.2, top),
                (right - width * 0.2, top),
                (right - width * 0.2, top - width * 0.35),
                (left + width * 0.2, top - width * 0.35),
            ],
            tone,
        )
    elif style == 2:
        canvas.line([(left + width / 2, top), (left + width / 2, top - u * 0.07)], tone, u * 0.003)
        canvas.ellipse(left + width / 2, top - u * 0.07, u * 0.004, u * 0.004, palette.accents[0])
    if depth > 0.2:
        _windows(canvas, palette, tone, box, depth)


def _windows(
    canvas: Canvas, palette: Palette, wall: Colour, box: tuple[float, float, float, float], depth: float
) -> None:
    dice, u = canvas.apart(), canvas.u
    left, top, right, bottom = box
    step_x, step_y = u * (0.009 + 0.006 * depth), u * (0.013 + 0.008 * depth)
    share = 0.62 if palette.is_dark else 0.42
    lit = [
        mix(palette.light, (255, 190, 90), 0.45),
        palette.light,
        palette.accents[0],
        mix(palette.light, palette.sky[1], 0.3),
    ]
    y = top + step_y * 0.7
    while y < bottom - step_y:
        is_floor_dark = dice.random() < 0.2
        x = left + step_x * 0.6
        while x < right - step_x * 0.8:
            if not is_floor_dark and dice.random() < share:
                colour = mix(wall, dice.choices(lit, (6, 4, 1, 3))[0], 0.45 + 0.5 * depth)
                canvas.draw.rectangle((x, y, x + step_x * 0.52, y + step_y * 0.5), fill=colour)
            x += step_x
        y += step_y


def _reflect(canvas: Canvas, palette: Palette, shore: float) -> None:
    """What stands on the shore, upside down, blurred along the way down and broken into bands."""
    dice, w, h, u = canvas.apart(), canvas.w, canvas.h, canvas.u
    top, height = round(shore), canvas.h - round(shore)
    source = canvas.image.crop((0, max(0, top - round(height * 1.6)), w, top))
    small = source.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((max(1, w // 4), max(1, height // 8)))
    water = small.filter(ImageFilter.GaussianBlur(max(1.0, u * 0.0012))).resize(
        (w, height), Image.Resampling.BILINEAR
    )
    deep = Image.new("RGB", (w, height), mix(palette.near, palette.sky[0], 0.45))
    canvas.paste(Image.blend(water, deep, 0.42), 0, top)
    for row in range(26 + 12 * canvas.detail):
        depth = dice.random() ** 1.5
        y, half = top + depth * height, u * dice.uniform(0.03, 0.2) * (0.4 + depth)
        x = dice.uniform(0, w)
        under = canvas.image.getpixel((int(min(w - 1, x)), int(min(h - 1, y))))
        tone = mix(under, palette.light if row % 2 else palette.near, 0.22)  # type: ignore[arg-type]
        thick = u * (0.001 + 0.003 * depth)
        canvas.polygon([(x - half, y), (x, y - thick), (x + half, y), (x, y + thick)], tone)
