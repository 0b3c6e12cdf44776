"""
The canvas: larger than the picture (edges become smooth when it is reduced), with soft light and grain.

Scenes measure in its pixels: `w`, `h`, and `u`, the shorter of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.sandbox.painting.colours import Colour, mix
from studio.sandbox.painting.finishing import grained, sign

Point = tuple[float, float]
Stops = Sequence[tuple[float, Colour]]

SOFT_REDUCTION, SOFT_LEAST_PX = (
    8,
    128,
)  # blurred things are drawn so many times smaller, not below so many pixels
GRADIENT_STEPS = 96
SOFT_EDGE = [max(0, min(255, (level - 3) * 9)) for level in range(256)]
GLOW_EDGE = 178  # the level of Pillow's radial gradient at the middle of its sides; 255 is at its corners
GLOW_REACH = 1.25


class Canvas:
    """`detail` is 0 (quality low) to 2 (high): how finely edges are sampled, and how much is worth drawing."""

    def __init__(
        self,
        width_px: int,
        height_px: int,
        dice: Random,
        *,
        detail: int = 1,
        is_transparent: bool = False,
        is_layered: bool = False,
    ) -> None:
        self.width_px, self.height_px = width_px, height_px
        self.scale = _scale(width_px * height_px, detail)
        self.w, self.h = width_px * self.scale, height_px * self.scale
        self.u = min(self.w, self.h)
        self.dice = dice
        self.detail = detail
        self.is_transparent = is_transparent
        self.is_layered = is_layered
        self.horizon: float | None = None  # where water begins, as a share of the height; set by its scene
        self.image = Image.new("RGB", (self.w, self.h))
        self.draw = ImageDraw.Draw(self.image)
        self._settled: list[Image.Image] = []

    def apart(self) -> Random:
        """
        Dice of their own for whatever is drawn more or less of by quality: however often they are thrown, the rest
        of the picture stays as it is.
        """
        return Random(self.dice.getrandbits(64))

    def put(self, picture: Image.Image) -> None:
        """Fill the canvas with a picture of the final size."""
        self.image.paste(picture.resize((self.w, self.h), Image.Resampling.BICUBIC))

    def settle(self) -> None:
        """What is there by now is backdrop: it is left out of a transparent picture, and a layer of a layered one."""
        if self.is_layered or (self.is_transparent and not self._settled):
            self._settled.append(self.image.copy())

    def gradient(self, stops: Stops, box: tuple[float, float, float, float] | None = None) -> None:
        """A vertical gradient over the whole canvas or a box (left, top, right, bottom)."""
        left, top, right, bottom = map(round, box or (0, 0, self.w, self.h))
        if right > left and bottom > top:
            self.image.paste(_gradient(stops, right - left, bottom - top), (left, top))

    def polygon(self, points: Sequence[Point], fill: Colour | Stops) -> None:
        """A flat polygon, or one filled with a vertical gradient over its own height."""
        if isinstance(fill[0], int):
            self.draw.polygon(points, fill=fill)  # type: ignore[arg-type]
            return
        left, top, right, bottom = self._bounds(points)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in points], fill=255)
        self.image.paste(_gradient(fill, right - left, bottom - top), (left, top), mask)  # type: ignore[arg-type]

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        self.draw.line(points, fill=fill, width=max(1, round(width)), joint="curve")

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.8) -> None:
        """Light that falls off from a point; `strength` is its share in the middle."""
        radius *= GLOW_REACH
        size = max(2, round(2 * radius))
        falloff = [round(255 * strength * max(0.0, 1 - level / GLOW_EDGE) ** 2.2) for level in range(256)]
        mask = Image.radial_gradient("L").point(falloff).resize((size, size), Image.Resampling.BILINEAR)
        self.image.paste(colour, (round(x - radius), round(y - radius)), mask)

    def soft(self, paint: Callable[[ImageDraw.ImageDraw, float], None], colour: Colour, blur: float) -> None:
        """
        Anything with edges blurred over `blur` canvas pixels, drawn small: `paint` gets a drawing of levels 0 to
        255 and the factor for coordinates.
        """
        fold = max(1, min(SOFT_REDUCTION, self.u // SOFT_LEAST_PX))
        small = self.w // fold, self.h // fold
        mask = Image.new("L", small)
        paint(ImageDraw.Draw(mask), small[0] / self.w)
        mask = mask.filter(ImageFilter.GaussianBlur(blur * small[0] / self.w))
        box = mask.getbbox()
        if box is None:
            return
        left, top, right, bottom = (
            box[0] * self.w // small[0],
            box[1] * self.h // small[1],
            box[2] * self.w // small[0],
            box[3] * self.h // small[1],
        )
        large = mask.crop(box).resize((right - left, bottom - top), Image.Resampling.BILINEAR)
        self.image.paste(colour, (left, top), large)

    def shadow(self, points: Sequence[Point], *, dx: float, dy: float, blur: float, level: int = 90) -> None:
        """The soft shadow that a polygon casts to one side; draw the polygon afterwards. None on nothing."""
        if self.is_transparent:
            return
        moved = [(x + dx, y + dy) for x, y in points]
        self.soft(
            lambda pen, k: pen.polygon([(x * k, y * k) for x, y in moved], fill=level), (20, 14, 24), blur
        )

    def haze(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """A band that thickens towards its bottom edge, such as mist in a valley."""
        height = max(1, round(bottom - top))
        ramp = _gradient([(0, (0, 0, 0)), (1, (round(255 * strength),) * 3)], 1, height).getchannel(0)
        self.image.paste(colour, (0, round(top)), ramp.resize((self.w, height)))

    def paste(self, picture: Image.Image, x: float, y: float, mask: Image.Image | None = None) -> None:
        self.image.paste(picture, (round(x), round(y)), mask)

    def finished(self, *, grain: bool = True) -> Image.Image:
        """The picture in its final size: reduced, grained, marked; with alpha if it is transparent."""
        picture = self._reduced(self.image)
        if grain and self.detail:
            picture = grained(picture, self.dice)
        if self.is_transparent:
            picture.putalpha(self._alpha())
        sign(picture)
        return picture

    def layers(self) -> list[tuple[Image.Image, Image.Image | None]]:
        """
        The picture as it grew: the backdrop, then what came before each further `settle`, the whole picture last, all
        in the final size and unsigned; each but the first with a mask of what it has that the one before has not.
        """
        states = [*self._settled, self.image]
        found: list[tuple[Image.Image, Image.Image | None]] = [(self._reduced(states[0]), None)]
        for before, after in pairwise(states):
            # Light that spreads over a backdrop has no edge, so its mask may not have one.
            found.append((self._reduced(after), self._reduced(_change(before, after).point(SOFT_EDGE))))
        return found

    def _reduced(self, image: Image.Image) -> Image.Image:
        return image.reduce(self.scale) if self.scale > 1 else image.copy()

    def _alpha(self) -> Image.Image:
        """Opaque where something stands before the backdrop; a rounded sheet where there is no backdrop."""
        if self._settled:
            alpha = _change(self._settled[0], self.image).point([0] * 4 + [255] * 252)
        else:
            alpha = Image.new("L", (self.w, self.h))
            edge = self.u * 0.03
            ImageDraw.Draw(alpha).rounded_rectangle(
                (edge, edge, self.w - edge, self.h - edge), self.u * 0.12, fill=255
            )
        return self._reduced(alpha)

    def _bounds(self, points: Sequence[Point]) -> tuple[int, int, int, int]:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return (
            max(0, math.floor(min(xs))),
            max(0, math.floor(min(ys))),
            min(self.w, math.ceil(max(xs)) + 1),
            min(self.h, math.ceil(max(ys)) + 1),
        )


def _change(before: Image.Image, after: Image.Image) -> Image.Image:
    """By how much each pixel changed, as the channel that changed most."""
    red, green, blue = ImageChops.difference(before, after).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 10) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    found: list[Point] = []
    for index in range(count if closed else count - 1):
        if closed:
            p = [points[(index + offset) % count] for offset in (-1, 0, 1, 2)]
        else:
            p = [points[min(count - 1, max(0, index + offset))] for offset in (-1, 0, 1, 2)]
        for step in range(steps):
            found.append(_spline(p, step / steps))
    return found if closed else [*found, points[-1]]


def _spline(p: Sequence[Point], t: float) -> Point:
    a, b, c, d = (
        -0.5 * t**3 + t**2 - 0.5 * t,
        1.5 * t**3 - 2.5 * t**2 + 1,
        -1.5 * t**3 + 2 * t**2 + 0.5 * t,
        0.5 * t**3 - 0.5 * t**2,
    )
    return (
        a * p[0][0] + b * p[1][0] + c * p[2][0] + d * p[3][0],
        a * p[0][1] + b * p[1][1] + c * p[2][1] + d * p[3][1],
    )


def blob(
    dice: Random, x: float, y: float, radius: float, *, uneven: float = 0.35, corners: int = 7
) -> list[Point]:
    """A closed organic shape around a point."""
    turn = dice.uniform(0, math.tau)
    ring = []
    for corner in range(corners):
        angle = turn + math.tau * corner / corners
        reach = radius * dice.uniform(1 - uneven, 1 + uneven)
        ring.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return smooth(ring)


def ridge(dice: Random, count: int, *, octaves: int, rough: float = 0.5) -> list[float]:
    """Heights between 0 and 1 at `count` places: smooth noise, each octave finer and `rough` times lower."""
    heights = [0.0] * count
    for octave in range(octaves):
        cells = 2 ** (octave + 1) + 1
        knots = [dice.random() for _ in range(cells + 2)]
        weight = rough**octave
        for index in range(count):
            place = index / max(1, count - 1) * cells
            cell = int(place)
            share = (1 - math.cos(math.pi * (place - cell))) / 2
            heights[index] += weight * (knots[cell] * (1 - share) + knots[min(cell + 1, cells + 1)] * share)
    low, high = min(heights), max(heights)
    return [(height - low) / ((high - low) or 1) for height in heights]


def sprinkle(
    dice: Random, count: int, box: tuple[float, float, float, float], apart: float
) -> Iterable[Point]:
    """Up to `count` random points in a box, none nearer than `apart` to another."""
    found: list[Point] = []
    for _ in range(count * 12):
        if len(found) == count:
            break
        x, y = dice.uniform(box[0], box[2]), dice.uniform(box[1], box[3])
        if all((x - a) ** 2 + (y - b) ** 2 >= apart**2 for a, b in found):
            found.append((x, y))
    return found


def _scale(pixels: int, detail: int) -> int:
    """Small pictures can afford more samples a pixel; low quality takes one."""
    if detail == 0:
        return 1
    return 3 if pixels * (2 if detail < 2 else 1) <= 1_100_000 else 2


def _gradient(stops: Stops, width: int, height: int) -> Image.Image:
    """Mixed at no more than GRADIENT_STEPS heights: what lies between them Pillow fills in faster than Python."""
    steps = min(height, GRADIENT_STEPS)
    column = Image.new("RGB", (1, steps))
    after, colours = 1, []
    for step in range(steps):
        place = step / max(1, steps - 1)
        while after < len(stops) - 1 and stops[after][0] < place:
            after += 1
        (start, begin), (stop, end) = stops[after - 1], stops[after]
        colours.append(mix(begin, end, (place - start) / ((stop - start) or 1)))
    column.putdata(colours)
    tall = column.resize((1, height), Image.Resampling.BILINEAR) if height > steps else column
    return tall if width == 1 else tall.resize((width, height), Image.Resampling.NEAREST)
