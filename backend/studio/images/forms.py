"""What a person sends with the composer of pictures, as text; every mistake goes back to its field."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, UploadFile

from studio.accounts.access import Person
from studio.assets.taking import keep_file
from studio.catalogue.model import Model
from studio.errors import Invalid, StudioError
from studio.images.wish import KIND, Wish, known_settings, painting_model
from studio.once.once import Once, digests_of
from studio.wiring import Studio
from studio.wishes.forms import WishForm, files_sent, form_sent, once_of_wish, parent_of
from studio.wishes.inputs import input_id
from studio.wishes.settings import ReadSettings, settings_of_form

INPUTS_LIMIT = 16
_PICTURE_NAMES = frozenset(("asset_ids", "pictures", "chosen"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageForm(WishForm):
    """
    `files` were chosen now, `asset_ids` are pictures that are kept already. An estimate comes without files and only
    says how many were `chosen`.
    """

    asset_ids: tuple[str, ...] = ()
    files: tuple[UploadFile, ...] = ()
    chosen: int = 0


async def image_form(request: Request) -> ImageForm:
    """Dependency: the fields as they came; nothing is judged yet."""
    sent = await request.form(max_files=INPUTS_LIMIT * 2)
    return replace(
        form_sent(sent, ImageForm, _PICTURE_NAMES),
        asset_ids=tuple(dict.fromkeys(id_ for id_ in sent.getlist("asset_ids") if isinstance(id_, str))),
        files=tuple(files_sent(sent, "pictures")),
        chosen=len(sent.getlist("chosen")),
    )


Composer = Annotated[ImageForm, Depends(image_form)]


def once_of(person: Person, form: ImageForm) -> Once | None:
    return once_of_wish(person, KIND, form, form.asset_ids, digests_of(file.file for file in form.files))


def with_kept_files(studio: Studio, person: Person, form: ImageForm) -> tuple[ImageForm, StudioError | None]:
    """
    The chosen files kept and named among the pictures, so that they survive a mistake elsewhere in the form; and what
    was wrong with the first that is no picture (field `pictures`), behind which nothing was taken in.
    """
    ids, notes = list(form.asset_ids), list(form.notes)
    error: StudioError | None = None
    for file in form.files:
        if len(ids) >= INPUTS_LIMIT:
            error = Invalid(f"At most {INPUTS_LIMIT} pictures can be taken in.", field="pictures")
            break
        try:
            asset_id, told = keep_file(studio, person, file)
        except StudioError as refusal:
            error = refusal
            break
        ids.append(asset_id)
        notes += told
    kept = replace(form, asset_ids=tuple(dict.fromkeys(ids)), files=(), chosen=0, notes=tuple(notes))
    return kept, error


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


def wish_of_form(studio: Studio, form: ImageForm) -> Wish:
    """The wish, its settings read; raises UnknownModel, or Invalid with all mistakes in its details."""
    model = painting_model(studio, form.model)
    settings = read_settings(model, form).checked()
    inputs = tuple(input_id(text) for text in form.asset_ids)
    return Wish(form.prompt, model, settings, inputs, parent_of(form.parent_id))
