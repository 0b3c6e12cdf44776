"""
Finding items: pages of a query, the neighbours of an item in it, how many there are.

Without words the order is that of time, and a page begins behind an item. With words it is that of rank: weight of the
place × rarity of the word × recency. Rarity and recency change with everything that arrives, so the address of a next
page carries what they were on the first one, with the moment of that page: items that arrived since do not come in
between, and the score of every other stays what it was, so that paging skips and doubles nothing.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from studio.db import Database
from studio.errors import Missing
from studio.gallery.item import Item, number_at, number_of
from studio.gallery.query import KINDS, Mark, Query
from studio.gallery.store import search as store
from studio.moments import now

# Of ids that a program names, and of what is packed into one archive.
SELECTION_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Page:
    """`next_before` is what `before` has to be for the next page; None on the last one."""

    items: list[Item]
    next_before: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items of each kind a query has if its own kind is left out."""

    total: int
    by_kind: dict[str, int]


def find(db: Database, person_id: UUID, query: Query) -> Page:
    """One page of a person's items. Raises Invalid for a mark that is none of this query."""
    if not query.is_ranked:
        items = store.list_newest(db, person_id, query, limit=query.limit + 1)
        more = len(items) > query.limit
        items = items[: query.limit]
        return Page(items, str(items[-1].id) if more else None)
    mark = query.mark
    anchor = mark.anchor if mark else number_at(now())
    rarities = mark.rarities if mark else ()
    found = store.list_ranked(db, person_id, query, anchor=anchor, rarities=rarities, limit=query.limit + 1)
    more = len(found) > query.limit
    found = found[: query.limit]
    following = None
    if more:
        last, score, used = found[-1]
        following = str(Mark(last.number, score, anchor, tuple(used)))
    return Page([item for item, _, _ in found], following)


def find_ids(db: Database, person_id: UUID, query: Query, limit: int | None = SELECTION_LIMIT) -> list[UUID]:
    """All that match, or the newest ones if there are more than `limit`."""
    return store.list_ids(db, person_id, replace(query, before=""), limit=limit)


def neighbours(db: Database, person_id: UUID, query: Query, item_id: UUID) -> tuple[UUID | None, UUID | None]:
    """The items before and behind this one, in the order in which the query shows them."""
    query = replace(query, before="")
    return store.find_neighbours(db, person_id, query, number_of(item_id), anchor=number_at(now()))


def count(db: Database, person_id: UUID, query: Query) -> Counts:
    rows = store.count_kinds(db, person_id, replace(query, kind="", before=""))
    by_kind = dict.fromkeys(KINDS, 0)
    for kind, origin, number in rows:
        by_kind[kind] = by_kind.get(kind, 0) + number
        if origin == "uploaded":
            by_kind["upload"] += number
    return Counts(sum(number for _, _, number in rows), by_kind)


def get_item(db: Database, person_id: UUID, item_id: UUID) -> Item:
    """An item of this person, also a deleted one; somebody else's is Missing."""
    found = store.list_items(db, person_id, [item_id])
    if not found:
        raise Missing
    return found[0]
