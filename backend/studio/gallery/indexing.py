"""
What has to be written so that an item is found: rows for the very commit that makes it, so that search is never behind.
"""

from collections.abc import Sequence
from uuid import UUID

from studio.db import Row, Statement
from studio.gallery.folding import FOLDED_LIMIT, fold, index_words
from studio.gallery.item import Item, ItemTexts, Place, person_key
from studio.gallery.store.words import ADD_ITEM, ADD_ITEM_IF_NEW, ADD_TEXT, ADD_WORDS

EXCERPT_CHARACTERS = 420
# Changed whenever folding or the places change: at the next start everything is indexed anew.
SEARCH_VERSION = "2"
# Of a text as it was written; folding changes its length little.
_SOURCE_CHARACTERS = FOLDED_LIMIT * 2


def item_rows(item: Item, texts: ItemTexts) -> list[Row]:
    """The item with its words, for the very commit that ends a generation or keeps an upload, and for none after it."""
    return items_rows([item], texts)


def items_rows(items: Sequence[Item], texts: ItemTexts) -> list[Row]:
    """The same for several of one person and one model that are found by the same words, which are folded once."""
    return [*(_item_row(ADD_ITEM, item) for item in items), *_word_rows(items, texts)]


def item_rows_anew(item: Item, texts: ItemTexts) -> list[Row]:
    """The same where the item may be there already, with its star: it stays, and gets words."""
    return [_item_row(ADD_ITEM_IF_NEW, item), *_word_rows([item], texts)]


def place_rows(number: int, person_id: UUID, place: Place, written: str) -> list[Row]:
    """The words of one place of an item; nothing where there are none."""
    return _place_rows([number], person_id, place, written)


def _word_rows(items: Sequence[Item], texts: ItemTexts) -> list[Row]:
    if not items:
        return []
    numbers, person_id = [item.number for item in items], items[0].person_id
    return [
        row
        for place, written in texts.by_place(items[0].model).items()
        for row in _place_rows(numbers, person_id, place, written)
    ]


def _place_rows(numbers: Sequence[int], person_id: UUID, place: Place, written: str) -> list[Row]:
    folded = fold(written[:_SOURCE_CHARACTERS])
    if not folded:
        return []
    words, text = " ".join(index_words(folded)), f" {_cut(folded)} "
    person = person_key(person_id)
    return [
        *(ADD_WORDS.row(words=words, number=number, person=person, place=int(place)) for number in numbers),
        *(ADD_TEXT.row(number=number, place=int(place), folded=text) for number in numbers),
    ]


def _item_row(statement: Statement, item: Item) -> Row:
    return statement.row(
        id=item.id,
        number=item.number,
        person_id=item.person_id,
        kind=item.kind,
        origin=item.origin,
        generation_id=item.generation_id,
        asset_id=item.asset_id,
        conversation_id=item.conversation_id,
        model=item.model,
        title=item.title,
        excerpt=item.excerpt,
        made_at=item.made_at,
        deleted_at=item.deleted_at,
    )


def _cut(folded: str) -> str:
    """Whole words of what phrases are looked for in."""
    if len(folded) <= FOLDED_LIMIT:
        return folded
    return folded[:FOLDED_LIMIT].rpartition(" ")[0] or folded[:FOLDED_LIMIT]
