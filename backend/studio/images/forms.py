"""What a person sends with the composer of pictures, as text; every mistake goes back to its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Sent

from studio.accounts.access import Person
from studio.assets import assets
from studio.assets.picture import take_in_picture
from studio.catalogue.agreed import OtherSettings
from studio.catalogue.model import Model
from studio.chat.ask import clean
from studio.errors import Invalid, StudioError
from studio.images.settings import ReadSettings, settings_of_form
from studio.images.wish import KIND, Wish, known_settings, painting_model
from studio.once.once import Once, digests_of, once_of_form
from studio.wiring import Studio

# Names of the form itself; every other field is a setting of some model.
OWN_NAMES = frozenset(
    "csrf prompt model asset_ids pictures parent_id seen_usd chosen idempotency_key settings_of".split()
)
INPUTS_LIMIT = 16
_FIELDS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class ImageForm:
    """
    `settings` as typed, by name; `files` were chosen now, `asset_ids` are pictures that are kept already. An estimate
    comes without files and only says how many were `chosen`.
    """

    prompt: str = ""
    model: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    asset_ids: tuple[str, ...] = ()
    parent_id: str = ""
    seen_usd: str = ""  # the price that the button showed
    key: str = ""  # of this rendering of the form
    settings_of: str = ""  # the model whose settings it showed
    files: tuple[UploadFile, ...] = ()
    chosen: int = 0


async def image_form(request: Request) -> ImageForm:
    """Dependency: the fields as they came; nothing is judged yet."""
    sent: FormData = await request.form(max_files=INPUTS_LIMIT * 2)
    texts = {name: clean(value) for name, value in sent.items() if isinstance(value, str)}
    settings = {name: text for name, text in texts.items() if name not in OWN_NAMES}
    return ImageForm(
        prompt=texts.get("prompt", ""),
        model=texts.get("model", "").strip(),
        settings=dict(list(settings.items())[:_FIELDS_LIMIT]),
        asset_ids=tuple(dict.fromkeys(id_ for id_ in sent.getlist("asset_ids") if isinstance(id_, str))),
        parent_id=texts.get("parent_id", ""),
        seen_usd=texts.get("seen_usd", ""),
        key=texts.get("idempotency_key", ""),
        settings_of=texts.get("settings_of", ""),
        chosen=len(sent.getlist("chosen")),
        files=tuple(
            file  # type: ignore[misc]  # Starlette's own class; FastAPI's is a subclass that it never makes
            for file in sent.getlist("pictures")
            if isinstance(file, Sent) and (file.filename or file.size)
        ),
    )


Composer = Annotated[ImageForm, Depends(image_form)]


def once_of(person: Person, form: ImageForm) -> Once | None:
    """Of the form as it came, before its files are kept; what it showed as the price is no part of the wish."""
    settings = {name: text for name, text in form.settings.items() if text}
    files = digests_of(file.file for file in form.files)
    asked = [form.prompt, form.model, settings, form.asset_ids, form.parent_id, files]
    return once_of_form(person.id, form.key, KIND, asked)


def with_kept_files(studio: Studio, person: Person, form: ImageForm) -> tuple[ImageForm, StudioError | None]:
    """
    The chosen files kept and named among the pictures, so that they survive a mistake elsewhere in the form; and what
    was wrong with the first that is no picture (field `pictures`), behind which nothing was taken in.
    """
    ids = list(form.asset_ids)
    error: StudioError | None = None
    for file in form.files:
        if len(ids) >= INPUTS_LIMIT:
            error = Invalid(f"At most {INPUTS_LIMIT} pictures can be taken in.", field="pictures")
            break
        try:
            ids.append(keep_file(studio, person, file))
        except StudioError as refusal:
            error = refusal
            break
    return replace(form, asset_ids=tuple(ids), files=(), chosen=0), error


def keep_file(studio: Studio, person: Person, file: UploadFile) -> str:
    """The id of the asset that a chosen file becomes; what is wrong with it names it (field `pictures`)."""
    try:
        picture = take_in_picture(studio.files, file.file, studio.settings.upload_limit_bytes)
    except StudioError as refusal:
        refusal.text, refusal.field = _naming(file, refusal.text), "pictures"
        raise
    return str(assets.keep_picture(studio.db, person.id, picture, file.filename or "picture").id)


def read_settings(model: Model, form: ImageForm) -> ReadSettings:
    return settings_of_form(form.settings, known_settings(model))


def fitted(studio: Studio, form: ImageForm) -> ImageForm:
    """The form after another model was chosen, without what that one does not have."""
    model = studio.catalogue.find(form.model)
    if model is None or not model.makes_images:
        return form
    mistakes = read_settings(model, form).mistakes
    return replace(
        form, settings={name: text for name, text in form.settings.items() if name not in mistakes}
    )


def with_own_settings(studio: Studio, form: ImageForm) -> tuple[ImageForm, OtherSettings | None]:
    """
    The form as it came; or, where it came with settings of another model that its own does not have, with its own and
    OtherSettings, so that nothing is made that nobody saw.
    """
    model = studio.catalogue.find(form.model)
    if model is None or not model.makes_images or form.settings_of in ("", form.model):
        return form, None
    if not read_settings(model, form).mistakes:
        return form, None
    return fitted(studio, form), OtherSettings(model.name)


def wish_of_form(studio: Studio, form: ImageForm) -> Wish:
    """The wish, its settings read; raises UnknownModel, or Invalid with all mistakes in its details."""
    model = painting_model(studio, form.model)
    settings = read_settings(model, form).checked()
    inputs = tuple(input_id(text) for text in form.asset_ids)
    return Wish(form.prompt, model, settings, inputs, parent_of(form.parent_id))


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


def _naming(file: UploadFile, text: str) -> str:
    name = "".join(letter for letter in file.filename or "" if letter.isprintable())[:80]
    return f"“{name}”: {text}" if name else text


def input_id(text: str) -> UUID:
    """The id of a picture that a form names; raises Invalid (field `pictures`)."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("One of the pictures is gone.", field="pictures") from None
