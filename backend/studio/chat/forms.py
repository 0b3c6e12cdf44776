"""What a person sends with the composer, turned into a question; every mistake names its field."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, UploadFile
from fastapi.params import File
from pydantic import BaseModel, ConfigDict

from studio.accounts.access import Person
from studio.assets.taking import Taking
from studio.chat.checking import clean
from studio.chat.conversation import PICTURES_LIMIT, Question
from studio.chat.params import params_of_form
from studio.errors import Invalid
from studio.once.once import Once, digests_of, once_of_form
from studio.wiring import Studio


class ComposerForm(BaseModel):
    """The fields as text, as they were typed: they go back into the form when something is wrong."""

    model_config = ConfigDict(extra="ignore")

    prompt: str = ""
    model: str = ""
    system_prompt: str = ""
    temperature: str = ""
    top_p: str = ""
    max_tokens: str = ""
    seed: str = ""
    reasoning_effort: str = ""
    asset_ids: list[str] = []
    notes: list[str] = []  # sentences about the files that were kept
    key: str = ""  # of this rendering of the form


def composer_form(
    prompt: Annotated[str, Form()] = "",
    model: Annotated[str, Form()] = "",
    system_prompt: Annotated[str, Form()] = "",
    temperature: Annotated[str, Form()] = "",
    top_p: Annotated[str, Form()] = "",
    max_tokens: Annotated[str, Form()] = "",
    seed: Annotated[str, Form()] = "",
    reasoning_effort: Annotated[str, Form()] = "",
    asset_ids: Annotated[list[str] | None, Form()] = None,
    idempotency_key: Annotated[str, Form()] = "",
) -> ComposerForm:
    """Dependency: missing fields are empty, nothing is judged yet but what no page could show again."""
    return ComposerForm(
        prompt=clean(prompt),
        model=clean(model),
        system_prompt=clean(system_prompt),
        temperature=clean(temperature),
        top_p=clean(top_p),
        max_tokens=clean(max_tokens),
        seed=clean(seed),
        reasoning_effort=clean(reasoning_effort),
        asset_ids=asset_ids or [],
        key=idempotency_key,
    )


def uploads(pictures: Annotated[list[UploadFile] | None, File()] = None) -> list[UploadFile]:
    """Dependency: the chosen files; an empty file field sends one file without name and bytes."""
    return [file for file in pictures or [] if file.filename or file.size]


def take_pictures(studio: Studio, person: Person, form: ComposerForm, files: list[UploadFile]) -> list[UUID]:
    """
    Keep the uploaded pictures and name them in the form, so that they survive a mistake elsewhere in it.

    Raises the error of those that are no pictures (field `pictures`); the others are kept all the same.
    """
    if len(files) + len(form.asset_ids) > PICTURES_LIMIT:
        raise Invalid(f"A question may have {PICTURES_LIMIT} pictures.", field="pictures")
    taking = Taking(studio, person)
    for file in files:
        if (asset_id := taking.keep(file)) and asset_id not in form.asset_ids:
            form.asset_ids.append(asset_id)
    form.notes += taking.notes
    if taking.error is not None:
        raise taking.error
    return [_uuid(asset_id) for asset_id in form.asset_ids]


def once_of(
    person: Person, form: ComposerForm, files: list[UploadFile], conversation_id: UUID | None = None
) -> Once | None:
    """Of the form as it came, before its files are kept; a follow-up belongs to its conversation."""
    asked = [form.model_dump(exclude={"key", "notes"}), digests_of(file.file for file in files)]
    return once_of_form(person.id, form.key, "text", conversation_id, asked)


def question(
    studio: Studio, person: Person, form: ComposerForm, files: list[UploadFile], once: Once | None = None
) -> Question:
    """The question with its pictures kept and its settings read; raises Invalid with the field."""
    asset_ids = take_pictures(studio, person, form, files)
    return Question(
        prompt=form.prompt,
        model=studio.catalogue.get(form.model).id,
        system_prompt=form.system_prompt,
        params=params_of_form(form.model_dump(exclude={"asset_ids", "key", "notes"})),
        asset_ids=tuple(asset_ids),
        once=once,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("One of the pictures is gone.", field="pictures") from None
