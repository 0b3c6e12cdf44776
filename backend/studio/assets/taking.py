"""Taking in the pictures that were chosen in a form."""

from fastapi import UploadFile

from studio.accounts.access import Person
from studio.assets import assets
from studio.assets.picture import FIRST_OF_MANY, take_in_picture
from studio.errors import StudioError
from studio.wiring import Studio


class Taking:
    """
    The chosen files of one form, taken in one after the other: each good one is kept, since nobody should choose it
    again for the mistake of another, and each bad one is named.
    """

    def __init__(self, studio: Studio, person: Person) -> None:
        self.notes: list[str] = []  # of those of which not all was kept
        self._studio, self._person = studio, person
        self._refusals: list[StudioError] = []

    def keep(self, file: UploadFile) -> str | None:
        """The id of the asset that this file becomes, or None if it is refused."""
        try:
            picture = take_in_picture(self._studio.files, file.file, self._studio.settings.upload_limit_bytes)
        except StudioError as refusal:
            self.refuse(refusal, file)
            return None
        asset = assets.keep_picture_once(
            self._studio.db, self._person.id, picture, file.filename or "picture"
        )
        if picture.is_first_of_many:
            self.notes.append(_naming(file, FIRST_OF_MANY))
        return str(asset.id)

    def refuse(self, refusal: StudioError, file: UploadFile) -> None:
        refusal.text = _naming(file, refusal.text)
        self._refusals.append(refusal)

    @property
    def error(self) -> StudioError | None:
        """What was wrong, as one error (field `pictures`) that names every file which was refused; None if nothing."""
        if not self._refusals:
            return None
        error = max(
            self._refusals, key=lambda refusal: refusal.status
        )  # a full disk is not the person's mistake
        error.text, error.field = " ".join(refusal.text for refusal in self._refusals), "pictures"
        return error


def _naming(file: UploadFile, text: str) -> str:
    name = "".join(letter for letter in file.filename or "" if letter.isprintable())[:80]
    return f"“{name}”: {text}" if name else text
