"""What a person sends with the composer of videos, as text; every mistake goes back to its field."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, UploadFile

from studio.accounts.access import Person
from studio.assets.taking import Taking
from studio.catalogue.model import Model
from studio.errors import StudioError
from studio.once.once import Once, digests_of
from studio.providers import Role
from studio.videos.settings import read_form, usual_settings
from studio.videos.wish import KIND, Input, Wish, filming_model, known_settings
from studio.wiring import Studio
from studio.wishes.forms import WishForm, files_sent, form_sent, once_of_wish, parent_of
from studio.wishes.inputs import input_id, too_many
from studio.wishes.settings import ReadSettings

# By role: the field of a file that was chosen now. Of each picture that is kept already `kept` says what it is for.
FILES = {Role.FIRST_FRAME: "first", Role.LAST_FRAME: "last", Role.REFERENCE: "references"}
KEPT = "kept"
INPUTS_LIMIT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoForm(WishForm):
    """`files` were chosen now, `kept` are (role, id) of pictures that are kept."""

    kept: tuple[tuple[Role, str], ...] = ()
    files: tuple[tuple[Role, UploadFile], ...] = ()


async def video_form(request: Request) -> VideoForm:
    """Dependency: the fields as they came; nothing is judged yet."""
    sent = await request.form(max_files=INPUTS_LIMIT * 2)
    kept = (_kept(text) for text in sent.getlist(KEPT) if isinstance(text, str))
    return replace(
        form_sent(sent, VideoForm, {*FILES.values(), KEPT}),
        kept=tuple(dict.fromkeys(each for each in kept if each))[:INPUTS_LIMIT],
        files=tuple((role, file) for role, name in FILES.items() for file in files_sent(sent, name)),
    )


def kept_text(role: Role, asset_id: str) -> str:
    """What a picture is for, as one value of the field `kept`; an empty one leaves it out."""
    return f"{role.value}:{asset_id}"


def _kept(text: str) -> tuple[Role, str] | None:
    role, _, asset_id = text.partition(":")
    return (Role(role), asset_id) if role in FILES and asset_id else None


Composer = Annotated[VideoForm, Depends(video_form)]


def once_of(person: Person, form: VideoForm) -> Once | None:
    files = [[role for role, _ in form.files], digests_of(file.file for _, file in form.files)]
    return once_of_wish(person, KIND, form, form.kept, files)


def with_kept_files(studio: Studio, person: Person, form: VideoForm) -> tuple[VideoForm, StudioError | None]:
    """
    The chosen files kept, so that they survive a mistake elsewhere in the form (a new first frame replaces the old);
    and what was wrong with those that were refused (field `pictures`).
    """
    kept, taking = list(form.kept), Taking(studio, person)
    for role, file in form.files:
        others = [each for each in kept if role is Role.REFERENCE or each[0] is not role]
        if len(others) >= INPUTS_LIMIT:
            taking.refuse(too_many(INPUTS_LIMIT), file)
        elif asset_id := taking.keep(file):
            kept = list(dict.fromkeys([*others, (role, asset_id)]))
    return replace(form, kept=tuple(kept), files=(), notes=(*form.notes, *taking.notes)), taking.error


def read_settings(model: Model, form: VideoForm) -> ReadSettings:
    return read_form(form.settings, known_settings(model))


def fitted(studio: Studio, form: VideoForm) -> VideoForm:
    """The form after another model was chosen: what that one does not have becomes what it usually does."""
    model = studio.catalogue.find(form.model)
    if model is None or not model.makes_videos:
        return form
    read = read_settings(model, form)
    fitting = {name: text for name, text in form.settings.items() if name not in read.mistakes}
    return replace(form, settings={**usual_settings(known_settings(model)), **fitting})


def wish_of_form(studio: Studio, form: VideoForm) -> Wish:
    """The wish, its settings read; raises UnknownModel, or Invalid with all mistakes in its details."""
    model = filming_model(studio, form.model)
    settings = read_settings(model, form).checked()
    inputs = tuple(Input(input_id(text), role) for role, text in form.kept)
    return Wish(form.prompt, model, settings, inputs, parent_of(form.parent_id))
