"""Words in order: searches find the same, and it is done only when it is worth while."""

from studio.db import Database
from studio.gallery.store.sorting import sort_words

from tests.support.gallery import BOB, asked, found


def words(db: Database) -> list[tuple[int, str]]:
    with db.read() as cursor:
        return cursor.execute("SELECT person, word FROM item_words ORDER BY rowid").fetchall()


def test_sorted_words_are_the_same_words_in_order(db: Database) -> None:
    for prompt in ("plum and apple", "zest of apple", "apple alone"):
        asked(db, prompt)
        asked(db, prompt, BOB)
    before = words(db)

    count = sort_words(db, least_new=1)

    assert words(db) == sorted(before) != before
    assert count == len(before)
    assert found(db, "app") == ["apple alone", "zest of apple", "plum and apple"]
    assert found(db, "zes app") == ["zest of apple"]


def test_they_are_sorted_again_only_once_enough_have_come(db: Database) -> None:
    for number in range(30):
        asked(db, f"dish number {number}")

    assert sort_words(db) == 0
    assert sort_words(db, least_new=1) > 0
    asked(db, "one more")
    assert sort_words(db, least_new=1) == 0, "less than a tenth is new"


def test_what_comes_after_sorting_is_found_at_once(db: Database) -> None:
    asked(db, "an early plum")
    sort_words(db, least_new=1)

    asked(db, "a late plum")

    assert found(db, "plum") == ["a late plum", "an early plum"]
