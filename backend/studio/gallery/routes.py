"""The gallery as HTML: the grid with its filters, and one item, which can be made once more."""

from dataclasses import replace
from uuid import UUID

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Invalid, Missing
from studio.gallery import search, show
from studio.gallery.asked import Wanted
from studio.gallery.changes import moment_of
from studio.gallery.comparing import compared_at, comparison
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
    if page.is_htmx and more:
        return page.answer("gallery/gallery.html", ["more"], grid=show.grid(studio, person, query))
    query = query.at_its_place()
    grid = show.grid(studio, person, query, moment_of(deleted))
    filters = show.filters(studio, person, query)
    headers = shown_on(f"/gallery{query.suffix(before=query.before)}", title=filters.title)
    if page.is_htmx and not page.is_restored:
        headers["HX-Replace-Url"] = f"/gallery{query.suffix()}"
        return HTMLResponse(results(page, grid, filters), headers=headers)
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
    """One item; with `compare`, the id of another one, both recipes side by side."""
    query = replace(query, before="")
    if compare is not None:
        both = comparison(studio, person, item_id, compare, query)
        headers = shown_on(compared_at(item_id, compare, query), title="Two recipes")
        return page.answer("gallery/comparison.html", ["comparison"], headers=headers, both=both)
    found = search.get_item(studio.db, person.id, item_id)
    card = show.item_card(studio, person, found, query)
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
        card = replace(show.item_card(studio, person, found, Query()), refusal=error.text)
        headers = shown_on(found.url, title=found.title)
        return page.answer("gallery/item.html", ["item"], status=error.status, headers=headers, card=card)
    # Without scripts a page has to be told to look after what is made on it.
    if fresh.conversation_id:
        page_, watched, place = f"/chat/{fresh.conversation_id}", "live=1", f"#m-{fresh.message_id}"
    else:
        page_, watched, place = PAGES[fresh.kind], "watch=1", f"#{fresh.kind}-{fresh.id}"
    headers = {**shown_on(f"{page_}?{watched}{place}"), "HX-Redirect": f"{page_}{place}"}
    return HTMLResponse("", 201, headers)


def results(page: Page, grid: Grid, filters: Filters) -> Markup:
    """Tabs, tiles and bar, and the header, since another album has another name and a new one stands in its menu."""
    html = page.render("gallery/gallery.html", ["results"], grid=grid, filters=filters)
    return html + page.render("gallery/head.html", ["titled", "again"], filters=filters, head=Head())


def head_again(page: Page, filters: Filters, head: Head, status: int) -> HTMLResponse:
    """The header with a form that did not get through."""
    # Without htmx the form alone is the page; aimed at something it would pass for a card beside it.
    aim = {"HX-Retarget": "#gallery-header", "HX-Reswap": "outerHTML"} if page.is_htmx else {}
    return page.answer("gallery/head.html", ["head"], status=status, headers=aim, filters=filters, head=head)


def whole_again(studio: Studio, person: Person, page: Page, query: Query, note: str) -> HTMLResponse:
    """All of it under its new name, and a sentence."""
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
