"""The gallery as HTML: the grid with its filters, one item, and what is done with those that were ticked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Invalid, Missing, StudioError
from studio.gallery import search, show, verbs
from studio.gallery.asked import Wanted, query_of_text
from studio.gallery.heading import deleting, renaming
from studio.gallery.query import Query
from studio.gallery.views import Filters, Grid, Head
from studio.generations.rerunning import run_again
from studio.html import Hx, Page, shown_on
from studio.once.once import once_of_form
from studio.recipes.recipes import PAGES
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")


@dataclass(frozen=True, slots=True)
class Change:
    """What the bar under the grid was asked to do, and to which items."""

    verb: str
    ids: tuple[UUID, ...]
    tag: str
    album: str
    album_name: str


@router.get("/gallery", name="gallery.list")
def list_(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    query: Wanted,
    more: bool = False,
    rename: bool = False,
    delete: bool = False,
) -> HTMLResponse:
    """
    The whole gallery; with htmx only its results, or with `more` what follows behind the last tile.

    `rename` and `delete` put a form in the place of an album's header.
    """
    grid = show.grid(studio, person, query)
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
def rerun(
    item_id: UUID,
    person: SignedIn,
    studio: Wired,
    page: Hx,
    seen_usd: Annotated[str, Form()] = "",
    idempotency_key: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Make it once more, for no more than `seen_usd`, and on to the new card; pressed twice, it is still one."""
    found = search.get_item(studio.db, person.id, item_id)
    generation = show.find_generation(studio, person, found)
    if generation is None:
        raise Missing
    once = once_of_form(person.id, idempotency_key, "rerun", generation.id)
    try:
        fresh = run_again(studio, person, generation, seen_usd=seen_usd, once=once)
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
) -> HTMLResponse:
    """
    Do one thing to many items: those that were ticked, or with `all` everything that matches `query`.

    `at` names the item whose page asks: that page shows what was done, also when the item lies in the bin now, where
    it can be brought back.
    """
    query = query_of_text(asked)
    at_id = _id(at) if at else None
    chosen = search.find_ids(studio.db, person.id, query) if every else list(ids or [])
    note, undo = _do(studio, person, _meant(Change(verb, tuple(chosen), tag, album, album_name), query))
    page_of_item = f"/{at_id}" if at_id and verb != "purge" else ""
    headers = shown_on(f"/gallery{page_of_item}{query.suffix()}", note=note)
    if not page.is_htmx:
        return HTMLResponse("", headers=headers)
    said = page.render("gallery/said.html", ["said"], note=note, undo=undo, query=asked, at=at)
    if at_id:
        return _item_again(studio, person, page, at_id, query, said, headers)
    grid, filters = show.grid(studio, person, query), show.filters(studio, person, query)
    return HTMLResponse(_results(page, grid, filters) + said, headers=headers)


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


def _meant(change: Change, query: Query) -> Change:
    """The change itself, for buttons that leave it to what was typed or to what is shown."""
    if change.verb == "typed":  # Enter in one of the bar's fields presses no button of its own
        return replace(change, verb="tag" if change.tag.strip() else "album")
    if change.verb == "leave-shown":  # the bar's fields say where things go, not where they come from
        return replace(change, verb="leave", album=str(query.album_id))
    if change.verb == "untag-shown":
        return replace(change, verb="untag", tag=query.tag)
    return change


def _do(studio: Studio, person: Person, change: Change) -> tuple[str, Sequence[UUID]]:
    """The sentence that says what was done, and the ids of what can be brought back."""
    if not change.ids:
        raise Invalid("Tick at least one thing first.")
    db, who, ids = studio.db, person.id, change.ids
    if change.verb == "album":
        return _into_album(studio, person, change), ()
    doings: dict[str, tuple[Callable[[], int], str]] = {
        "star": (lambda: verbs.star(db, who, ids, True), "Starred"),
        "unstar": (lambda: verbs.star(db, who, ids, False), "No longer starred:"),
        "tag": (lambda: verbs.tag(db, who, ids, change.tag), "Tagged"),
        "untag": (lambda: verbs.untag(db, who, ids, change.tag), "Tag taken from"),
        "leave": (
            lambda: verbs.take_out_of_album(db, who, _id(change.album), ids),
            "Taken out of the album:",
        ),
        "delete": (lambda: verbs.delete(db, who, ids), "Deleted"),
        "restore": (lambda: verbs.restore(db, who, ids), "Brought back"),
        "purge": (lambda: verbs.delete_for_good(db, who, ids), "Gone for good:"),
    }
    if change.verb not in doings:
        raise Invalid("Choose what to do with them.")
    do, said = doings[change.verb]
    count = do()
    return f"{said} {_things(count)}.", ids if change.verb == "delete" else ()


def _into_album(studio: Studio, person: Person, change: Change) -> str:
    """Into the album that was chosen, or the one whose name was typed, new if there is none of it."""
    if change.album_name.strip():
        album = verbs.ensure_album(studio.db, person.id, change.album_name)
    elif change.album:
        album = verbs.get_album(studio.db, person.id, _id(change.album))
    else:
        raise Invalid("Choose an album, or give a new one a name.", field="album")
    count = verbs.put_into_album(studio.db, person.id, album.id, change.ids)
    return f"{_things(count)} in “{album.name}”."


def _id(text: str) -> UUID:
    """Raises Missing for what is no id: it is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        raise Missing from None


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count:,} things"
