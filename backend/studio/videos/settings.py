"""
The settings of a video, out of a form's text or a program's JSON, against those that the model has.

They are read as those of pictures are: the model's lists become the same kinds of settings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from studio.providers import Choice, ImageSettings, Role, Setting, Span, Switch, VideoSettings
from studio.wishes.settings import (
    SEED_MOST,
    ReadSettings,
    settings_of_form,
    settings_of_json,
)

ROLE_NAMES = {
    Role.FIRST_FRAME: "a first frame",
    Role.LAST_FRAME: "a last frame",
    Role.REFERENCE: "pictures to go by",
}
USUAL_SECONDS = 4


def form_settings(known: VideoSettings) -> ImageSettings:
    """What a person may choose, in the order of a form; a list of nothing is no setting."""
    listed: dict[str, tuple[str, ...]] = {
        "duration": tuple(str(seconds) for seconds in known.durations),
        "aspect_ratio": known.aspect_ratios,
        "resolution": known.resolutions,
        "size": known.sizes,
    }
    found: dict[str, Setting] = {name: Choice(values) for name, values in listed.items() if values}
    if known.has_audio:
        found["generate_audio"] = Switch()
    if known.has_seed:
        found["seed"] = Span(0, SEED_MOST)
    return ImageSettings(found)


def read_form(texts: Mapping[str, str], known: VideoSettings) -> ReadSettings:
    """The settings that were filled in. What the model does not have is passed over."""
    return _in_seconds(settings_of_form(texts, form_settings(known)))


def read_json(values: Mapping[str, Any], known: VideoSettings) -> ReadSettings:
    """The same of a JSON object. A name that the model does not have is a mistake."""
    return _in_seconds(settings_of_json(values, form_settings(known)))


def usual_settings(known: VideoSettings) -> dict[str, str]:
    """
    What a form that nobody filled in yet has chosen: left to the model, the price on the button would be that of the
    longest and sharpest that it has.
    """
    found = {}
    if known.durations:
        found["duration"] = str(
            next((each for each in known.durations if each >= USUAL_SECONDS), known.durations[-1])
        )
    if known.resolutions:
        found["resolution"] = "720p" if "720p" in known.resolutions else known.resolutions[0]
    return found


def mistake_in_roles(roles: Sequence[Role], known: VideoSettings) -> str | None:
    """What is wrong with these input pictures, as a sentence; None if nothing is."""
    if not roles:
        return None
    if not known.takes_pictures:
        return "This model takes no pictures, only words."
    for role, is_taken in (
        (Role.FIRST_FRAME, known.takes_first),
        (Role.LAST_FRAME, known.takes_last),
        (Role.REFERENCE, known.most_references > 0),
    ):
        if role in roles and not is_taken:
            return f"This model does not take {ROLE_NAMES[role]}."
        if role is not Role.REFERENCE and roles.count(role) > 1:
            return f"A video has one {role.value.replace('_', ' ')}."
    if roles.count(Role.REFERENCE) > known.most_references:
        return f"This model goes by at most {known.most_references} pictures."
    if Role.REFERENCE in roles and set(roles) != {Role.REFERENCE}:
        return "Either frames or pictures to go by: with a frame the others would be ignored."
    return None


def usual_roles(count: int, known: VideoSettings) -> list[Role]:
    """What so many pictures are for where nobody said so: the first frame, then the last, or all to go by."""
    if not known.frames and known.most_references:
        return [Role.REFERENCE] * count
    frames = [Role.LAST_FRAME if known.frames == (Role.LAST_FRAME,) else Role.FIRST_FRAME, Role.LAST_FRAME]
    return [frames[min(number, 1)] for number in range(count)]


def _in_seconds(read: ReadSettings) -> ReadSettings:
    if "duration" not in read.values:
        return read
    return replace(read, values={**read.values, "duration": int(read.values["duration"])})
