"""The pictures that a wish begins with: chosen in a form, kept, found again, and shown."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import UploadFile

from studio.accounts.access import Person
from studio.assets import assets, store
from studio.assets.picture import take_in_picture
from studio.chat.views import PictureCard, picture_card
from studio.errors import Invalid, StudioError
from studio.generations.generation import Generation
from studio.wiring import Studio


def keep_file(studio: Studio, person: Person, file: UploadFile) -> str:
    """The id of the asset that a chosen file becomes; what is wrong with it names it (field `pictures`)."""
    try:
        picture = take_in_picture(studio.files, file.file, studio.settings.upload_limit_bytes)
    except StudioError as refusal:
        refusal.text, refusal.field = _naming(file, refusal.text), "pictures"
        raise
    return str(assets.keep_picture(studio.db, person.id, picture, file.filename or "picture").id)


def input_id(text: str) -> UUID:
    """The id of a picture that a form names; raises Invalid (field `pictures`)."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("One of the pictures is gone.", field="pictures") from None


def input_cards(studio: Studio, person: Person, ids: Sequence[str]) -> list[PictureCard]:
    """The pictures of this person among these ids, in their order."""
    wanted = []
    for text in ids:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    found = store.list_assets(studio.db, person.id, wanted)
    return [
        picture_card(found[id_])
        for id_ in dict.fromkeys(wanted)
        if id_ in found and found[id_].kind == "image"
    ]


def cards_by_hash(studio: Studio, person: Person, asked: Sequence[Generation]) -> dict[str, PictureCard]:
    """What these generations began with, by content; what is gone is left out."""
    hashes = [digest for generation in asked for digest in generation.input_hashes]
    by_hash = store.find_by_hashes(studio.db, person.id, hashes)
    files = store.list_assets(studio.db, person.id, list(by_hash.values()))
    return {digest: picture_card(files[id_]) for digest, id_ in by_hash.items() if id_ in files}


def _naming(file: UploadFile, text: str) -> str:
    name = "".join(letter for letter in file.filename or "" if letter.isprintable())[:80]
    return f"“{name}”: {text}" if name else text
