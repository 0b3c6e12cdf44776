"""Everything that is written when a generation ends: the end itself, and what the gallery finds it by."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from studio.db import Database, Row
from studio.gallery.indexing import EXCERPT_CHARACTERS, item_rows, item_rows_anew
from studio.gallery.item import Item, ItemTexts
from studio.generations import store
from studio.generations.generation import Generation
from studio.markdown import excerpt_from, title_from
from studio.moments import now

# An excerpt comes from the beginning of a text; what a person typed at length is no title either.
_UNTITLED = "A text"

ItemRows = Callable[[Item, ItemTexts], list[Row]]


def ending_rows(db: Database, generation: Generation) -> list[Row]:
    """
    The rows of the commit that ends it. Reads the title of its conversation, so it is called in a worker thread.
    """
    rows = store.finish(generation)
    if generation.kind == "text" and generation.text.strip():
        rows += text_item_rows(db, generation)
    return rows


def end_all(db: Database, generations: Iterable[Generation]) -> None:
    """Write the ends of many generations in one commit."""
    rows = [row for generation in generations for row in ending_rows(db, generation)]
    if rows:
        db.write(*rows)


def text_item_rows(db: Database, generation: Generation, rows_of: ItemRows = item_rows) -> list[Row]:
    """A finished text as an item. One of a conversation that was deleted meanwhile is born deleted, like the others."""
    title, deleted_at = "", None
    if generation.conversation_id is not None:
        title, deleted_at = store.find_conversation_title(db, generation.conversation_id)
    texts = ItemTexts(prompt=generation.prompt, text=generation.text, title=title)
    return rows_of(text_item(generation, deleted_at), texts)


def text_item(generation: Generation, deleted_at: datetime | None = None) -> Item:
    return Item(
        id=generation.id,
        person_id=generation.person_id,
        kind="text",
        origin="made",
        model=generation.model,
        title=title_from(generation.prompt, otherwise=_UNTITLED),
        excerpt=excerpt_from(generation.text, EXCERPT_CHARACTERS),
        made_at=generation.outcome.finished_at or now(),
        generation_id=generation.id,
        conversation_id=generation.conversation_id,
        deleted_at=deleted_at,
    )


def rows_for_gallery(db: Database, texts: Sequence[tuple[UUID, UUID]]) -> list[Row]:
    """These finished texts (id, whose) as items with their words, such as when everything is indexed anew."""
    rows: list[Row] = []
    for generation_id, person_id in texts:
        rows += text_item_rows(db, store.get_generation(db, person_id, generation_id), item_rows_anew)
    return rows
