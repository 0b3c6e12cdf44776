"""Taking in a picture that was chosen in a form."""

from fastapi import UploadFile

from studio.accounts.access import Person
from studio.assets import assets
from studio.assets.picture import FIRST_OF_MANY, take_in_picture
from studio.errors import StudioError
from studio.wiring import Studio


def keep_file(studio: Studio, person: Person, file: UploadFile) -> tuple[str, list[str]]:
    """
    The id of the asset that a chosen file becomes, and a sentence if not all of it was kept.

    What is wrong with it names it (field `pictures`).
    """
    try:
        picture = take_in_picture(studio.files, file.file, studio.settings.upload_limit_bytes)
    except StudioError as refusal:
        refusal.text, refusal.field = _naming(file, refusal.text), "pictures"
        raise
    asset = assets.keep_picture_once(studio.db, person.id, picture, file.filename or "picture")
    return str(asset.id), [_naming(file, FIRST_OF_MANY)] if picture.is_first_of_many else []


def _naming(file: UploadFile, text: str) -> str:
    name = "".join(letter for letter in file.filename or "" if letter.isprintable())[:80]
    return f"“{name}”: {text}" if name else text
