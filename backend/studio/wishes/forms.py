"""What the composers of pictures and of videos send alike, as text; nothing is judged while it is read."""

import random
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from fastapi import UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Sent

from studio.accounts.access import Person
from studio.catalogue.agreed import OtherSettings
from studio.chat.checking import clean
from studio.errors import StudioError
from studio.once.once import Once, once_of_form
from studio.wishes.settings import SEED_MOST, ReadSettings

# Names of every form; those of its pictures come to them, and each other field is a setting of some model.
_OWN_NAMES = frozenset("csrf prompt model parent_id seen_usd idempotency_key settings_of".split())
_FIELDS_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WishForm:
    """`settings` as typed, by name; what a wish begins with is for each kind to add."""

    prompt: str = ""
    model: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parent_id: str = ""
    seen_usd: str = ""  # the price that the button showed
    key: str = ""  # of this rendering of the form
    settings_of: str = ""  # the model whose settings it showed
    notes: tuple[str, ...] = ()  # sentences about the files that were kept


Form = TypeVar("Form", bound=WishForm)


def form_sent(sent: FormData, form: type[Form], picture_names: AbstractSet[str]) -> Form:
    """The fields that every form has, as they came; those named `picture_names` are left to the caller."""
    texts = {name: clean(value) for name, value in sent.items() if isinstance(value, str)}
    settings = [each for each in texts.items() if each[0] not in _OWN_NAMES | picture_names]
    return form(
        prompt=texts.get("prompt", ""),
        model=texts.get("model", "").strip(),
        settings=dict(settings[:_FIELDS_LIMIT]),
        parent_id=texts.get("parent_id", ""),
        seen_usd=texts.get("seen_usd", ""),
        key=texts.get("idempotency_key", ""),
        settings_of=texts.get("settings_of", ""),
    )


def files_sent(sent: FormData, name: str) -> list[UploadFile]:
    """The files of one field; a browser sends an empty one where nothing was chosen."""
    return [
        file  # type: ignore[misc]  # Starlette's own class; FastAPI's is a subclass that it never makes
        for file in sent.getlist(name)
        if isinstance(file, Sent) and (file.filename or file.size)
    ]


def once_of_wish(person: Person, kind: str, form: WishForm, inputs: object, files: object) -> Once | None:
    """Of the form as it came, before its files are kept; what it showed as the price is no part of the wish."""
    settings = {name: text for name, text in form.settings.items() if text}
    asked = [form.prompt, form.model, settings, inputs, form.parent_id, files]
    return once_of_form(person.id, form.key, kind, asked)


def with_own_settings(form: Form, fitted: Form) -> tuple[Form, OtherSettings | None]:
    """
    The form as it came; or, where it came with settings of another model that its own does not have, as it is `fitted`
    to its own and OtherSettings, so that nothing is made that nobody saw.
    """
    if form.settings_of in ("", form.model) or form.settings.items() <= fitted.settings.items():
        return form, None
    return fitted, OtherSettings()


def mistakes_of(error: StudioError | None, read: ReadSettings | None) -> dict[str, str]:
    """What is wrong with which setting, by name: as the error says it, if it is about settings."""
    if error is None:
        return {}
    mistakes: dict[str, str] = dict(error.details.get("mistakes") or {})  # type: ignore[call-overload]
    if error.field and read and error.field in read.mistakes:
        mistakes.setdefault(error.field, error.text)
    return mistakes


def parent_of(text: str) -> UUID | None:
    """What this was made from, or None; a hidden field that somebody changed is no reason to refuse."""
    try:
        return UUID(text)
    except ValueError:
        return None


def texts_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Settings as a form shows them."""
    found = {}
    for name, value in params.items():
        if isinstance(value, bool):
            found[name] = "on" if value else "off"
        elif isinstance(value, str | int | float):
            found[name] = str(value)
    return found


def varied(form: Form) -> Form:
    """The same with another seed."""
    return replace(form, settings={**form.settings, "seed": str(random.randint(0, SEED_MOST))})
