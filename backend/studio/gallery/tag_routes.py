"""A tag as a whole on the gallery's page: renamed in the place of its header, or made one with another."""

from dataclasses import replace
from typing import Annotated

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Invalid, Missing
from studio.gallery import show
from studio.gallery.asked import Wanted, query_of_text
from studio.gallery.folding import fold
from studio.gallery.heading import renaming
from studio.gallery.query import Query
from studio.gallery.routes import head_again, whole_again
from studio.gallery.tagging import TagTaken, rename_tag
from studio.gallery.ticked import KEPT_CHARACTERS
from studio.gallery.views import Filters, things
from studio.html import Hx
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments/tags")


@router.get("/name", name="tags.name.edit")
def edit_name(person: SignedIn, studio: Wired, page: Hx, query: Wanted) -> HTMLResponse:
    filters = _filters(studio, person, query)
    return page.answer("gallery/head.html", ["head"], filters=filters, head=renaming(filters))


@router.post("/name", name="tags.name")
def rename(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    tag: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    merge: Annotated[str, Form()] = "",
    asked: Annotated[str, Form(alias="query")] = "",
) -> HTMLResponse:
    """
    The gallery with the new name everywhere; 422 or 409 with the form and what was typed. `merge` is the folded name of
    a tag that somebody agreed to make one with this one.
    """
    query = replace(query_of_text(asked), tag=fold(tag), album_id=None)
    try:
        renamed = rename_tag(studio.db, person.id, tag, name, may_merge=bool(merge) and merge == fold(name))
    except (Invalid, Conflict) as error:
        filters = _filters(studio, person, query)
        merges = fold(name) if isinstance(error, TagTaken) else ""
        head = renaming(filters, name[:KEPT_CHARACTERS], error.text, merges)
        return head_again(page, filters, head, error.status)
    note = f"{things(renamed.count)} tagged “{renamed.shown}” now."
    return whole_again(studio, person, page, replace(query, tag=renamed.tag), note)


def _filters(studio: Studio, person: Person, query: Query) -> Filters:
    """The filters with this tag chosen. Raises Missing where nothing of this person's has it."""
    filters = show.filters(studio, person, replace(query, album_id=None, is_bin=False))
    if not filters.tag:
        raise Missing
    return filters
