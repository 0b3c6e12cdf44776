"""What was selected as one ZIP to keep: from the bar under the grid, and for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.assets.archive import archive_response
from studio.gallery import search
from studio.gallery.archives import archive_name, archive_of
from studio.gallery.asked import query_of_text
from studio.gallery.search import SELECTION_LIMIT
from studio.moments import now
from studio.wiring import Studio, Wired

router = Router()


class Packed(BaseModel):
    """Items by id, or with `all` everything that matches `query`, which is that of a gallery address."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(default_factory=list, max_length=SELECTION_LIMIT)
    all: bool = False
    query: str = Field(default="", max_length=4000)


@router.post("/api/archives", name="api.archives.add", response_class=StreamingResponse)
def add_by_program(asked: Packed, person: SignedIn, studio: Wired) -> StreamingResponse:
    """A ZIP of the files and texts, each with its recipe as JSON beside it, and inside where a picture can hold it."""
    return _packed(studio, person, asked.ids, asked.query if asked.all else None)


@router.post("/fragments/archives", name="archives.add", response_class=StreamingResponse)
def add(
    person: SignedIn,
    studio: Wired,
    ids: Annotated[list[UUID] | None, Form()] = None,
    every: Annotated[str, Form(alias="all")] = "",
    asked: Annotated[str, Form(alias="query")] = "",
) -> StreamingResponse:
    """The same for the form of the gallery, as a download with and without scripts."""
    return _packed(studio, person, ids or [], asked if every else None)


def _packed(studio: Studio, person: Person, ids: list[UUID], query: str | None) -> StreamingResponse:
    if query is not None:
        ids = search.find_ids(studio.db, person.id, query_of_text(query))
    return archive_response(archive_of(studio, person, ids), archive_name(now()))
