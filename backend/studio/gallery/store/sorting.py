"""
The words in order: where all that begin alike lie together, a search reads those and passes over the rest.

The table grows in the order of time. At 3,000,000 words one search of a person took 77 ms of a processor there, and 29
once they were sorted by person and word; three words took 143 and 70. No index does this: it finds equal words only.
"""

from studio.db import Cursor, Database
from studio.gallery.store.backfill import find_note, note

WORDS_SORTED = "words_sorted"
LEAST_NEW = 50_000
LEAST_SHARE = 0.1


def sort_words(db: Database, *, least_new: int = LEAST_NEW) -> int:
    """
    Put the words in order if enough have come since the last time; how many there are then, else 0.

    Nobody else writes meanwhile: a third of a second for 1,000,000 words. Hence only once they have grown by a tenth.
    """
    with db.read() as cursor:
        row = cursor.execute("SELECT count(*) FROM item_words").fetchone()
    assert row is not None
    count: int = row[0]
    new = count - int(find_note(db, WORDS_SORTED) or 0)
    if abs(new) < max(least_new, count * LEAST_SHARE):
        return 0
    return db.transact(_sort)


def _sort(cursor: Cursor) -> int:
    columns = "word, number, person, place"
    cursor.execute(f"CREATE TEMP TABLE sorted AS SELECT {columns} FROM item_words ORDER BY person, word")
    cursor.execute("DELETE FROM item_words")
    cursor.execute(f"INSERT INTO item_words ({columns}) SELECT {columns} FROM sorted")
    row = cursor.execute("SELECT count(*) FROM sorted").fetchone()
    cursor.execute("DROP TABLE sorted")
    assert row is not None
    cursor.apply(note(WORDS_SORTED, str(row[0])))
    return int(row[0])
