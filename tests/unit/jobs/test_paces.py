"""How long such jobs take here: by model and settings, else by the model alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from studio.db import Database
from studio.jobs.store.paces import PACE_JOBS, expected_seconds
from studio.moments import now

from tests.support.jobs import SHOP, ask

FOUR, EIGHT, OTHER = 'a/filmer {"duration":4}', 'a/filmer {"duration":8}', 'a/filmer2 {"duration":4}'


def took(db: Database, seconds: float, pace: str = FOUR, *, days_ago: float = 0, **more: object) -> None:
    job = ask(db, pace=pace, **more)
    begun = now() - timedelta(days=days_ago)
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET state = 'done', started_at = $at, finished_at = $end WHERE id = $id",
            {"id": job.id, "at": begun, "end": begun + timedelta(seconds=seconds)},
        )
    )


def expected(db: Database, pace: str, kind: str = "errand", provider: UUID = SHOP) -> float | None:
    asked = (kind, provider, pace)
    return expected_seconds(db, [asked]).get(asked)


def test_nothing_is_said_where_nothing_was_done(db: Database) -> None:
    ask(db, pace=FOUR)

    assert expected(db, FOUR) is None
    assert expected_seconds(db, []) == {}


def test_it_is_the_median_of_those_with_the_same_settings(db: Database) -> None:
    for seconds in (10, 12, 90):
        took(db, seconds)
    took(db, 500, EIGHT)

    assert expected(db, FOUR) == pytest.approx(12)
    assert expected(db, EIGHT) == pytest.approx(500)


def test_settings_that_were_never_made_go_by_the_model(db: Database) -> None:
    for seconds in (10, 12, 90):
        took(db, seconds)
    took(db, 500, OTHER)
    new = ("errand", SHOP, EIGHT)
    old = ("errand", SHOP, FOUR)

    assert expected_seconds(db, [old, new]) == {old: pytest.approx(12), new: pytest.approx(12)}
    assert expected(db, EIGHT, kind="other") is None
    assert expected(db, EIGHT, provider=UUID(int=3)) is None


def test_the_last_twenty_count(db: Database) -> None:
    for number in range(PACE_JOBS):
        took(db, 5, days_ago=1)
        took(db, 300, days_ago=10 + number)

    assert expected(db, FOUR) == pytest.approx(5)
    assert expected(db, EIGHT) == pytest.approx(5)
