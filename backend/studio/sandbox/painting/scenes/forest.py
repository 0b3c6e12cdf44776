"""A wood: trunks behind trunks in mist, light falling through, undergrowth."""

from __future__ import annotations

from PIL import ImageDraw

from studio.sandbox.painting import motifs, weather
from studio.sandbox.painting.canvas import Canvas, blob, ridge
from studio.sandbox.painting.colours import Palette, mix
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.words import Reading

LAYERS = 5


def forest(canvas: Canvas, palette: Palette, reading: Reading) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    mist = mix(palette.sky[2], palette.light, 0.3)
    canvas.gradient([(0, palette.sky[0]), (0.5, palette.sky[1]), (0.8, mist), (1, mist)])
    light = w * dice.uniform(0.3, 0.7)
    if palette.is_dark:
        weather.stars(canvas, palette.light, h * 0.5, count=80)
        weather.moon(canvas, palette, light, h * 0.24, u * 0.07)
    else:
        weather.sun(canvas, palette, light, h * dice.uniform(0.25, 0.4), u * 0.09)
    canvas.settle()
    for layer in range(LAYERS):
        depth = layer / (LAYERS - 1)
        _trees(canvas, palette, depth, light)
        canvas.haze(h * 0.3, h * (0.72 + 0.3 * depth), mist, 0.4 * (1 - depth) ** 1.2)
    _beams(canvas, palette, light)
    _canopy(canvas, palette)
    _ground(canvas, palette)
    for name in ("cat", "house"):
        if name in reading.motifs:
            place(canvas, palette, name)
    if "flowers" in reading.motifs or reading.mood == "spring":
        motifs.flowers(canvas, palette, h * 0.88)
    if "snow" in reading.motifs or reading.mood == "winter":
        weather.snowfall(canvas)
    if "rain" in reading.motifs:
        weather.rainfall(canvas, palette.light)


def _trees(canvas: Canvas, palette: Palette, depth: float, light: float) -> None:
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    colour = mix(mix(palette.far, palette.sky[2], 0.25), palette.near, depth)
    base = h * (0.7 + 0.3 * depth)
    count = round((15 - 9 * depth) * w / u)
    for number in range(count):
        x = w * (number + dice.uniform(0.1, 0.9)) / count
        if depth > 0.7 and abs(x - light) < u * 0.2:
            continue
        if depth < 0.75:
            size = u * dice.uniform(0.4, 0.62) * (0.7 + 0.6 * depth)
            motifs.conifer(canvas, colour, x, base + u * 0.02, size)
        else:
            _trunk(canvas, palette, colour, x, base, depth)
    if depth < 0.75:
        heights = ridge(dice, 60, octaves=5)
        floor = [(w * i / 59, base - height * u * 0.05) for i, height in enumerate(heights)]
        canvas.polygon([(0, h), *floor, (w, h)], [(0, colour), (1, mix(colour, palette.sky[2], 0.2))])


def _trunk(
    canvas: Canvas, palette: Palette, colour: tuple[int, int, int], x: float, base: float, depth: float
) -> None:
    dice, h, u = canvas.dice, canvas.h, canvas.u
    half, lean = u * dice.uniform(0.012, 0.026) * (0.6 + depth), u * dice.uniform(-0.03, 0.03)
    bottom = base + u * 0.06
    canvas.polygon(
        [
            (x - half * 1.6, bottom),
            (x - half, bottom - u * 0.1),
            (x - half * 0.75 + lean, 0),
            (x + half * 0.75 + lean, 0),
            (x + half, bottom - u * 0.1),
            (x + half * 1.7, bottom),
        ],
        colour,
    )
    lit = mix(colour, palette.light, 0.13)
    canvas.polygon(
        [
            (x + half * 0.35, bottom),
            (x + half * 0.3 + lean, 0),
            (x + half * 0.75 + lean, 0),
            (x + half, bottom),
        ],
        lit,
    )
    for _ in range(4):
        y, side = dice.uniform(0.02, 0.5) * h, dice.choice((-1, 1))
        reach = u * dice.uniform(0.06, 0.16)
        canvas.polygon(
            [(x + lean * 0.6, y), (x + lean * 0.6, y + half * 0.9), (x + side * reach, y - reach * 0.42)],
            colour,
        )


def _beams(canvas: Canvas, palette: Palette, light: float) -> None:
    dice, h, u = canvas.dice, canvas.h, canvas.u
    beams = [(dice.uniform(-0.75, 0.75), dice.uniform(0.03, 0.09)) for _ in range(6)]

    def paint(pen: ImageDraw.ImageDraw, k: float) -> None:
        for lean, half in beams:
            far = light + lean * u * 1.3
            pen.polygon(
                [(light * k, h * 0.12 * k), ((far - half * u) * k, h * k), ((far + half * u) * k, h * k)],
                fill=38,
            )

    canvas.soft(paint, palette.light, u * 0.012)


def _ground(canvas: Canvas, palette: Palette) -> None:
    dice, w, h, u = canvas.apart(), canvas.w, canvas.h, canvas.u
    heights = ridge(dice, 80, octaves=5)
    floor = [(w * i / 79, h - u * (0.04 + 0.07 * height)) for i, height in enumerate(heights)]
    dark = mix(palette.near, (0, 0, 0), 0.2)
    canvas.polygon([(0, h), *floor, (w, h)], dark)
    for _ in range(60 + 40 * canvas.detail):
        x, y = floor[dice.randrange(len(floor))]
        lean, tall = u * dice.uniform(-0.02, 0.02), u * dice.uniform(0.015, 0.055)
        canvas.polygon(
            [(x - u * 0.003, y + u * 0.02), (x + u * 0.003, y + u * 0.02), (x + lean, y - tall)], dark
        )


def _canopy(canvas: Canvas, palette: Palette) -> None:
    """Foliage that hangs into the picture from above, fuller towards the sides."""
    dice, w, u = canvas.dice, canvas.w, canvas.u
    for shade in (0.78, 1.0):
        colour = mix(palette.far, palette.near, shade)
        for _ in range(26):
            side = abs(dice.triangular(-1, 1, 0)) ** 0.6
            x = w * (0.5 + 0.56 * side * dice.choice((-1, 1)))
            y = u * (0.15 * side**2 * dice.random() - 0.02)
            canvas.polygon(blob(dice, x, y, u * dice.uniform(0.035, 0.075), uneven=0.3, corners=9), colour)
