"""How many pixels an aspect ratio, a tier or an exact size means (provider docs, "Image generation")."""

from __future__ import annotations

import re

ONE_K: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
TIERS = {"1K": 1, "2K": 2}
LEAST_PX, MOST_PX, MOST_PIXELS = 64, 3072, 4_400_000
GRID_PX = 16
TIER_LIMIT_PIXELS = 1_600_000

_EXACT = re.compile(r"(\d{2,5})x(\d{2,5})")

Size = tuple[int, int]


def of_ratio(ratio: str, tier: str = "1K") -> Size:
    """The pixels of a listed aspect ratio."""
    width, height = ONE_K[ratio]
    return width * TIERS[tier], height * TIERS[tier]


def exact(text: str) -> Size | None:
    """`1024x768` as numbers, or None when it is no size that can be painted."""
    found = _EXACT.fullmatch(text)
    if found is None:
        return None
    width, height = int(found.group(1)), int(found.group(2))
    fits = LEAST_PX <= width <= MOST_PX and LEAST_PX <= height <= MOST_PX and width * height <= MOST_PIXELS
    return (width, height) if fits else None


def tier_of(size: Size) -> str:
    """The tier whose price an exact size has."""
    return "1K" if size[0] * size[1] <= TIER_LIMIT_PIXELS else "2K"


def like(size: Size, tier: str = "1K") -> Size:
    """The size with the same shape as a given picture and about as many pixels as the tier's square."""
    side = 1024 * TIERS[tier]
    ratio = min(4.0, max(0.25, size[0] / size[1]))
    return _on_grid(side * ratio**0.5), _on_grid(side / ratio**0.5)


def _on_grid(pixels: float) -> int:
    return max(GRID_PX, round(pixels / GRID_PX) * GRID_PX)
