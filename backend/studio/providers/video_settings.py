"""
Which settings a model has for its videos, as its provider lists them. What is not listed is not offered, and never
sent: null in a list means "not to be chosen".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from studio.providers.loose import count, mapping, money, words

MOST_VALUES = 100
MOST_TEXT = 40
MOST_SECONDS = 3600
MOST_REFERENCES = 4
MOST_SKUS = 200
MOST_USD = Decimal(1_000_000)
FIRST_FRAME, LAST_FRAME = "first_frame", "last_frame"

VideoPricing = Mapping[
    str, Decimal | None
]  # by the provider's own names; None is a price that cannot be read


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """
    An empty list is a setting that cannot be chosen. `durations` are whole seconds, the shortest first.

    No list tells whether a model takes references; `most_references` is 0 unless a price or an entry names them.
    """

    durations: tuple[int, ...] = ()
    resolutions: tuple[str, ...] = ()
    aspect_ratios: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()  # first_frame, last_frame
    most_references: int = 0
    has_audio: bool = False
    has_seed: bool = False

    @property
    def takes_first(self) -> bool:
        return FIRST_FRAME in self.frames

    @property
    def takes_last(self) -> bool:
        return LAST_FRAME in self.frames

    @property
    def takes_pictures(self) -> bool:
        return bool(self.frames or self.most_references)

    def as_json(self) -> dict[str, Any]:
        return {
            "durations": list(self.durations),
            "resolutions": list(self.resolutions),
            "aspect_ratios": list(self.aspect_ratios),
            "sizes": list(self.sizes),
            "frame_images": list(self.frames),
            "input_references": self.most_references,
            "generate_audio": self.has_audio,
            "seed": self.has_seed,
        }


def video_settings_of(entry: Mapping[str, Any]) -> VideoSettings:
    """From an entry of `GET /videos/models`; whatever is no list of words is as good as none."""
    frames = words(entry.get("supported_frame_images"))
    return VideoSettings(
        durations=_seconds(entry.get("supported_durations")),
        resolutions=_words(entry.get("supported_resolutions")),
        aspect_ratios=_words(entry.get("supported_aspect_ratios")),
        sizes=_words(entry.get("supported_sizes")),
        frames=tuple(frame for frame in (FIRST_FRAME, LAST_FRAME) if frame in frames),
        most_references=_references(entry),
        has_audio=entry.get("generate_audio") is True,
        has_seed=entry.get("seed") is True,
    )


def video_settings_from_json(document: Mapping[str, Any]) -> VideoSettings:
    """What `as_json` gave."""
    return VideoSettings(
        durations=_seconds(document.get("durations")),
        resolutions=_words(document.get("resolutions")),
        aspect_ratios=_words(document.get("aspect_ratios")),
        sizes=_words(document.get("sizes")),
        frames=words(document.get("frame_images")),
        most_references=count(document.get("input_references")) or 0,
        has_audio=document.get("generate_audio") is True,
        has_seed=document.get("seed") is True,
    )


def video_pricing_of(skus: object) -> VideoPricing:
    """From `pricing_skus`: each name with its price. One that cannot be read is kept, since it may hold."""
    found: dict[str, Decimal | None] = {}
    for name, told in list(mapping(skus).items())[:MOST_SKUS]:
        price = money(told)
        found[str(name)[: MOST_TEXT * 2]] = price if price is not None and price < MOST_USD else None
    return found


def video_pricing_as_json(pricing: VideoPricing) -> dict[str, str | None]:
    return {name: None if price is None else format(price, "f") for name, price in pricing.items()}


def _references(entry: Mapping[str, Any]) -> int:
    listed = count(entry.get("supported_input_references"))
    if listed is not None:
        return min(listed, MOST_REFERENCES)
    named = (*mapping(entry.get("pricing_skus")), *words(entry.get("supported_frame_images")))
    return MOST_REFERENCES if any("reference" in name for name in named) else 0


def _words(value: object) -> tuple[str, ...]:
    told = (text for text in words(value) if len(text) <= MOST_TEXT)
    return tuple(dict.fromkeys(told))[:MOST_VALUES]


def _seconds(value: object) -> tuple[int, ...]:
    """Sorted, since lists are not; a length of no time, or of hours, is none."""
    told: Sequence[Any] = value if isinstance(value, list) else ()
    known = {seconds for each in told if (seconds := count(each)) and seconds <= MOST_SECONDS}
    return tuple(sorted(known))[:MOST_VALUES]
