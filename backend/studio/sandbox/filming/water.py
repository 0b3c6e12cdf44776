"""Waves: the lower part of a picture, moved sideways line by line, more so towards us."""

from __future__ import annotations

import math

from PIL import Image

STRIPS = 90


def rippled(frame: Image.Image, horizon_px: float, seconds: float) -> None:
    """Moves what lies below the horizon, in place; the horizon itself stands still."""
    top = max(0, round(horizon_px))
    depth = frame.height - top
    if depth < 4:
        return
    step = max(1, depth // STRIPS)
    for y in range(top, frame.height, step):
        near = (y - top) / depth
        reach = min(frame.size) * 0.006 * near**0.8
        wave = math.sin(math.tau * (3.5 * math.log1p(6 * near) - 0.45 * seconds))
        swell = 0.5 * math.sin(math.tau * (7.3 * math.log1p(6 * near) + 0.7 * seconds))
        shift = round(reach * (wave + swell))
        if shift:
            strip = frame.crop((0, y, frame.width, min(frame.height, y + step)))
            frame.paste(strip, (shift, y))
