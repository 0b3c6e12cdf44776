"""Indexing everything anew: complete, once, and resumable wherever a process was killed."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from studio.db import Database
from studio.gallery import backfill, verbs
from studio.gallery.folding import WORDS_LIMIT
from studio.generations import store
from studio.generations.ending import end_all, rows_for_gallery
from studio.generations.generation import State
from studio.moments import now

from tests.support.gallery import again, asked, found, item_of, keep
from tests.support.generations import ALICE, asked_for


def count(db: Database, table: str) -> int:
    with db.read() as cursor:
        row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def ended_before_there_was_a_gallery(db: Database, number: int) -> None:
    generation = asked_for(db, prompt=f"bread number {number}")
    generation.state, generation.text = State.DONE, "It rises."
    db.write(*store.finish(generation))


def run(db: Database) -> None:
    way = backfill.begin(db)
    while way is not None:
        way = backfill.step(db, way, rows_for_gallery)


def test_what_was_made_before_becomes_items_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "BATCH", 3)
    for number in range(7):
        ended_before_there_was_a_gallery(db, number)

    run(db)
    run(db)

    assert len(found(db, "bread ris", ALICE)) == 7
    assert count(db, "items") == 7
    assert backfill.begin(db) is None


def test_killed_between_batches_it_goes_on_where_it_stopped(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "BATCH", 2)
    for number in range(5):
        ended_before_there_was_a_gallery(db, number)
    way = backfill.begin(db)
    assert way is not None
    backfill.step(db, way, rows_for_gallery)
    indexed: list[UUID] = []

    def noted(db: Database, texts: Sequence[tuple[UUID, UUID]]) -> list[object]:
        indexed.extend(item_id for item_id, _ in texts)
        return rows_for_gallery(db, texts)  # type: ignore[return-value]

    resumed = backfill.begin(db)
    while resumed is not None:
        resumed = backfill.step(db, resumed, noted)  # type: ignore[arg-type]

    assert len(indexed) == 3
    assert len(found(db, "bread", ALICE)) == 5


def test_another_version_indexes_anew_and_keeps_stars_and_tags(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = asked_for(db, prompt="bread")
    generation.state, generation.text = State.DONE, "It rises."
    end_all(db, [generation])
    verbs.star(db, ALICE, [generation.id], True)
    verbs.tag(db, ALICE, [generation.id], "oven")
    run(db)
    words = count(db, "item_words")

    monkeypatch.setattr(backfill, "SEARCH_VERSION", "another")
    run(db)

    assert found(db, "bread oven", ALICE, is_starred=True) == ["bread"]
    assert count(db, "item_words") == words


def test_of_a_long_text_a_bounded_number_of_words_is_kept(db: Database) -> None:
    keep(db, item_of(title="long"), text=" ".join(f"word{number}" for number in range(5000)))

    assert count(db, "item_words") <= WORDS_LIMIT + 2
    assert found(db, "word399") == ["long"]


def test_the_bin_is_emptied_after_thirty_days_and_not_before(db: Database) -> None:
    old, new = asked(db, "old"), asked(db, "new")
    verbs.delete(db, old.person_id, [old.id], now() - timedelta(days=31))
    verbs.delete(db, new.person_id, [new.id], now() - timedelta(days=29))

    assert verbs.empty_bin(db, now()) == 1

    assert found(db, is_bin=True) == ["new"]
    assert again(db, new).deleted_at is not None
    assert count(db, "items") == 1
