"""What a prompt says to somebody who paints: the scene, the light, the colours, the things to put in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

SCENES = {
    "hills": "mountain mountains hill hills valley alps peak landscape meadow field countryside volcano fuji nature",
    "sea": "sea ocean beach coast island islands lighthouse boat boats ship sail sailing lake harbour harbor "
    "wave waves water shore river fjord",
    "city": "city town street skyline skyscraper skyscrapers tower towers building buildings urban downtown neon "
    "tokyo paris london berlin york metropolis cyberpunk",
    "forest": "forest wood woods tree trees jungle pine pines birch birches grove path deer",
    "dunes": "desert dune dunes sand sahara camel pyramid pyramids mars canyon",
    "botanical": "flower flowers leaf leaves plant plants garden botanical bloom rose tulip tulips poppy bouquet "
    "spring fern monstera herbs",
    "fruit": "fruit fruits apple apples pear pears orange oranges lemon lemons bowl buffet food still kitchen "
    "table breakfast plate cherries feast dessert",
    "space": "space planet planets galaxy universe cosmos saturn orbit rocket astronaut nebula comet alien stars",
    "paper": "paper cutout cut collage abstract shapes matisse terrazzo collagen organic jazz joy dance music",
    "tiles": "pattern geometric geometry tiles tile bauhaus op-art opart circles rings mosaic grid quilt mandala "
    "minimal logo concentric",
}
MOODS = {
    "night": "night midnight nocturne moon moonlight moonlit stars starry dark darkness",
    "dawn": "dawn sunrise morning early",
    "dusk": "dusk sunset evening twilight sundown golden romantic",
    "winter": "winter snow snows snowing snowy ice icy frost frozen cold christmas arctic",
    "autumn": "autumn fall october november harvest",
    "spring": "spring fresh april may blossom",
    "day": "day noon summer sunny midday bright",
}
HUES = {
    "red": 27, "scarlet": 27, "crimson": 20, "orange": 55, "amber": 70, "gold": 85, "golden": 85, "yellow": 100,
    "lime": 125, "green": 148, "emerald": 160, "mint": 168, "teal": 190, "turquoise": 195, "cyan": 210,
    "azure": 240, "blue": 255, "navy": 265, "indigo": 280, "violet": 295, "purple": 308, "lilac": 310,
    "magenta": 335, "pink": 355, "rose": 5, "coral": 35, "brown": 60,
}  # fmt: skip
GREYS = frozenset("black white grey gray monochrome noir silver".split())
MOTIFS = {
    "sun": "sun sunrise sunset sunny",
    "moon": "moon moonlight moonlit crescent",
    "stars": "star stars starry",
    "birds": "bird birds gull gulls swallow swallows crane cranes",
    "boat": "boat boats ship sail sailing sailboat yacht",
    "lighthouse": "lighthouse",
    "cat": "cat cats kitten kitty",
    "house": "house cottage cabin hut home",
    "tree": "tree trees oak",
    "balloon": "balloon balloons",
    "snow": "snow snows snowing snowy snowfall snowflakes blizzard",
    "rain": "rain rains raining rainy storm stormy drizzle",
    "clouds": "cloud clouds cloudy",
    "flowers": "flower flowers blossom blossoms poppy poppies",
    "heart": "heart love valentine",
    "rainbow": "rainbow",
}
GERMAN = {
    "meer": "sea", "berg": "mountain", "berge": "mountains", "stadt": "city", "wald": "forest", "nacht": "night",
    "sonne": "sun", "mond": "moon", "katze": "cat", "blume": "flower", "blumen": "flowers", "obst": "fruit",
    "haus": "house", "schnee": "snow", "baum": "tree", "schiff": "ship", "wüste": "desert", "weltall": "space",
    "rot": "red", "blau": "blue", "grün": "green", "gelb": "yellow", "see": "lake", "herbst": "autumn",
}  # fmt: skip

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood; `hues` are OKLCH angles in the order they were named."""

    words: tuple[str, ...]
    scene: str
    mood: str | None
    hues: tuple[int, ...]
    is_grey: bool
    motifs: tuple[str, ...]

    def says(self, *words: str) -> bool:
        return any(word in self.words for word in words)


def words_of(prompt: str) -> tuple[str, ...]:
    """The words in lower case, a few German ones put into English."""
    found = (word.lower() for word in _WORD.findall(prompt))
    return tuple(GERMAN.get(word, word) for word in found)


def read(prompt: str) -> Reading:
    """
    The first word that names a scene decides it; without one, the prompt as a whole does, by its hash.

    A cat or a house alone belongs into hills; an empty prompt is as good as any other.
    """
    words = words_of(prompt)
    scene = _first(words, SCENES)
    motifs = tuple(name for name, known in MOTIFS.items() if set(known.split()) & set(words))
    if scene is None and motifs:
        scene = "hills"
    if scene is None:
        scene = Random(f"scene:{' '.join(words)}").choice(list(SCENES))
    hues = tuple(dict.fromkeys(HUES[word] for word in words if word in HUES))
    mood = "night" if set(MOODS["night"].split()) & set(words) else _first(words, MOODS)
    return Reading(words, scene, mood, hues, bool(GREYS & set(words)), motifs)


def _first(words: tuple[str, ...], table: dict[str, str]) -> str | None:
    known = {word: name for name, group in reversed(table.items()) for word in group.split()}
    return next((known[word] for word in words if word in known), None)
