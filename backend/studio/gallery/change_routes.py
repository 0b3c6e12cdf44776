"""What is done with the things that were ticked, or with one of them on its own page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import StudioError
from studio.gallery import search, show
from studio.gallery.asked import query_of_text
from studio.gallery.changes import Change, do, id_of, meant, moment_of
from studio.gallery.query import Query
from studio.gallery.routes import results
from studio.html import Hx, Page, shown_on
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")


@router.post("/gallery/changes", name="gallery.changes")
def change(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    verb: Annotated[str, Form(alias="change")] = "",
    ids: Annotated[list[UUID] | None, Form()] = None,
    every: Annotated[str, Form(alias="all")] = "",
    asked: Annotated[str, Form(alias="query")] = "",
    tag: Annotated[str, Form()] = "",
    album: Annotated[str, Form()] = "",
    album_name: Annotated[str, Form()] = "",
    at: Annotated[str, Form()] = "",
    deleted: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """
    Do one thing to many items: those that were ticked, or with `all` everything that matches `query`.

    `at` names the item whose page asks: that page shows what was done, also when the item lies in the bin now, where
    it can be brought back. `deleted` is the moment of a deletion that shall be undone, however much it took.
    """
    query = query_of_text(asked)
    at_id = id_of(at) if at else None
    chosen = search.find_ids(studio.db, person.id, query, limit=None) if every else list(ids or [])
    done = do(studio, person, meant(Change(verb, chosen, tag, album, album_name, moment_of(deleted)), query))
    headers = shown_on(_page_afterwards(verb, query, at_id, done.undo), note=done.note)
    if not page.is_htmx:
        return HTMLResponse("", headers=headers)
    said = page.render("gallery/said.html", ["said"], note=done.note, undo=done.undo, query=asked, at=at)
    if at_id:
        return _item_again(studio, person, page, at_id, query, said, headers)
    grid, filters = show.grid(studio, person, query), show.filters(studio, person, query)
    return HTMLResponse(results(page, grid, filters) + said, headers=headers)


def _page_afterwards(verb: str, query: Query, at_id: UUID | None, undo: datetime | None) -> str:
    """Where somebody without scripts sees what was done, and how to undo it."""
    if at_id:
        return f"/gallery{f'/{at_id}' if verb != 'purge' else ''}{query.suffix()}"
    address = f"/gallery{query.suffix()}"
    return f"{address}{'&' if '?' in address else '?'}deleted={undo.isoformat()}" if undo else address


def _item_again(
    studio: Studio,
    person: Person,
    page: Page,
    item_id: UUID,
    query: Query,
    said: str,
    headers: Mapping[str, str],
) -> HTMLResponse:
    try:
        found = search.get_item(studio.db, person.id, item_id)
    except StudioError:  # it went for good
        return HTMLResponse(said, headers={**headers, "HX-Redirect": f"/gallery{query.suffix()}"})
    card = show.item_card(studio, person, found, query)
    return HTMLResponse(page.render("gallery/item.html", ["item"], card=card) + said, headers=dict(headers))
