"""Two recipes side by side: which two may be compared, and what the page about them shows."""

from collections.abc import Sequence
from uuid import UUID

from studio.accounts.access import Person
from studio.errors import Invalid, Missing
from studio.gallery import cards, search, views
from studio.gallery.item import Item
from studio.gallery.lineage import compare
from studio.gallery.query import Query
from studio.gallery.show import assets_of, find_generation
from studio.gallery.store.search import list_items
from studio.wiring import Studio


class NotTwo(Invalid):
    code = "not_two"
    text = "Tick exactly two things to compare how they were made."


def two_of(studio: Studio, person: Person, ids: Sequence[UUID]) -> tuple[UUID, UUID]:
    """These two, in their order. Raises NotTwo for more or fewer, Invalid for one that is gone or was not made here."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) != 2:
        raise NotTwo
    found = list_items(studio.db, person.id, wanted)
    if len(found) != 2:
        raise Invalid("One of the two is not there any more. Choose another one to compare with.")
    for item in found:
        if item.generation_id is None:
            raise Invalid(f"“{item.title}” was brought along: it has no recipe that could be compared.")
    return wanted[0], wanted[1]


def comparison(
    studio: Studio, person: Person, item_id: UUID, other_id: UUID, query: Query
) -> cards.Comparison:
    """Both items with what their recipes differ in. Raises Missing where one is not there or has no recipe."""
    left, right = (search.get_item(studio.db, person.id, wanted) for wanted in (item_id, other_id))
    one, other = find_generation(studio, person, left), find_generation(studio, person, right)
    if one is None or other is None:
        raise Missing("What was uploaded has no recipe.")
    files = assets_of(studio, person, [left, right])

    def side(mark: str, item: Item) -> cards.Side:
        asset = files.get(item.asset_id) if item.asset_id else None
        return cards.Side(mark, views.tile(item, asset, query), item.deleted_at is not None)

    lines = compare(studio.db, one, other)
    return cards.Comparison(
        sides=(side("A", left), side("B", right)),
        lines=lines,
        summary=_summary(sum(line.differs for line in lines), len(lines)),
        back_url=f"/gallery{query.suffix()}",
    )


def compared_at(item_id: UUID, other_id: UUID, query: Query) -> str:
    """The page of the comparison; it leads back to the search that it came from."""
    return f"/gallery/{item_id}?compare={other_id}{query.suffix().replace('?', '&', 1)}"


def _summary(differing: int, count: int) -> str:
    if not differing:
        return "Both were made by the same recipe."
    return f"{differing} of {count} settings {'differs' if differing == 1 else 'differ'}."
