"""An album as a whole on the gallery's page: renamed in the place of its header, deleted after a question."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Invalid
from studio.gallery import show, verbs
from studio.gallery.asked import Wanted, query_of_text
from studio.gallery.heading import deleting, renaming
from studio.gallery.query import Query
from studio.gallery.routes import head_again, whole_again
from studio.gallery.ticked import KEPT_CHARACTERS
from studio.gallery.views import Filters
from studio.html import Hx
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments/albums/{album_id}")


@router.get("/name", name="albums.name.edit")
def edit_name(album_id: UUID, person: SignedIn, studio: Wired, page: Hx, query: Wanted) -> HTMLResponse:
    filters = _filters(studio, person, album_id, query)
    return page.answer("gallery/head.html", ["head"], filters=filters, head=renaming(filters))


@router.post("/name", name="albums.name")
def rename(
    album_id: UUID,
    person: SignedIn,
    studio: Wired,
    page: Hx,
    name: Annotated[str, Form()] = "",
    asked: Annotated[str, Form(alias="query")] = "",
) -> HTMLResponse:
    """The gallery with the new name everywhere; 422 or 409 with the form and what was typed."""
    query = replace(query_of_text(asked), album_id=album_id)
    try:
        album = verbs.rename_album(studio.db, person.id, album_id, name)
    except (Invalid, Conflict) as error:
        filters = _filters(studio, person, album_id, query)
        return head_again(page, filters, renaming(filters, name[:KEPT_CHARACTERS], error.text), error.status)
    return whole_again(studio, person, page, query, f"The album is called “{album.name}” now.")


@router.get("/deletion", name="albums.deletion.ask")
def ask_deletion(album_id: UUID, person: SignedIn, studio: Wired, page: Hx, query: Wanted) -> HTMLResponse:
    filters = _filters(studio, person, album_id, query)
    return page.answer("gallery/head.html", ["head"], filters=filters, head=deleting(filters))


@router.post("/deletion", name="albums.deletion")
def delete(album_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """The album goes, what was in it stays: the whole gallery shows it."""
    album = verbs.get_album(studio.db, person.id, album_id)
    verbs.delete_album(studio.db, person.id, album_id)
    note = f"The album “{album.name}” is gone. What was in it is still in the gallery."
    return whole_again(studio, person, page, Query(), note)


def _filters(studio: Studio, person: Person, album_id: UUID, query: Query) -> Filters:
    """The filters with this album chosen. Raises Missing where it is not this person's."""
    verbs.get_album(studio.db, person.id, album_id)
    return show.filters(studio, person, replace(query, album_id=album_id, is_bin=False))
