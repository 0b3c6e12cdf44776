"""The sound of a film: a soft chord that swells and fades, in the key of its seed."""

from __future__ import annotations

import array
import math
from collections.abc import Iterator
from random import Random

RATE = 44_100
FADE_SECONDS = 0.4
KEYS = (110, 123, 131, 147, 165, 175, 196)  # hertz
CHORDS = ((1, 1.5, 2, 2.5), (1, 1.2, 1.5, 2), (1, 4 / 3, 2, 2.5))
LEVEL = 0.12


def samples(seed: int, seconds: int, block: int = 1024) -> Iterator[bytes]:
    """Signed 16-bit mono samples, in blocks of so many; together exactly as long as the film."""
    loop = _loop(Random(f"sound:{seed}"))
    total, fade = seconds * RATE, round(FADE_SECONDS * RATE)
    for start in range(0, total, block):
        stop = min(total, start + block)
        piece = array.array("h", (loop[at % len(loop)] for at in range(start, stop)))
        if start < fade or stop > total - fade:
            for index, level in enumerate(piece):
                at = start + index
                piece[index] = round(level * min(1.0, at / fade, (total - at) / fade))
        yield piece.tobytes()


def _loop(dice: Random) -> array.array[int]:
    """One second that ends as it begins: every frequency in it is a whole number of hertz."""
    root, chord = dice.choice(KEYS), dice.choice(CHORDS)
    tones = [
        (round(root * step), LEVEL / (1 + number), dice.choice((1, 2))) for number, step in enumerate(chord)
    ]
    found = array.array("h")
    for at in range(RATE):
        t = math.tau * at / RATE
        level = sum(
            loud * math.sin(tone * t) * (0.8 + 0.2 * math.sin(swell * t)) for tone, loud, swell in tones
        )
        found.append(round(32_767 * level))
    return found
