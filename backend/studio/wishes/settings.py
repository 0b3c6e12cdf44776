"""
The settings of a wish, out of a form's text or a program's JSON, against those that the model has.

Whatever the model does not list is never sent to it: a provider answers 400 to it, and a form that offered it lied.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.errors import Invalid
from studio.providers import Choice, ImageSettings, Setting, Span, Strange, Switch

LABELS = {
    "n": "the number of pictures",
    "aspect_ratio": "the aspect ratio",
    "resolution": "the resolution",
    "size": "the size",
    "quality": "the quality",
    "output_format": "the file format",
    "background": "the background",
    "seed": "the seed",
    "duration": "the length",
    "generate_audio": "the sound",
}
SEED_MOST = 2**31 - 1
SPAN_MOST = 2**53
_EXACT = re.compile(r"\d+\s*[x×]\s*\d+", re.IGNORECASE)
_WITHOUT_ALPHA = frozenset({"jpeg", "jpg"})
_TRUE, _FALSE = frozenset({"on", "true", "1", "yes"}), frozenset({"off", "false", "0", "no"})


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What was chosen, by name, and a sentence for each field whose content does not fit."""

    values: dict[str, Any]
    mistakes: dict[str, str]

    def checked(self) -> dict[str, Any]:
        """The values; raises Invalid at the first field with a mistake, all of them in its details."""
        for field, sentence in self.mistakes.items():
            raise Invalid(sentence, field=field, mistakes=self.mistakes)
        return self.values


def settings_of_form(texts: Mapping[str, str], known: ImageSettings) -> ReadSettings:
    """
    The settings that were filled in. A field that the model does not have is passed over: the form may still show
    those of the model that was chosen before.
    """
    filled = {name: text.strip() for name, text in texts.items() if text.strip()}
    return _read({name: filled[name] for name in offered(known) if name in filled}, known, _of_text)


def settings_of_json(values: Mapping[str, Any], known: ImageSettings) -> ReadSettings:
    """The same of a JSON object, where null is not given. A name that the model does not have is a mistake."""
    given = {name: value for name, value in values.items() if value is not None}
    names = offered(known)
    read = _read({name: value for name, value in given.items() if name in names}, known, _of_json)
    has = f"It has {', '.join(names)}." if names else "It has none."
    for name in given:
        if name not in names:
            shown = name[:40]
            read.mistakes[shown] = f"This model has no setting {shown}. {has}"
    return read


def offered(known: ImageSettings) -> tuple[str, ...]:
    """The names of the settings that a person may choose, in the order of a form; input pictures are none of them."""
    return tuple(
        name
        for name, setting in known.by_name.items()
        if name != "input_references" and not isinstance(setting, Strange)
    )


def canonical(settings: Mapping[str, Any]) -> str:
    """The settings as JSON that is the same for the same choice: names in order, nothing that was not chosen."""
    chosen = {name: value for name, value in settings.items() if value is not None}
    return json.dumps(chosen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class _Mistake(ValueError):
    pass


def _read(
    given: Mapping[str, Any], known: ImageSettings, read: Callable[[str, Any, Setting], Any]
) -> ReadSettings:
    values: dict[str, Any] = {}
    mistakes: dict[str, str] = {}
    for name, setting in known.by_name.items():
        if name in given:
            try:
                values[name] = read(name, given[name], _bounded(name, setting, known))
            except _Mistake as mistake:
                mistakes[name] = str(mistake)
    if not mistakes:
        mistakes |= _contradictions(values)
    return ReadSettings(values, mistakes)


def _bounded(name: str, setting: Setting, known: ImageSettings) -> Setting:
    """What a person may choose of it: a number of pictures has a limit of ours, a seed is a number."""
    if name == "n" and not isinstance(setting, Choice):
        return Span(1, known.most_pictures)
    if name == "seed" and isinstance(setting, Switch):
        return Span(0, SEED_MOST)
    return setting


def _of_text(name: str, text: str, setting: Setting) -> Any:
    if isinstance(setting, Span):
        if not (text.isascii() and text.isdigit() and len(text) <= 16):
            raise _Mistake(_span_sentence(name, setting))
        return _in_span(name, int(text), setting)
    if isinstance(setting, Switch):
        if text.lower() not in _TRUE | _FALSE:
            raise _Mistake(f"{_label(name)} is on or off.")
        return text.lower() in _TRUE
    return _of_json(name, text, setting)


def _of_json(name: str, value: Any, setting: Setting) -> Any:
    if isinstance(setting, Span):
        if isinstance(value, bool) or not isinstance(value, int):
            raise _Mistake(_span_sentence(name, setting))
        return _in_span(name, value, setting)
    if isinstance(setting, Switch):
        if not isinstance(value, bool):
            raise _Mistake(f"{_label(name)} is true or false.")
        return value
    values = setting.values if isinstance(setting, Choice) else ()
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text not in values:
        raise _Mistake(f"This model does not have that choice. {_label(name)} can be {_listed(values)}.")
    return int(text) if name == "n" and text.isascii() and text.isdigit() else text


def _in_span(name: str, value: int, span: Span) -> int:
    least, most = _ends(span)
    if not least <= value <= most:
        raise _Mistake(_span_sentence(name, span))
    return value


def _span_sentence(name: str, span: Span) -> str:
    least, most = _ends(span)
    if least == most:
        return f"{_label(name)} can only be {least:,} with this model."
    return f"{_label(name)} must be a whole number from {least:,} to {most:,}."


def _ends(span: Span) -> tuple[int, int]:
    return span.least or 0, SPAN_MOST if span.most is None else span.most


def _contradictions(values: Mapping[str, Any]) -> dict[str, str]:
    """What fits alone and not together; providers refuse both."""
    found: dict[str, str] = {}
    others = [name for name in ("aspect_ratio", "resolution") if values.get(name) not in (None, "auto")]
    if others and _EXACT.fullmatch(str(values.get("size", ""))):
        named = " and ".join(LABELS[name] for name in others)
        found["size"] = f"An exact size leaves nothing to choose: clear it, or {named}."
    if values.get("background") == "transparent" and values.get("output_format") in _WITHOUT_ALPHA:
        found["background"] = "A JPEG cannot be transparent: choose PNG or WebP, or another background."
    return found


def _label(name: str) -> str:
    label = LABELS.get(name, name.replace("_", " "))
    return label[:1].upper() + label[1:]


def _listed(values: tuple[str, ...]) -> str:
    shown = ", ".join(values[:12])
    return f"{shown} and {len(values) - 12} more" if len(values) > 12 else shown
