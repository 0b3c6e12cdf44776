"""What a person sends with the composer of pictures, as text; every mistake goes back to its field."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, UploadFile

from studio.accounts.access import Person
from studio.assets.taking import Taking
from studio.catalogue.agreed import with_more
from studio.catalogue.catalogue import Catalogue
from studio.catalogue.model import Model
from studio.errors import Invalid, StudioError
from studio.images.wish import KIND, Wish, known_settings, painting_model
from studio.once.once import Once, digests_of
from studio.wiring import Studio
from studio.wishes.forms import WishForm, files_sent, form_sent, once_of_wish, parent_of
from studio.wishes.inputs import input_cards, input_id, too_many
from studio.wishes.settings import ReadSettings, settings_of_form

INPUTS_LIMIT = 16
_PICTURE_NAMES = frozenset(("asset_ids", "pictures", "chosen", "seen_each_usd"))


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
    form, files, chosen = (
        form_sent(sent, ImageForm, _PICTURE_NAMES),
        files_sent(sent, "pictures"),
        sent.getlist("chosen"),
    )
    # Scripts tell of each file when it is chosen, and then the button's price has it. Without them the page says what
    # one more costs.
    untold = max(len(files) - len(chosen), 0)
    return replace(
        form,
        asset_ids=tuple(dict.fromkeys(id_ for id_ in sent.getlist("asset_ids") if isinstance(id_, str))),
        files=tuple(files),
        chosen=len(chosen),
        seen_usd=with_more(form.seen_usd, str(sent.get("seen_each_usd", "")), untold),
    )


Composer = Annotated[ImageForm, Depends(image_form)]


def once_of(person: Person, form: ImageForm) -> Once | None:
    return once_of_wish(person, KIND, form, form.asset_ids, digests_of(file.file for file in form.files))


def with_kept_files(studio: Studio, person: Person, form: ImageForm) -> tuple[ImageForm, StudioError | None]:
    """
    The chosen files kept and named among the pictures, so that they survive a mistake elsewhere in the form; and what
    was wrong with those that were refused (field `pictures`).
    """
    ids, taking = list(form.asset_ids), Taking(studio, person)
    for file in form.files:
        if len(ids) >= INPUTS_LIMIT:
            taking.refuse(too_many(INPUTS_LIMIT), file)
        elif (asset_id := taking.keep(file)) and asset_id not in ids:
            ids.append(asset_id)
    notes = (*form.notes, *taking.notes)
    return replace(form, asset_ids=tuple(ids), files=(), chosen=0, notes=notes), taking.error


def with_picture(studio: Studio, person: Person, form: ImageForm, asset_id: str) -> ImageForm:
    """
    The form with one more picture of theirs. Where its model takes none another one stands in, and a note says so.

    Raises Invalid (field `pictures`) for one that is gone, and for one too many.
    """
    if not input_cards(studio, person, [asset_id]):
        raise Invalid("That picture is gone.", field="pictures")
    ids = tuple(dict.fromkeys([*form.asset_ids, asset_id]))
    if len(ids) > INPUTS_LIMIT:
        raise too_many(INPUTS_LIMIT)
    model, notes = studio.catalogue.find(form.model), form.notes
    stand_in = studio.catalogue.find(usual_model(studio.catalogue, takes_pictures=True))
    if model and stand_in and model.makes_images and not _takes_pictures(model) and _takes_pictures(stand_in):
        notes = (*notes, f"{model.name} takes no pictures: {stand_in.name} stands in.")
        model = stand_in
    return replace(form, asset_ids=ids, model=model.id if model else form.model, notes=notes)


def usual_model(catalogue: Catalogue, *, takes_pictures: bool) -> str:
    """The default; with pictures to begin with, one that takes them. Empty where there is none."""
    chosen = catalogue.default_image_model()
    if takes_pictures and chosen is not None and not _takes_pictures(chosen):
        takers = [model for model in catalogue.image_models() if _takes_pictures(model)]
        chosen = next((model for model in takers if model.has_image_price), takers[0] if takers else chosen)
    return chosen.id if chosen else ""


def _takes_pictures(model: Model) -> bool:
    return bool(known_settings(model).most_inputs)


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
