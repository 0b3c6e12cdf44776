"""The settings of a model as fields of a form: only what this model has, each as what it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.providers import Choice, ImageSettings, Setting, Span
from studio.wishes.settings import LABELS, offered

AUTOMATIC = "Automatic"
BUTTONS_MOST = 4  # as many numbers of pictures stand side by side
BOX_PX = 20  # of a drawn shape

_RATIO = re.compile(r"(\d{1,3}(?:\.\d)?):(\d{1,3}(?:\.\d)?)")
_HINTS = {
    "seed": "The same seed makes the same picture again",
    "size": "Width and height in pixels",
    "background": "Transparent needs PNG or WebP",
}
_NAMES = {
    "n": "Pictures",
    "aspect_ratio": "Shape",
    "resolution": "Resolution",
    "output_format": "File format",
    "output_compression": "Compression",
}


@dataclass(frozen=True, slots=True)
class Option:
    """`width_px` and `height_px` draw a shape; None where there is none to draw."""

    value: str
    text: str
    is_chosen: bool
    width_px: int | None = None
    height_px: int | None = None

    @property
    def x(self) -> float:
        return (BOX_PX - (self.width_px or 0)) / 2

    @property
    def y(self) -> float:
        return (BOX_PX - (self.height_px or 0)) / 2


@dataclass(frozen=True, slots=True)
class Field:
    """`options` is empty for a number; `is_row`: the options stand side by side."""

    name: str
    label: str
    value: str
    options: Sequence[Option] = ()
    is_row: bool = False
    hint: str | None = None
    placeholder: str = ""
    error: str | None = None


def fields_of(known: ImageSettings, texts: Mapping[str, str], mistakes: Mapping[str, str]) -> list[Field]:
    """The fields in the order of a form, each with what was typed and what is wrong with it."""
    names = offered(known)
    return [
        _field(name, known.by_name[name], known, texts.get(name, "").strip(), mistakes.get(name))
        for name in names
        if not (name == "n" and known.most_pictures == 1)
    ]


def ratio_of(text: str) -> tuple[int, int] | None:
    """Width and height of `16:9`, scaled so that both are whole; None for words such as `auto`."""
    found = _RATIO.fullmatch(text.strip())
    if found is None:
        return None
    width, height = round(float(found[1]) * 10), round(float(found[2]) * 10)
    return (width, height) if width and height and max(width, height) <= 50 * min(width, height) else None


def _field(name: str, setting: Setting, known: ImageSettings, value: str, error: str | None) -> Field:
    if name == "n":
        numbers = known.choices("n") or tuple(str(n) for n in range(1, known.most_pictures + 1))
        return Field(
            name,
            _NAMES[name],
            value,
            [Option(number, number, number == (value or numbers[0])) for number in numbers],
            is_row=len(numbers) <= BUTTONS_MOST,
            error=error,
        )
    label = _NAMES.get(name) or LABELS.get(name, name.replace("_", " ")).removeprefix("the ").capitalize()
    if isinstance(setting, Choice):
        return Field(name, label, value, _options(name, setting, value), name == "aspect_ratio", error=error)
    if isinstance(setting, Span) or name == "seed":
        hint = _HINTS.get(name) or _span_hint(setting)
        placeholder = "random" if name == "seed" else "automatic"
        return Field(name, label, value, hint=hint, placeholder=placeholder, error=error)
    switch = [("", AUTOMATIC), ("on", "Yes"), ("off", "No")]
    return Field(name, label, value, [Option(v, text, v == value) for v, text in switch], error=error)


def _options(name: str, setting: Choice, value: str) -> list[Option]:
    """What was chosen stays in the list even if this model does not have it: the mistake stands beside it."""
    chosen = "" if value == "auto" and "auto" in setting.values else value
    values = [known for known in setting.values if known != "auto"]
    if chosen and chosen not in values:
        values.append(chosen)
    found = [Option("", "Auto" if name == "aspect_ratio" else AUTOMATIC, not chosen)]
    for known in values:
        size = _drawn(known) if name == "aspect_ratio" else None
        text = known.replace("x", " × ") if name == "size" else known
        width, height = size or (None, None)
        found.append(Option(known, text, known == chosen, width, height))
    return found


def _drawn(ratio: str) -> tuple[int, int] | None:
    shape = ratio_of(ratio)
    if shape is None:
        return None
    scale = (BOX_PX - 2) / max(shape)
    return max(3, round(shape[0] * scale)), max(3, round(shape[1] * scale))


def _span_hint(setting: Setting) -> str | None:
    if not isinstance(setting, Span) or setting.least is None or setting.most is None:
        return None
    return f"{setting.least:,} to {setting.most:,}"
