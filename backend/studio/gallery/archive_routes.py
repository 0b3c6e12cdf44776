"""What was selected as one ZIP to keep: from the bar under the grid, and for programs."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Form
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.assets.archive import archive_response
from studio.gallery import search
from studio.gallery.archives import archive_name, archive_of, parts_of
from studio.gallery.asked import query_of_text
from studio.gallery.packing import parts_card, within
from studio.gallery.search import SELECTION_LIMIT
from studio.gallery.ticked import FIELDS_LIMIT, Ticked, chosen
from studio.html import Hx
from studio.moments import now
from studio.wiring import Wired

router = Router()
TITLED = {"Studio-Title": quote("Download in parts")}


class Packed(BaseModel):
    """Items by id, or with `all` everything that matches `query`, which is that of a gallery address."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(default_factory=list, max_length=SELECTION_LIMIT)
    all: bool = False
    query: str = Field(default="", max_length=4000)


class Wanted(Ticked):
    """With `parts`, one of so many: between the `oldest` and the `newest` id of those that are meant."""

    newest: str = ""
    oldest: str = ""
    part: int = 0
    parts: int = 0


@router.post("/api/archives", name="api.archives.add", response_class=StreamingResponse)
def add_by_program(asked: Packed, person: SignedIn, studio: Wired) -> StreamingResponse:
    """A ZIP of the files and texts, each with its recipe as JSON beside it, and inside where a picture can hold it."""
    ids = asked.ids
    if asked.all:
        ids = search.find_ids(studio.db, person.id, query_of_text(asked.query), limit=None)
    return archive_response(archive_of(studio, person, ids), archive_name(now()))


@router.post(
    "/fragments/archives",
    name="archives.add",
    response_class=StreamingResponse,
    form_limits={"max_fields": FIELDS_LIMIT},
)
def add(person: SignedIn, studio: Wired, page: Hx, ticked: Annotated[Wanted, Form()]) -> Response:
    """
    The same for the form of the gallery, as a download with and without scripts; a page of several where one archive
    does not hold it.
    """
    ids = within(chosen(studio, person, ticked), ticked.newest, ticked.oldest)
    parts = parts_of(studio, person, ids)
    if len(parts) > 1:
        card = parts_card(parts, ticked.wanted.suffix().removeprefix("?"), is_all=bool(ticked.all))
        return page.answer("gallery/parts.html", ["parts"], headers=TITLED, parts=card)
    name = archive_name(now(), ticked.part, ticked.parts)
    return archive_response(archive_of(studio, person, ids), name)
