"""The statements that change words of items, within the transaction of whoever changes what they say."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from studio.db import Cursor


def list_numbers_of_conversation(cursor: Cursor, conversation_id: UUID) -> dict[UUID, list[int]]:
    """The numbers of its items, by whose they are."""
    found: dict[UUID, list[int]] = defaultdict(list)
    for person_id, number in cursor.execute(
        "SELECT person_id, number FROM items WHERE conversation_id = $id", {"id": conversation_id}
    ).fetchall():
        found[person_id].append(number)
    return found


def delete_words(cursor: Cursor, numbers: Sequence[int], place: int) -> None:
    if not numbers:
        return
    for table in ("item_words", "item_texts"):
        cursor.execute(
            f"DELETE FROM {table} WHERE place = $place AND number IN (SELECT unnest($numbers::BIGINT[]))",
            {"place": int(place), "numbers": list(numbers)},
        )


def add_words(
    cursor: Cursor, numbers: Sequence[int], person: int, place: int, words: Sequence[str], folded: str
) -> None:
    """All of these words for each of these items."""
    where = {"numbers": list(numbers), "place": int(place)}
    cursor.execute(
        """
        INSERT INTO item_words (word, number, person, place)
        SELECT words.word, items.number, $person, $place
        FROM (SELECT unnest($numbers::BIGINT[]) AS number) AS items
        CROSS JOIN (SELECT unnest(string_split($words, ' ')) AS word) AS words
        """,
        {**where, "person": person, "words": " ".join(words)},
    )
    cursor.execute(
        """
        INSERT INTO item_texts (number, place, folded)
        SELECT unnest($numbers::BIGINT[]), $place, $folded
        """,
        {**where, "folded": folded},
    )
