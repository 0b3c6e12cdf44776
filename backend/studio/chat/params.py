"""The settings of a question, out of a form's text or a program's JSON: the same rules for both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.errors import Invalid

EFFORTS = ("minimal", "low", "medium", "high")
STOPS_LIMIT = 4
STOP_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Range:
    label: str
    low: float
    high: float
    is_whole: bool = False

    def check(self, value: float, field: str) -> float:
        """The value, an int where only whole numbers fit. Raises Invalid; NaN and infinity fit nowhere."""
        fits = self.low <= value <= self.high
        if fits and not self.is_whole:
            return value
        if fits and value == int(value):
            return int(value)
        raise self.mistake(field)

    def mistake(self, field: str) -> Invalid:
        kind, form = ("a whole number", ",") if self.is_whole else ("a number", "g")
        return Invalid(
            f"{self.label} must be {kind} from {self.low:{form}} to {self.high:{form}}.", field=field
        )


RANGES = {
    "temperature": Range("The temperature", 0, 2),
    "top_p": Range("Top-p", 0, 1),
    "max_tokens": Range("The length limit", 1, 1_000_000, is_whole=True),
    "seed": Range("The seed", 0, 2**31 - 1, is_whole=True),
}
NAMES = (*RANGES, "reasoning_effort", "stop")


def params_of_form(texts: Mapping[str, str]) -> dict[str, Any]:
    """The settings that were filled in, as numbers; raises Invalid with the field for one that does not fit."""
    found: dict[str, Any] = {}
    for name, allowed in RANGES.items():
        text = texts.get(name, "").strip()
        if text:
            found[name] = allowed.check(_number(text, allowed, name), name)
    effort = texts.get("reasoning_effort", "")
    if effort:
        found["reasoning_effort"] = _effort(effort)
    return found


def params_of_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a JSON object, where null is not given; raises Invalid, also for a name that nobody knows."""
    unknown = [name for name in values if name not in NAMES]
    if unknown:
        named = ", ".join(name[:40] for name in unknown[:5])
        raise Invalid(
            f"params: unknown {named}. Known are {', '.join(NAMES)}, system_prompt.", field="params"
        )
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        if name == "reasoning_effort":
            found[name] = _effort(value)
        elif name == "stop":
            found[name] = _stops(value)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise RANGES[name].mistake(name)
        else:
            found[name] = RANGES[name].check(value, name)
    return found


def _number(text: str, allowed: Range, field: str) -> float:
    if allowed.is_whole:
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            raise allowed.mistake(field)
        return int(text)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise allowed.mistake(field) from None


def _effort(value: object) -> str:
    if value not in EFFORTS:
        raise Invalid(
            f"Choose how hard to think from the list: {', '.join(EFFORTS)}.", field="reasoning_effort"
        )
    return str(value)


def _stops(value: object) -> list[str]:
    words = [value] if isinstance(value, str) else value
    if (
        not isinstance(words, list)
        or not 1 <= len(words) <= STOPS_LIMIT
        or not all(isinstance(word, str) and 1 <= len(word) <= STOP_CHARACTERS for word in words)
    ):
        raise Invalid(f"stop is 1 to {STOPS_LIMIT} texts of 1 to {STOP_CHARACTERS} characters.", field="stop")
    return words
