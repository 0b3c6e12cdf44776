"""What a person sends with the composer of videos, as text; every mistake goes back to its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Sent

from studio.accounts.access import Person
from studio.catalogue.agreed import OtherSettings
from studio.catalogue.model import Model
from studio.chat.ask import clean
from studio.errors import Invalid, StudioError
from studio.images.forms import input_id, keep_file, parent_of
from studio.images.settings import ReadSettings
from studio.once.once import Once, digests_of, once_of_form
from studio.providers import Role
from studio.videos.settings import read_form, usual_settings
from studio.videos.wish import KIND, Input, Wish, filming_model, known_settings
from studio.wiring import Studio

# By role: the field of a file that was chosen now, and the one of pictures that are kept already.
FILES = {Role.FIRST_FRAME: "first", Role.LAST_FRAME: "last", Role.REFERENCE: "references"}
KEPT = {Role.FIRST_FRAME: "first_id", Role.LAST_FRAME: "last_id", Role.REFERENCE: "reference_ids"}
OWN_NAMES = frozenset(
    [
        *"csrf prompt model parent_id seen_usd idempotency_key settings_of".split(),
        *FILES.values(),
        *KEPT.values(),
    ]
)
INPUTS_LIMIT = 8
_FIELDS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class VideoForm:
    """`settings` as typed, by name; `files` were chosen now, `kept` are (role, id) of pictures that are kept."""

    prompt: str = ""
    model: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[tuple[Role, str], ...] = ()
    parent_id: str = ""
    seen_usd: str = ""  # the price that the button showed
    key: str = ""  # of this rendering of the form
    settings_of: str = ""  # the model whose settings it showed
    files: tuple[tuple[Role, UploadFile], ...] = ()


async def video_form(request: Request) -> VideoForm:
    """Dependency: the fields as they came; nothing is judged yet."""
    sent: FormData = await request.form(max_files=INPUTS_LIMIT * 2)
    texts = {name: clean(value) for name, value in sent.items() if isinstance(value, str)}
    settings = {name: text for name, text in texts.items() if name not in OWN_NAMES}
    files = tuple(
        (role, file)
        for role, name in FILES.items()
        for file in sent.getlist(name)
        if isinstance(file, Sent) and (file.filename or file.size)
    )
    kept = (
        (role, text) for role, name in KEPT.items() for text in sent.getlist(name) if isinstance(text, str)
    )
    return VideoForm(
        prompt=texts.get("prompt", ""),
        model=texts.get("model", "").strip(),
        settings=dict(list(settings.items())[:_FIELDS_LIMIT]),
        kept=tuple(dict.fromkeys(kept))[:INPUTS_LIMIT],
        parent_id=texts.get("parent_id", ""),
        seen_usd=texts.get("seen_usd", ""),
        key=texts.get("idempotency_key", ""),
        settings_of=texts.get("settings_of", ""),
        files=files,  # type: ignore[arg-type]  # Starlette's own class; FastAPI's is a subclass that it never makes
    )


Composer = Annotated[VideoForm, Depends(video_form)]


def once_of(person: Person, form: VideoForm) -> Once | None:
    """Of the form as it came, before its files are kept; what it showed as the price is no part of the wish."""
    settings = {name: text for name, text in form.settings.items() if text}
    files = [[role for role, _ in form.files], digests_of(file.file for _, file in form.files)]
    return once_of_form(
        person.id, form.key, KIND, [form.prompt, form.model, settings, form.kept, form.parent_id, files]
    )


def with_kept_files(studio: Studio, person: Person, form: VideoForm) -> tuple[VideoForm, StudioError | None]:
    """
    The chosen files kept, so that they survive a mistake elsewhere in the form (a new first frame replaces the old);
    and what was wrong with the first that is no picture (field `pictures`), behind which nothing was taken in.
    """
    kept = list(form.kept)
    error: StudioError | None = None
    for role, file in form.files:
        if len(kept) >= INPUTS_LIMIT:
            error = Invalid(f"At most {INPUTS_LIMIT} pictures can be taken in.", field="pictures")
            break
        try:
            asset_id = keep_file(studio, person, file)
        except StudioError as refusal:
            error = refusal
            break
        if role is not Role.REFERENCE:
            kept = [each for each in kept if each[0] is not role]
        kept.append((role, asset_id))
    return replace(form, kept=tuple(kept), files=()), error


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


def with_own_settings(studio: Studio, form: VideoForm) -> tuple[VideoForm, OtherSettings | None]:
    """
    The form as it came; or, where it came with settings of another model that its own does not have, with its own and
    OtherSettings, so that nothing is made that nobody saw.
    """
    model = studio.catalogue.find(form.model)
    if model is None or not model.makes_videos or form.settings_of in ("", form.model):
        return form, None
    if not read_settings(model, form).mistakes:
        return form, None
    return fitted(studio, form), OtherSettings(model.name)


def wish_of_form(studio: Studio, form: VideoForm) -> Wish:
    """The wish, its settings read; raises UnknownModel, or Invalid with all mistakes in its details."""
    model = filming_model(studio, form.model)
    settings = read_settings(model, form).checked()
    inputs = tuple(Input(input_id(text), role) for role, text in form.kept)
    return Wish(form.prompt, model, settings, inputs, parent_of(form.parent_id))
