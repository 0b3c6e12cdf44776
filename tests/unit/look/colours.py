"""Reads static/css/tokens.css: what colour a meaning has in each scheme, and how two of them contrast."""

import re
from math import cos, radians, sin
from pathlib import Path

TOKENS = Path(__file__).parents[3] / "frontend/static/css/tokens.css"

_DEFINITION = re.compile(r"--([\w-]+):\s*([^;]+);")
_OKLCH = re.compile(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)")
_VAR = re.compile(r"var\(--([\w-]+)\)")


class Palette:
    """The meanings of tokens.css, resolved for "light" or "dark"."""

    def __init__(self, scheme: str) -> None:
        self._is_dark = scheme == "dark"
        self._values = dict(_DEFINITION.findall(TOKENS.read_text("utf-8")))

    def luminance(self, name: str) -> float:
        """Relative luminance (0 to 1) as WCAG defines it."""
        value = self._resolve(self._values[name])
        match = _OKLCH.fullmatch(value)
        assert match, f"--{name} is {value}, no opaque oklch() colour"
        red, green, blue = _linear_srgb(*map(float, match.groups()))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(self, one: str, other: str) -> float:
        """From 1 to 21."""
        darker, lighter = sorted((self.luminance(one), self.luminance(other)))
        return (lighter + 0.05) / (darker + 0.05)

    def _resolve(self, value: str) -> str:
        if value.startswith("light-dark("):
            light, dark = value.removeprefix("light-dark(").removesuffix(")").split(", ")
            return self._resolve(dark if self._is_dark else light)
        alias = _VAR.fullmatch(value)
        return self._resolve(self._values[alias.group(1)]) if alias else value


def _linear_srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH to linear sRGB, clipped; source: Björn Ottosson, "A perceptual color space for image processing"."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _clip(red), _clip(green), _clip(blue)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
