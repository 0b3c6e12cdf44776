"""What is done with the things that were ticked, or with one of them on its own page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Invalid, StudioError
from studio.gallery import search, show
from studio.gallery.changes import do, id_of, meant
from studio.gallery.comparing import compared_at, two_of
from studio.gallery.query import Query
from studio.gallery.routes import results
from studio.gallery.ticked import FIELDS_LIMIT, Ticked, chosen
from studio.gallery.using import MOST_INPUTS, begun_with
from studio.gallery.views import Head
from studio.html import Hx, Page, shown_on
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")


@router.post("/gallery/changes", name="gallery.changes", form_limits={"max_fields": FIELDS_LIMIT})
def change(person: SignedIn, studio: Wired, page: Hx, ticked: Annotated[Ticked, Form()]) -> HTMLResponse:
    """
    Do one thing to many items. The page of an item shows what was done to it, also when it lies in the bin now, where
    it can be brought back. What cannot be done comes back with all that was ticked and typed.
    """
    query = ticked.wanted
    at_id = id_of(ticked.at) if ticked.at else None
    ids = chosen(studio, person, ticked)
    try:
        done = do(studio, person, meant(ticked.as_change(ids), query))
    except (Invalid, Conflict) as error:
        if at_id:
            return _item_refused(studio, person, page, at_id, ticked, error)
        return _refused(studio, person, page, ticked, error)
    headers = shown_on(_page_afterwards(ticked.change, query, at_id, done.undo), note=done.note)
    if not page.is_htmx:
        return HTMLResponse("", headers=headers)
    said = page.render(
        "gallery/said.html", ["said"], note=done.note, undo=done.undo, query=ticked.query, at=ticked.at
    )
    if at_id:
        return _item_again(studio, person, page, at_id, query, said, headers)
    grid, filters = show.grid(studio, person, ticked.as_far), show.filters(studio, person, query)
    choices = page.render("gallery/head.html", ["choices"], filters=filters)
    return HTMLResponse(results(page, grid, filters) + choices + said, headers=headers)


@router.post("/gallery/comparisons", name="gallery.comparisons", form_limits={"max_fields": FIELDS_LIMIT})
def compare(person: SignedIn, studio: Wired, page: Hx, ticked: Annotated[Ticked, Form()]) -> HTMLResponse:
    """On to the page that shows the recipes of the two that were ticked."""
    try:
        left, right = two_of(studio, person, chosen(studio, person, ticked, limit=3))
    except Invalid as error:
        return _refused(studio, person, page, ticked, error)
    address = compared_at(left, right, ticked.wanted)
    return HTMLResponse("", headers={**shown_on(address), "HX-Redirect": address})


@router.post("/gallery/inputs/{kind}", name="gallery.inputs", form_limits={"max_fields": FIELDS_LIMIT})
def use(
    kind: Literal["image", "video"],
    person: SignedIn,
    studio: Wired,
    page: Hx,
    ticked: Annotated[Ticked, Form()],
) -> HTMLResponse:
    """On to the page where pictures or videos are made, with what was ticked to begin with."""
    most = MOST_INPUTS[kind]
    try:
        address = begun_with(studio, person, kind, chosen(studio, person, ticked, limit=most + 1))
    except Invalid as error:
        return _refused(studio, person, page, ticked, error)
    return HTMLResponse("", headers={**shown_on(address), "HX-Redirect": address})


def _refused(studio: Studio, person: Person, page: Page, ticked: Ticked, error: StudioError) -> HTMLResponse:
    """The bar with the sentence in it; without scripts around it the page, ticked as it was."""
    # Morphed, a box keeps its tick; rendered as ticked, the button that unticks everything would tick it again.
    bar = ticked.as_bar(error.text, error.field, with_ticks=not page.is_htmx)
    grid = replace(show.grid(studio, person, ticked.page), bar=bar)
    filters = show.filters(studio, person, ticked.wanted)
    if page.is_htmx:
        aim = {"HX-Retarget": "#picks", "HX-Reswap": "outerMorph"}
        return page.answer(
            "gallery/bar.html", ["bar"], status=error.status, headers=aim, grid=grid, filters=filters
        )
    headers = shown_on(f"/gallery{ticked.wanted.suffix()}", title=filters.title)
    return page.answer(
        "gallery/gallery.html",
        ["gallery"],
        status=error.status,
        headers=headers,
        grid=grid,
        filters=filters,
        head=Head(),
    )


def _item_refused(
    studio: Studio, person: Person, page: Page, item_id: UUID, ticked: Ticked, error: StudioError
) -> HTMLResponse:
    """The page of the item with the sentence at the field, or above all where it is about none."""
    found = search.get_item(studio.db, person.id, item_id)
    bar = ticked.as_bar(error.text, error.field, with_ticks=False)
    if bar.field == "album":  # which that page has one field for, to be typed into
        bar = replace(bar, field="album_name")
    card = show.item_card(studio, person, found, ticked.wanted)
    card = replace(card, bar=bar, refusal=None if bar.field else bar.error)
    headers = shown_on(f"/gallery/{item_id}{ticked.wanted.suffix()}", title=found.title)
    return page.answer("gallery/item.html", ["item"], status=error.status, headers=headers, card=card)


def _page_afterwards(verb: str, query: Query, at_id: UUID | None, undo: datetime | None) -> str:
    """Where somebody without scripts sees what was done, and how to undo it."""
    if at_id:
        return f"/gallery/{at_id}{query.suffix()}" if verb != "purge" else _bin(query)
    address = f"/gallery{query.suffix()}"
    return f"{address}{'&' if '?' in address else '?'}deleted={undo.isoformat()}" if undo else address


def _bin(query: Query) -> str:
    """Where an item that went for good lay, also when its page was opened from elsewhere."""
    return f"/gallery{replace(query, is_bin=True).suffix()}"


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
        return HTMLResponse(said, headers={**headers, "HX-Redirect": _bin(query)})
    card = show.item_card(studio, person, found, query)
    return HTMLResponse(page.render("gallery/item.html", ["item"], card=card) + said, headers=dict(headers))
