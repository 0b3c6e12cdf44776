"""How many pixels a resolution and an aspect ratio mean: the shorter side is the resolution, both sides are even."""

from __future__ import annotations

import re

SHORTER_SIDE_PX = {"360p": 360, "480p": 480, "720p": 720, "1080p": 1080}
RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")

_EXACT = re.compile(r"(\d{2,4})x(\d{2,4})")

Size = tuple[int, int]


def of(resolution: str, ratio: str) -> Size:
    """854 x 480 for 480p in 16:9."""
    wide, high = (int(side) for side in ratio.split(":"))
    shorter = SHORTER_SIDE_PX[resolution]
    longer = _even(shorter * max(wide, high) / min(wide, high))
    return (longer, shorter) if wide >= high else (shorter, longer)


def exact(text: str) -> Size | None:
    """`1280x720` as numbers."""
    found = _EXACT.fullmatch(text)
    return (int(found.group(1)), int(found.group(2))) if found else None


def resolution_of(size: Size) -> str:
    """The resolution whose price an exact size has."""
    return next((name for name, side in SHORTER_SIDE_PX.items() if min(size) <= side), "1080p")


def ratio_like(size: Size, ratios: tuple[str, ...]) -> str:
    """The ratio that comes nearest to the shape of a given picture."""

    def distance(ratio: str) -> float:
        wide, high = (int(side) for side in ratio.split(":"))
        shape, wanted = wide / high, size[0] / size[1]
        return max(shape / wanted, wanted / shape)

    return min(ratios, key=distance)


def _even(pixels: float) -> int:
    return max(2, 2 * round(pixels / 2))
