"""The camera: which part of a layer is seen at a moment. It is never still and never hurries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

Box = tuple[float, float, float, float]

REACH = 0.14  # how much of a layer the camera may leave out
WORDS: dict[str, tuple[str, ...]] = {
    "still": ("static", "still", "motionless", "tripod"),
    "out": ("out", "pull-out", "away", "reveal"),
    "in": ("in", "zoom", "closer", "closeup", "dolly", "push"),
    "left": ("left",),
    "right": ("right",),
    "up": ("up", "rising", "rise"),
    "down": ("down", "descending"),
}
MOVES = ("in", "out", "left", "right")
CAMERA_WORDS = ("camera", "pan", "zoom", "tilt", "dolly", "shot", "push", "pull", "drone")


@dataclass(frozen=True, slots=True)
class Camera:
    """
    `move` is one of the keys of WORDS. `begins_whole`: the first moment shows all of the layer, as a film has to that
    begins with a given picture.
    """

    move: str
    begins_whole: bool = False

    def box(self, size: tuple[int, int], progress: float, depth: float = 1.0) -> Box:
        """
        What is seen of a layer of this size; `progress` is 0 to 1 through the film.

        `depth` 1 is near; what is farther away moves less, which is what makes layers a space.
        """
        zoom, across, along = self._stand(_eased(progress))
        width, height = size
        share = 1 - zoom * depth
        room_x, room_y = width * (1 - share), height * (1 - share)
        left = room_x * (0.5 + 0.5 * across)
        top = room_y * (0.5 + 0.5 * along)
        return left, top, left + width * share, top + height * share

    def _stand(self, t: float) -> tuple[float, float, float]:
        """How much is left out, and where the camera stands in what that frees: -1 to 1 from left and from top."""
        if self.begins_whole:
            side = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.get(self.move, (0, 0))
            return (0.0 if self.move == "still" else REACH * t), side[0] * t, side[1] * t
        swing = 2 * t - 1
        return {
            "still": (REACH / 2, 0.0, 0.0),
            "in": (REACH * t, 0.25 * t, 0.1 * t),
            "out": (REACH * (1 - t), 0.25 * (1 - t), 0.1 * (1 - t)),
            "left": (REACH, -swing, 0.1),
            "right": (REACH, swing, 0.1),
            "up": (REACH, 0.0, -swing),
            "down": (REACH, 0.0, swing),
        }[self.move]


def camera_for(words: tuple[str, ...], dice: Random, *, begins_whole: bool) -> Camera:
    """As the prompt directs it, if it speaks of a camera at all; else as the dice fall."""
    fallen = dice.choice(MOVES)
    if set(CAMERA_WORDS) & set(words):
        for move in ("left", "right", "up", "down", "still", "out", "in"):
            if set(WORDS[move]) & set(words):
                return Camera(move, begins_whole)
    return Camera(fallen, begins_whole)


def _eased(progress: float) -> float:
    """Starts and stops softly, even in between: half a cosine, half a straight line."""
    return 0.5 * progress + 0.25 * (1 - math.cos(math.pi * progress))
