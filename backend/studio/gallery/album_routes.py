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
from studio.gallery.views import Filters, Head
from studio.html import Hx, Page, shown_on
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments/albums/{album_id}")
KEPT_CHARACTERS = 1000  # of a name that is far too long


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
        # Without htmx the form alone is the page; aimed at something it would pass for a card beside it.
        aim = {"HX-Retarget": "#gallery-header", "HX-Reswap": "outerHTML"} if page.is_htmx else {}
        head = renaming(filters, name[:KEPT_CHARACTERS], error.text)
        return page.answer(
            "gallery/head.html", ["head"], status=error.status, headers=aim, filters=filters, head=head
        )
    return _gallery(studio, person, page, query, f"The album is called “{album.name}” now.")


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
    return _gallery(studio, person, page, Query(), note)


def _filters(studio: Studio, person: Person, album_id: UUID, query: Query) -> Filters:
    """The filters with this album chosen. Raises Missing where it is not this person's."""
    verbs.get_album(studio.db, person.id, album_id)
    return show.filters(studio, person, replace(query, album_id=album_id, is_bin=False))


def _gallery(studio: Studio, person: Person, page: Page, query: Query, note: str) -> HTMLResponse:
    headers = shown_on(f"/gallery{query.suffix()}", note=note)
    if not page.is_htmx:
        return HTMLResponse("", headers=headers)
    headers["HX-Replace-Url"] = f"/gallery{query.suffix()}"
    filters = show.filters(studio, person, query)
    html = page.render(
        "gallery/gallery.html",
        ["gallery"],
        grid=show.grid(studio, person, query),
        filters=filters,
        head=Head(),
    )
    title = page.render("gallery/head.html", ["titled"], filters=filters)
    said = page.render("gallery/said.html", ["said"], note=note, undo=None, query="")
    return HTMLResponse(html + title + said, headers=headers)
