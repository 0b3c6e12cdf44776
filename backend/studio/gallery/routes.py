"""The gallery as HTML: the grid with its filters, one item, and what is done with those that were ticked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Invalid, Missing, StudioError
from studio.gallery import search, show
from studio.gallery.asked import Wanted, query_of_text
from studio.gallery.changes import Change, do, id_of, meant, moment_of
from studio.gallery.heading import deleting, renaming
from studio.gallery.query import Query
from studio.gallery.views import Filters, Grid, Head
from studio.generations.rerunning import run_again
from studio.html import Hx, Page, shown_on
from studio.once.once import once_of_form
from studio.recipes.recipes import PAGES
from studio.wiring import Studio, Wired
from studio.wishes.pressed import Button

router = Router(prefix="/fragments")


@router.get("/gallery", name="gallery.list")
def list_(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    query: Wanted,
    more: bool = False,
    rename: bool = False,
    delete: bool = False,
    deleted: str = "",
) -> HTMLResponse:
    """
    The whole gallery; with htmx only its results, or with `more` what follows behind the last tile.

    `rename` and `delete` put a form in the place of an album's header; `deleted` is the moment of a deletion that can
    still be undone, for who has no toast to press in.
    """
    grid = show.grid(studio, person, query, moment_of(deleted))
    if page.is_htmx and more:
        return page.answer("gallery/gallery.html", ["more"], grid=grid)
    filters = show.filters(studio, person, query)
    headers = shown_on(f"/gallery{query.suffix(before=query.before)}", title=filters.title)
    if page.is_htmx and not page.is_restored:
        headers["HX-Replace-Url"] = f"/gallery{query.suffix()}"
        return HTMLResponse(_results(page, grid, filters), headers=headers)
    head = renaming(filters) if rename else deleting(filters) if delete else Head()
    return page.answer(
        "gallery/gallery.html", ["gallery"], headers=headers, grid=grid, filters=filters, head=head
    )


@router.get("/gallery/{item_id}", name="gallery.show")
def item(
    item_id: UUID,
    person: SignedIn,
    studio: Wired,
    page: Hx,
    query: Wanted,
    compare: UUID | None = None,
) -> HTMLResponse:
    found = search.get_item(studio.db, person.id, item_id)
    card = show.item_card(studio, person, found, replace(query, before=""), compare)
    headers = shown_on(f"/gallery/{item_id}{query.suffix()}", title=found.title)
    return page.answer("gallery/item.html", ["item"], headers=headers, card=card)


@router.post("/gallery/{item_id}/rerun", status_code=201, name="gallery.rerun")
def rerun(item_id: UUID, person: SignedIn, studio: Wired, page: Hx, button: Button) -> HTMLResponse:
    """Make it once more, for no more than the button said, and on to the new card; pressed twice, it is still one."""
    found = search.get_item(studio.db, person.id, item_id)
    generation = show.find_generation(studio, person, found)
    if generation is None:
        raise Missing
    once = once_of_form(person.id, button.key, "rerun", generation.id)
    try:
        fresh = run_again(studio, person, generation, seen_usd=button.seen_usd, once=once)
    except (Conflict, Invalid) as error:
        card = replace(show.item_card(studio, person, found, Query()), rerun_error=error.text)
        headers = shown_on(found.url, title=found.title)
        return page.answer("gallery/item.html", ["item"], status=error.status, headers=headers, card=card)
    place = f"#{fresh.kind}-{fresh.id}"
    headers = {
        **shown_on(f"{PAGES[fresh.kind]}?watch=1{place}"),
        "HX-Redirect": f"{PAGES[fresh.kind]}{place}",
    }
    return HTMLResponse("", 201, headers)


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
    return HTMLResponse(_results(page, grid, filters) + said, headers=headers)


def _page_afterwards(verb: str, query: Query, at_id: UUID | None, undo: datetime | None) -> str:
    """Where somebody without scripts sees what was done, and how to undo it."""
    if at_id:
        return f"/gallery{f'/{at_id}' if verb != 'purge' else ''}{query.suffix()}"
    address = f"/gallery{query.suffix()}"
    return f"{address}{'&' if '?' in address else '?'}deleted={undo.isoformat()}" if undo else address


def _results(page: Page, grid: Grid, filters: Filters) -> Markup:
    """Tabs, tiles and bar, and the header, since another album has another name and a new one stands in its menu."""
    results = page.render("gallery/gallery.html", ["results"], grid=grid, filters=filters)
    return results + page.render("gallery/head.html", ["titled", "again"], filters=filters, head=Head())


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
