"""Where a thing goes in a picture that is already there."""

from __future__ import annotations

from collections.abc import Callable

from studio.sandbox.painting import motifs, weather
from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import Palette


def place(canvas: Canvas, palette: Palette, name: str) -> None:
    """A motif where a picture that is already there has room for it."""
    dice, w, h, u = canvas.dice, canvas.w, canvas.h, canvas.u
    side = dice.choice((0.24, 0.74))
    placed: dict[str, Callable[[], None]] = {
        "sun": lambda: weather.sun(canvas, palette, w * side, h * 0.22, u * 0.085),
        "moon": lambda: weather.moon(canvas, palette, w * side, h * 0.2, u * 0.075),
        "stars": lambda: weather.stars(canvas, (255, 252, 235), h * 0.75, count=220),
        "birds": lambda: motifs.birds(canvas, palette.near, w * side * 0.8, h * 0.24, count=9),
        "boat": lambda: motifs.boat(canvas, palette, w * side, h * 0.84, u * 0.22),
        "lighthouse": lambda: motifs.lighthouse(canvas, palette, w * side, h * 0.98, u * 0.6),
        "cat": lambda: motifs.cat(canvas, palette.near, w * side, h * 0.99, u * 0.38),
        "house": lambda: motifs.house(canvas, palette, w * side, h * 0.96, u * 0.26),
        "tree": lambda: motifs.tree(canvas, palette.accents[2], palette.near, w * side, h * 0.99, u * 0.5),
        "balloon": lambda: motifs.balloon(canvas, palette, w * side, h * 0.26, u * 0.12),
        "snow": lambda: weather.snowfall(canvas),
        "rain": lambda: weather.rainfall(canvas, palette.light),
        "clouds": lambda: weather.clouds(canvas, palette.light, h * 0.06, h * 0.3, count=5, level=190),
        "flowers": lambda: motifs.flowers(canvas, palette, h * 0.78),
        "heart": lambda: motifs.heart(canvas, (214, 51, 78), w * 0.5, h * 0.46, u * 0.2),
        "rainbow": lambda: weather.rainbow(canvas, w * 0.5, h * 0.8, w * 0.44),
    }
    placed[name]()
