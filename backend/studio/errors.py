"""
Everything that can go wrong, drawn once.

    StudioError
    ├── Invalid    422   the form comes back with the text at its field (`field`)
    ├── SignedOut  401
    ├── Forbidden  403   only where a person may know that the thing exists; else Missing
    ├── Missing    404
    ├── Conflict   409
    ├── TooLarge   413
    ├── Limited    429   retry_after_seconds
    ├── StorageFull 507  the disk has no room
    ├── Upstream   502   the provider; the tree below it is in providers/errors.py
    └── Starting   503   the database is not open yet

`code` is stable and in snake_case, `text` is one sentence for a person. A class that needs neither a status nor a
sentence of its own does not exist.
"""

from collections.abc import Mapping


class Refused(Exception):
    """A verb looked at what is there and writes nothing, as it is meant to: the database has not failed."""


class StudioError(Refused):
    """Base of all expected failures; unexpected ones are logged with a trace and shown as this."""

    status = 500
    code = "internal"
    text = "Something went wrong on our side. Nothing you did is lost; please try again."
    field: str | None = None
    retry_after_seconds: int | None = None
    also: tuple["StudioError", ...] = ()  # what else is wrong with the same form, each at its field

    def __init__(self, text: str | None = None, *, field: str | None = None, **details: object) -> None:
        super().__init__(text or self.text)
        self.text = text or self.text
        self.field = field or self.field
        self.details: Mapping[str, object] = details


class Invalid(StudioError):
    status = 422
    code = "invalid"
    text = "Please check what you entered."


class SignedOut(StudioError):
    status = 401
    code = "signed_out"
    text = "Please sign in first."


class Forbidden(StudioError):
    status = 403
    code = "forbidden"
    text = "This is for administrators."


class Missing(StudioError):
    status = 404
    code = "not_found"
    text = "There is nothing here, or it is not yours."


class Conflict(StudioError):
    status = 409
    code = "conflict"
    text = "That has changed in the meantime."


class TooLarge(StudioError):
    status = 413
    code = "too_large"
    text = "That is larger than this studio accepts."


class Limited(StudioError):
    status = 429
    code = "too_many_requests"
    text = "Too many tries. Please wait a moment."

    def __init__(self, text: str | None = None, *, retry_after_seconds: int = 1, **details: object) -> None:
        super().__init__(text, **details)  # type: ignore[arg-type]
        self.retry_after_seconds = retry_after_seconds


class StorageFull(StudioError):
    status = 507
    code = "storage_full"
    text = "The studio's disk is full. Nothing was stored; please tell its administrator."


class Upstream(StudioError):
    status = 502
    code = "upstream"
    text = "The provider did not answer as it should."


class Starting(StudioError):
    status = 503
    code = "starting"
    text = "The studio is starting. It will be there in a moment."
    retry_after_seconds = 1


class EmptyPrompt(Invalid):
    code = "empty_prompt"
    text = "Write something first."
    field = "prompt"


class PromptTooLong(Invalid):
    code = "prompt_too_long"
    field = "prompt"


class UnknownModel(Invalid):
    code = "unknown_model"
    text = "This studio does not know that model. Choose one from the list."
    field = "model"


class NoFile(Invalid):
    code = "no_file"
    text = "Choose a file first."


class PictureDeleted(Invalid):
    code = "picture_deleted"
    text = "One of the pictures was deleted. Bring it back from the bin, or go on without it."
    field = "pictures"


class CannotSee(Invalid):
    code = "cannot_see"
    field = "pictures"
