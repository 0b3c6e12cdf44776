"""What is asked of somebody who films."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class FilmCommission:
    """
    One film. The same commission gives the same pictures, in every process and after every restart.

    `first` and `last` are paths of the pictures it begins and ends with; width and height are even.
    """

    prompt: str
    seed: int
    width_px: int
    height_px: int
    seconds: int
    has_sound: bool = True
    first: str | None = None
    last: str | None = None

    def as_line(self) -> str:
        """One line of JSON, as another process reads it."""
        return json.dumps(asdict(self))


def commission_from(line: str) -> FilmCommission:
    return FilmCommission(**json.loads(line))
