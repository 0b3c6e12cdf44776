"""
What pictures may cost, before they are made.

Prices are so much for a picture, a megapixel or a token, by variant, at each endpoint of a model; which endpoint
answers, the provider decides. So the worst case is the dearest endpoint and its dearest line that may hold, the likely
one the cheapest endpoint and the first line. One endpoint that says nothing makes the worst case unknown.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_UP, Decimal
from typing import Any

from studio.catalogue.estimate import NANO, Estimate
from studio.catalogue.model import Model
from studio.providers import Choice, ImagePrice, ImageSettings

# Tokens of one picture: the most that was seen is 6,240, for 1536 × 1024 in high quality; larger ones grow with their
# area. Usual are 1,300.
MOST_PICTURE_TOKENS = 8_192
MOST_TOKENS_PER_MEGAPIXEL = 4_096
USUAL_PICTURE_TOKENS = 1_300
MOST_WORD_TOKENS = 2_048  # beside a picture in a chat
USUAL_WORD_TOKENS = 100

_MEGAPIXEL = Decimal(1_000_000)
_EXACT = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})", re.IGNORECASE)
_TIER = re.compile(r"(\d{1,4}(?:\.\d)?)\s*(k?)", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;/|_()-]+")
_USUAL_MEGAPIXELS = Decimal("1.1")
_STRETCH = Decimal("1.15")  # the area of an aspect ratio may be a little over that of its square


def estimate_images(
    model: Model, settings: Mapping[str, Any], inputs: int, *, prompt_bytes: int = 0
) -> Estimate:
    """Worst and likely cost of one request with so many input pictures; None where a price is not known."""
    count = _wanted(settings)
    offers = [offer for offer in model.image_pricing or () if offer]
    worst = [
        _offer_cost(model, offer, settings, inputs, prompt_bytes, count, is_worst=True) for offer in offers
    ]
    likely = [
        _offer_cost(model, offer, settings, inputs, prompt_bytes, count, is_worst=False) for offer in offers
    ]
    known = [cost for cost in likely if cost is not None]
    is_bounded = model.has_image_price and None not in worst
    worst_usd = max((cost for cost in worst if cost is not None), default=None) if is_bounded else None
    return Estimate(
        worst_usd=None if worst_usd is None else worst_usd.quantize(NANO, ROUND_UP),
        likely_usd=min(known).quantize(NANO, ROUND_UP) if known else None,
        input_tokens=prompt_bytes,
        output_tokens=None,
    )


def _wanted(settings: Mapping[str, Any]) -> int:
    number = settings.get("n")
    return number if isinstance(number, int) and number > 0 else 1


def _offer_cost(
    model: Model,
    offer: Iterable[ImagePrice],
    settings: Mapping[str, Any],
    inputs: int,
    prompt_bytes: int,
    count: int,
    *,
    is_worst: bool,
) -> Decimal | None:
    """The sum of one endpoint; None if nothing there is about the output, or if a line cannot be reckoned with."""
    total = Decimal(0)
    has_output = False
    for kind, lines in _alternatives(offer).items():
        has_output = has_output or kind == "output_image"
        holding = _holding(lines, settings, model.image_settings or ImageSettings())
        costs: list[Decimal] = []
        for line in holding:
            amount = _amount(line, model, settings, inputs, prompt_bytes, count, is_worst)
            if amount is None:
                return None
            costs.append(line.usd * amount)
        total += max(costs) if is_worst else costs[0]
    return total if has_output else None


def _alternatives(offer: Iterable[ImagePrice]) -> dict[str, list[ImagePrice]]:
    """Lines of which one holds. An input may be charged by the picture and by its tokens, which then add up."""
    found: dict[str, list[ImagePrice]] = {}
    for line in offer:
        kind = line.billable if line.billable == "output_image" else f"{line.billable} {line.unit}"
        found.setdefault(kind, []).append(line)
    return found


def _holding(lines: list[ImagePrice], settings: Mapping[str, Any], known: ImageSettings) -> list[ImagePrice]:
    """
    The lines that may hold for these settings: a variant is out if it names another value of a setting that was chosen.

    If that leaves none, the names mean something else, and any of them may hold.
    """
    chosen = {name: str(value).lower() for name, value in settings.items() if value not in (None, "auto")}
    holding = [line for line in lines if not _is_out(line.variant, chosen, known)]
    return holding or lines


def _is_out(variant: str | None, chosen: Mapping[str, str], known: ImageSettings) -> bool:
    words = {word.lower() for word in _WORD.findall(variant or "")}
    for name, setting in known.by_name.items():
        if isinstance(setting, Choice) and name in chosen:
            named = words & {value.lower() for value in setting.values}
            if named and chosen[name] not in named:
                return True
    return False


def _amount(
    line: ImagePrice,
    model: Model,
    settings: Mapping[str, Any],
    inputs: int,
    prompt_bytes: int,
    count: int,
    is_worst: bool,
) -> Decimal | None:
    """How many units of the line are charged at most, or usually; None for a unit that nobody knows."""
    if line.billable == "input_text":
        return Decimal(prompt_bytes if is_worst else -(-prompt_bytes // 4)) if line.unit == "token" else None
    if line.billable == "output_text":
        return Decimal(MOST_WORD_TOKENS if is_worst else USUAL_WORD_TOKENS) if line.unit == "token" else None
    if line.billable == "input_font":
        return Decimal(0)  # we send none
    is_output = line.billable == "output_image"
    if not is_output and line.billable not in ("input_image", "input_reference"):
        return None
    pictures = Decimal(count if is_output else inputs)
    if line.unit == "image" or not pictures:
        return pictures
    megapixels = _megapixels(model, settings, is_output=is_output, is_worst=is_worst)
    if line.unit == "megapixel":
        return None if megapixels is None else pictures * megapixels
    if line.unit == "token":
        return pictures * (_most_tokens(megapixels) if is_worst else Decimal(USUAL_PICTURE_TOKENS))
    return None


def _most_tokens(megapixels: Decimal | None) -> Decimal:
    beyond = max((megapixels or Decimal(0)) - 2, Decimal(0))
    return MOST_PICTURE_TOKENS + MOST_TOKENS_PER_MEGAPIXEL * beyond


def _megapixels(
    model: Model, settings: Mapping[str, Any], *, is_output: bool, is_worst: bool
) -> Decimal | None:
    """The area of one picture; None if nothing says how large it may become."""
    if not is_output:
        return Decimal(4) if is_worst else _USUAL_MEGAPIXELS  # what people send is scaled down before
    known = model.image_settings or ImageSettings()
    for name in ("size", "resolution"):
        if (area := _area(settings.get(name))) is not None:
            return area
    if not is_worst:
        return _USUAL_MEGAPIXELS
    areas = [
        area for name in ("size", "resolution") for value in known.choices(name) if (area := _area(value))
    ]
    return max(areas, default=None)


def _area(size: object) -> Decimal | None:
    """Megapixels of `1536x1024`, of a tier such as `2K` (its square) or `512`; None for other words."""
    text = str(size).strip() if size is not None else ""
    if found := _EXACT.fullmatch(text):
        return Decimal(int(found[1]) * int(found[2])) / _MEGAPIXEL
    if found := _TIER.fullmatch(text):
        side = Decimal(found[1]) * (1024 if found[2] else 1)
        return side * side / _MEGAPIXEL * _STRETCH if side >= 64 else None
    return None
