"""Items on a real database, without anybody's generations, and what a search of them has to find."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from studio.db import Database
from studio.gallery.folding import fold, index_words
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts
from studio.gallery.query import Query
from studio.gallery.search import find
from studio.gallery.store.search import list_items
from studio.ids import new_id
from studio.moments import now

ALICE, BOB = new_id(), new_id()


def item_of(whose: UUID = ALICE, *, days_ago: float = 0, **more: object) -> Item:
    """An item that would be in the gallery."""
    item_id = new_id()
    values: dict[str, object] = {
        "id": item_id,
        "person_id": whose,
        "kind": "text",
        "origin": "made",
        "model": "sandbox/sprinter",
        "title": "Something",
        "excerpt": "Something was said.",
        "made_at": now() - timedelta(days=days_ago),
        "generation_id": item_id,
        **more,
    }
    return Item(**values)  # type: ignore[arg-type]


def keep(db: Database, item: Item, **texts: str) -> Item:
    """The item, committed with its words."""
    db.write(*item_rows(item, ItemTexts(**texts)))
    return item


def asked(db: Database, prompt: str, whose: UUID = ALICE, **more: object) -> Item:
    return keep(db, item_of(whose, title=prompt[:60], **more), prompt=prompt)


def found(db: Database, words: str = "", whose: UUID = ALICE, **filters: object) -> list[str]:
    """The titles of what is found, in order."""
    return [item.title for item in find(db, whose, Query(words, **filters)).items]  # type: ignore[arg-type]


def all_pages(db: Database, query: Query, whose: UUID = ALICE) -> Iterable[Item]:
    """Every item of a query, page by page."""
    while True:
        page = find(db, whose, query)
        yield from page.items
        if page.next_before is None:
            return
        query = replace(query, before=page.next_before)


def again(db: Database, item: Item) -> Item:
    return list_items(db, item.person_id, [item.id])[0]


def words_of(text: str) -> set[str]:
    return set(index_words(fold(text)))
