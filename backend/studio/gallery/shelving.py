"""The words that change after an item was made: titles of conversations, tags, names of albums."""

from collections.abc import Sequence
from uuid import UUID

from studio.db import Cursor
from studio.gallery.folding import FOLDED_LIMIT, fold, index_words
from studio.gallery.item import Place, person_key
from studio.gallery.store import shelving as store


def retitle_items_of_conversation(cursor: Cursor, conversation_id: UUID, title: str) -> None:
    """In the transaction that renames it: its answers are found by the new title, and no longer by the old one."""
    for person_id, numbers in store.list_numbers_of_conversation(cursor, conversation_id).items():
        replace_words(cursor, person_id, numbers, Place.TITLE, title)


def replace_words(
    cursor: Cursor, person_id: UUID, numbers: Sequence[int], place: Place, written: str
) -> None:
    """Put these words in the place of whatever the items had there."""
    store.delete_words(cursor, numbers, place)
    add_words(cursor, person_id, numbers, place, written)


def add_words(cursor: Cursor, person_id: UUID, numbers: Sequence[int], place: Place, written: str) -> None:
    """The same words for each of these items, beside those that stand there."""
    folded = fold(written)[:FOLDED_LIMIT]
    if folded and numbers:
        store.add_words(cursor, numbers, person_key(person_id), place, index_words(folded), f" {folded} ")
