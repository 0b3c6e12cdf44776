"""Palettes: sets of colours that go together, made by hand or from a hue in OKLCH."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from studio.sandbox.painting.words import Reading

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """
    `sky` from the zenith to the horizon; `far` and `near` are the ends of the aerial perspective; `light` is what
    shines; `accents` are for things; `paper` is a quiet ground.
    """

    sky: tuple[Colour, Colour, Colour]
    light: Colour
    far: Colour
    near: Colour
    accents: tuple[Colour, ...]
    paper: Colour
    is_dark: bool = False


def rgb(text: str) -> Colour:
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`share` of b in a; outside 0 to 1 it is held at the ends."""
    share = 0.0 if share < 0 else 1.0 if share > 1 else share
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def lightness(colour: Colour) -> float:
    """0 to 1, as the eye weighs the channels."""
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def oklch(light: float, chroma: float, hue: float) -> Colour:
    """A colour by lightness (0 to 1), chroma (0 to about 0.3) and hue (degrees), clipped to sRGB."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _channel(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _channel(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _channel(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _channel(linear: float) -> int:
    linear = min(1.0, max(0.0, linear))
    curved = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * curved)


def _palette(
    sky: str, light: str, far: str, near: str, accents: str, paper: str, dark: bool = False
) -> Palette:
    top, middle, low = map(rgb, sky.split())
    return Palette(
        (top, middle, low),
        rgb(light),
        rgb(far),
        rgb(near),
        tuple(map(rgb, accents.split())),
        rgb(paper),
        dark,
    )


PALETTES: dict[str, Palette] = {
    "dawn": _palette(
        "4b5d9b d88fa0 fbd3b0", "fff3d2", "e3a7a6", "2f2a52", "ef767a f2b880 6c5b9b 7ba6a0 fbe3c5", "fbeee2"
    ),
    "day": _palette(
        "3f8fc4 9fd0e3 f6ecd0", "fffbe6", "a9cdd0", "17494d", "e76f51 f4a261 e9c46a 2a9d8f 264653", "f7f1e3"
    ),
    "dusk": _palette(
        "2a2a66 9a4d8c f9a26c", "ffe0a6", "c9718f", "1b1035", "f25c54 f7b267 8e5aa8 3d348b f4845f", "fdf0e1"
    ),
    "night": _palette(
        "050a22 132a5e 46659f",
        "f8f1d7",
        "35548c",
        "040817",
        "f2c14e 5d8bd9 a9c7ea 2f4f99 e4d9b8",
        "e8ebf2",
        True,
    ),
    "aurora": _palette(
        "0a0f2c 1b3f5c 5fae9b",
        "eafbe9",
        "3b7f83",
        "07131f",
        "8de0b0 4fb3bf c7f0d2 7d6bb3 f2d388",
        "e6f1ec",
        True,
    ),
    "forest": _palette(
        "a9c9bd d9e6cc fbf6dd", "fffdf0", "b3ccae", "102f2a", "e9b44c 9b3922 50a2a7 2f6f4e e4d6a7", "f4f1e0"
    ),
    "autumn": _palette(
        "e09f62 f4d09a fdf0d5", "fff6df", "dba368", "47190f", "b3402a e08e45 7d8c4d f0c05a 6a2f1d", "faf0dd"
    ),
    "winter": _palette(
        "7fa6c9 c3d8e8 f7f5f2", "fffaf0", "b9cfdf", "29415a", "d1495b 5b84a7 a9c6da 2d4356 f2e2c4", "f3f6f8"
    ),
    "spring": _palette(
        "7cc0c6 cde8d3 fdf2e4", "fffbe8", "b8d9bb", "24523f", "f2849e f9c784 8cc084 5b8e7d fcefb4", "fbf6ea"
    ),
    "desert": _palette(
        "d9744f f2ad7c fce2bb", "fff6dd", "e2a06f", "5e2233", "c8553d f28f3b ffd5a1 588b8b 8c2f39", "fbeedd"
    ),
    "lagoon": _palette(
        "15627f 6cbcc0 f8e9c6", "fff8e0", "79b8bb", "0a3547", "f4796b f9c74f 3fa7a3 0f6a80 f6e7c8", "f3f5ec"
    ),
    "candy": _palette(
        "e98fae f9c6c9 fff0dd", "fffaf0", "f0b3bd", "5a2a55", "ef5d81 f7b05b 7fc4c1 8b5fbf ffe1a8", "fff3ee"
    ),
    "plum": _palette(
        "2b1b45 70417c e8a598", "ffe9cf", "9c6590", "170c28", "e4697b f3b061 6f58a8 3c7a89 f6d6bd", "f7ece8"
    ),
    "grey": _palette(
        "7d8086 bdbfc2 efeeeb", "ffffff", "bfc1c3", "1d1f22", "4a4d52 8a8d91 d0d0cd 2b2d30 f2f0ea", "f3f2ee"
    ),
    "noir": _palette(
        "0b0c0e 26282c 6b6e73",
        "f6f4ee",
        "4a4d52",
        "050506",
        "d9d7d0 8a8d91 55585d c2bfb6 f2f0ea",
        "e6e4df",
        True,
    ),
}
SUITS: dict[str, tuple[str, ...]] = {
    "hills": ("dawn", "day", "dusk", "forest", "autumn", "lagoon", "plum", "winter"),
    "sea": ("lagoon", "dusk", "dawn", "day", "plum", "candy"),
    "city": ("night", "dusk", "plum", "aurora", "dawn"),
    "forest": ("forest", "autumn", "winter", "dawn", "aurora"),
    "dunes": ("desert", "dusk", "candy", "plum", "autumn"),
    "botanical": ("spring", "forest", "candy", "lagoon", "autumn"),
    "fruit": ("day", "candy", "autumn", "lagoon", "spring"),
    "space": ("night", "plum", "aurora", "dusk"),
    "paper": ("day", "candy", "lagoon", "spring", "desert"),
    "tiles": ("day", "lagoon", "desert", "plum", "candy"),
}


def palette_for(reading: Reading, dice: Random) -> Palette:
    """Named colours first, then the named light, else one of those that suit the scene."""
    is_dark = reading.mood == "night"
    if reading.is_grey and not reading.hues:
        return PALETTES["noir" if is_dark or reading.says("black", "noir") else "grey"]
    if reading.hues:
        second = reading.hues[1] if len(reading.hues) > 1 else reading.hues[0] + dice.choice((150, 180, 205))
        return of_hues(reading.hues[0], second, is_dark=is_dark)
    if reading.mood is not None:
        return PALETTES[dice.choice(("night", "night", "aurora")) if is_dark else reading.mood]
    return PALETTES[dice.choice(SUITS[reading.scene])]


def of_hues(hue: float, accent: float, *, is_dark: bool) -> Palette:
    """A palette around one hue, with the second one for what stands out."""
    accents = (
        oklch(0.66, 0.17, accent),
        oklch(0.78, 0.12, hue + 25),
        oklch(0.52, 0.14, hue),
        oklch(0.84, 0.10, accent + 25),
        oklch(0.36, 0.09, hue - 15),
    )
    light, paper = oklch(0.97, 0.04, (hue + accent) / 2), oklch(0.95, 0.025, hue)
    if is_dark:
        sky = oklch(0.16, 0.06, hue), oklch(0.30, 0.10, hue + 8), oklch(0.52, 0.12, hue + 20)
        return Palette(sky, light, oklch(0.42, 0.10, hue), oklch(0.11, 0.04, hue), accents, paper, True)
    sky = oklch(0.58, 0.14, hue), oklch(0.77, 0.11, hue + 12), oklch(0.93, 0.055, hue + 30)
    return Palette(sky, light, oklch(0.76, 0.09, hue + 10), oklch(0.25, 0.07, hue - 8), accents, paper)
