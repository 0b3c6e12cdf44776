"""
What a video may cost, before it is made.

Prices stand under names that every provider words as it likes. Those are reckoned with whose unit is known: so much for
a second (`duration_seconds…` in dollars, `cents_per_…second…` in cents), for a picture that goes in, and a least price.
Of the lines that may hold the worst case takes the dearest and the likely one what fits the choice best. A line that
may hold and whose unit nobody knows makes the worst case unknown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

from studio.catalogue.estimate import NANO, Estimate
from studio.catalogue.model import Model
from studio.providers import VideoSettings

_CENT = Decimal("0.01")
_RESOLUTION = re.compile(r"(?<![a-z0-9])(\d{3,4}p|[1248]k)(?![a-z0-9])")
_EXACT = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})", re.IGNORECASE)
_SECOND = re.compile(r"duration_seconds|per_(?:\w+_)?second")
# About what we never send: videos that go in, and work on finished ones.
_NEVER = ("continuation", "video_input", "video_to_video", "upscale", "extension", "edit", "megapixel")


@dataclass(frozen=True, slots=True)
class _Line:
    """USD for a second under some conditions; None for a condition is always."""

    usd: Decimal | None
    resolution: str | None
    has_audio: bool | None
    begins_with: str | None  # words | frames | references

    @property
    def conditions(self) -> int:
        return sum(each is not None for each in (self.resolution, self.has_audio, self.begins_with))


@dataclass(frozen=True, slots=True)
class _Prices:
    seconds: tuple[_Line, ...]
    picture_usd: Decimal
    least_usd: Decimal
    has_others: bool


def estimate_video(
    model: Model, settings: Mapping[str, Any], *, frames: int = 0, references: int = 0
) -> Estimate:
    """Worst and likely cost of one video that begins with so many pictures; None where a price is not known."""
    known = model.video_settings or VideoSettings()
    prices = _read(model.video_pricing or {})
    lines = _holding(prices.seconds, settings, known, frames, references)
    worst = likely = None
    if lines:
        most, usual = _seconds(settings, known)
        pictures = prices.picture_usd * (frames + references)
        rates = [line.usd for line in lines if line.usd is not None]
        if not prices.has_others and most is not None and len(rates) == len(lines):
            worst = max(max(rates) * most + pictures, prices.least_usd)
        rate = max(lines, key=lambda line: line.conditions).usd
        if rate is not None and usual is not None:
            likely = max(rate * usual + pictures, prices.least_usd)
    return Estimate(_rounded(worst), _rounded(likely), 0, None)


def _rounded(usd: Decimal | None) -> Decimal | None:
    return None if usd is None else usd.quantize(NANO, ROUND_UP)


def _read(pricing: Mapping[str, Decimal | None]) -> _Prices:
    seconds: list[_Line] = []
    picture, least, has_others = Decimal(0), Decimal(0), False
    for name, told in pricing.items():
        text = name.lower().replace("-", "_").replace(" ", "_")
        usd = told * _CENT if told is not None and "cents" in text else told
        if any(word in text for word in _NEVER):
            continue
        if text.startswith("minimum_cents") and usd is not None:
            least = max(least, usd)
        elif text in ("reference_images", "cents_per_image_input") and usd is not None:
            picture = max(picture, usd)
        elif _SECOND.search(text):
            seconds.append(_line(text, usd))
        else:
            has_others = True
    return _Prices(tuple(seconds), picture, least, has_others)


def _line(text: str, usd: Decimal | None) -> _Line:
    found = _RESOLUTION.search(text.replace("_", " "))
    audio = {"with_audio": True, "without_audio": False}
    begins = {"text_to_video": "words", "image_to_video": "frames", "reference": "references"}
    return _Line(
        usd,
        found[1] if found else None,
        next((is_so for word, is_so in audio.items() if word in text), None),
        next((how for word, how in begins.items() if word in text), None),
    )


def _holding(
    lines: Iterable[_Line], settings: Mapping[str, Any], known: VideoSettings, frames: int, references: int
) -> list[_Line]:
    """The lines that may hold. What was not chosen is the model's own choice: any of its resolutions, its sound."""
    resolution = _resolution(settings)
    has_audio = bool(settings.get("generate_audio", known.has_audio))
    begins_with = "frames" if frames else "references" if references else "words"
    return [
        line
        for line in lines
        if line.has_audio in (None, has_audio)
        and line.begins_with in (None, begins_with)
        and (resolution is None or line.resolution in (None, resolution))
    ]


def _resolution(settings: Mapping[str, Any]) -> str | None:
    """Lower case, of the choice or of an exact size, whose name is its shorter side; None if nothing was chosen."""
    if found := _EXACT.fullmatch(str(settings.get("size") or "")):
        return f"{min(int(found[1]), int(found[2]))}p"
    chosen = settings.get("resolution")
    return str(chosen).lower() if chosen else None


def _seconds(settings: Mapping[str, Any], known: VideoSettings) -> tuple[int | None, int | None]:
    """The most, and what is usual."""
    chosen = settings.get("duration")
    if isinstance(chosen, int) and chosen > 0:
        return chosen, chosen
    return max(known.durations, default=None), min(known.durations, default=None)
