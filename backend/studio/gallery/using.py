"""Making something of what was ticked: which pictures may be taken in, and the page whose form begins with them."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from studio.accounts.access import Person
from studio.errors import Invalid
from studio.gallery.store.search import list_items
from studio.images.forms import INPUTS_LIMIT as IMAGE_INPUTS
from studio.recipes.recipes import PAGES
from studio.videos.forms import INPUTS_LIMIT as VIDEO_INPUTS
from studio.wiring import Studio

MOST_INPUTS = {"image": IMAGE_INPUTS, "video": VIDEO_INPUTS}
_FRAMES = ("first", "last")


class NoPictures(Invalid):
    code = "no_pictures"
    text = "Tick the pictures that are to be used."


def begun_with(studio: Studio, person: Person, kind: str, ids: Sequence[UUID]) -> str:
    """
    The address of the form, its pictures in the order in which they were made: up to two are the first and the last
    frame of a video, more are what it goes by. Raises NoPictures, or Invalid for what is none and for too many.
    """
    if len(ids) > MOST_INPUTS[kind]:
        raise Invalid(f"At most {MOST_INPUTS[kind]} pictures can be taken in.")
    found = list_items(studio.db, person.id, list(dict.fromkeys(ids)))[::-1]
    for item in found:
        if item.kind != "image" or item.asset_id is None:
            raise Invalid(f"“{item.title}” is no picture.")
    if not found:
        raise NoPictures
    pictures = [str(item.asset_id) for item in found]
    if kind == "image":
        names: Sequence[str] = ["input"] * len(pictures)
    else:
        names = _FRAMES if len(pictures) <= len(_FRAMES) else ["reference"] * len(pictures)
    return f"{PAGES[kind]}?{urlencode(list(zip(names, pictures, strict=False)))}"
