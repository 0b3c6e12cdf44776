"""
Which settings a model has for its pictures, as its provider lists them: a form shows these and nothing else, and
nothing else is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from studio.providers.loose import number, string

# In the order in which a form shows them; others that a provider lists are kept and follow.
USUAL = (
    "n",
    "aspect_ratio",
    "resolution",
    "size",
    "quality",
    "output_format",
    "background",
    "seed",
    "input_references",
)
MOST_PICTURES = 10  # of one request, whatever a list says
MOST_INPUTS = 16
MOST_VALUES = 200
MOST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words. The list is open: words that nobody knows are as good as others."""

    values: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"type": "enum", "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class Span:
    """A whole number within limits; None is no limit."""

    least: int | None = None
    most: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"type": "range", "min": self.least, "max": self.most}


@dataclass(frozen=True, slots=True)
class Switch:
    """The model takes it, and more is not said: a seed is any number, other things are on or off."""

    def as_json(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Strange:
    """A kind of setting that came later than this program; it is told and not offered."""

    kind: str

    def as_json(self) -> dict[str, Any]:
        return {"type": self.kind}


Setting = Choice | Span | Switch | Strange


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """`by_name` has the usual ones first. `streams`: drafts can be had while the picture is made."""

    by_name: Mapping[str, Setting] = field(default_factory=dict)
    streams: bool = False

    def get(self, name: str) -> Setting | None:
        return self.by_name.get(name)

    def choices(self, name: str) -> tuple[str, ...]:
        """The words to choose from; empty where there is no such choice."""
        setting = self.by_name.get(name)
        return setting.values if isinstance(setting, Choice) else ()

    @property
    def most_pictures(self) -> int:
        """1 where the model does not list a number: it makes one, and refuses to be asked for more."""
        return self._most("n", MOST_PICTURES) or 1

    @property
    def most_inputs(self) -> int:
        return self._most("input_references", MOST_INPUTS)

    @property
    def least_inputs(self) -> int:
        """1 or more for models that only change pictures."""
        setting = self.by_name.get("input_references")
        least = setting.least if isinstance(setting, Span) else None
        return min(least or 0, self.most_inputs)

    def as_json(self) -> dict[str, Any]:
        parameters = {name: setting.as_json() for name, setting in self.by_name.items()}
        return {"parameters": parameters, "streams": self.streams}

    def _most(self, name: str, limit: int) -> int:
        setting = self.by_name.get(name)
        if isinstance(setting, Span):
            return limit if setting.most is None else min(setting.most, limit)
        if isinstance(setting, Choice):  # such as ["1", "2", "4"]
            numbers = [int(value) for value in setting.values if value.isascii() and value.isdigit()]
            return min(max(numbers, default=0), limit)
        return limit if isinstance(setting, Switch) else 0


def settings_of(parameters: object, *, streams: object = False) -> ImageSettings:
    """From `supported_parameters` of a list, or of what `as_json` gave; whatever is none is left out."""
    found: dict[str, Setting] = {}
    for name, told in parameters.items() if isinstance(parameters, dict) else ():
        setting = _setting(told)
        if setting is not None and isinstance(name, str) and 0 < len(name) <= MOST_TEXT:
            found[name] = setting
    usual = {name: found.pop(name) for name in USUAL if name in found}
    return ImageSettings({**usual, **found}, streams=streams is True)


def image_settings_from_json(document: Mapping[str, Any]) -> ImageSettings:
    """What `as_json` gave."""
    return settings_of(document.get("parameters"), streams=document.get("streams"))


def _setting(told: object) -> Setting | None:
    if isinstance(told, list):
        return _choice(told)
    if not isinstance(told, dict):
        return Switch() if told is True else None
    kind = string(told.get("type")) or ("enum" if "values" in told else "range" if "max" in told else "")
    if kind == "enum":
        return _choice(told.get("values"))
    if kind in ("range", "integer", "number"):
        return _span(_whole(told.get("min")), _whole(told.get("max")))
    if kind == "boolean":
        return Switch()
    return Strange(kind[:MOST_TEXT]) if kind else None


def _choice(values: object) -> Choice | None:
    if not isinstance(values, list):
        return None
    texts = (_text(value) for value in values)
    known = tuple(dict.fromkeys(text for text in texts if text and len(text) <= MOST_TEXT))
    return Choice(known[:MOST_VALUES]) if known else None


def _text(value: object) -> str | None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return string(value.strip()) if isinstance(value, str) else None


def _span(least: int | None, most: int | None) -> Span | None:
    return None if least is not None and most is not None and most < least else Span(least, most)


def _whole(value: object) -> int | None:
    found = number(value)
    return int(found) if found is not None and found == int(found) and found <= 2**53 else None
