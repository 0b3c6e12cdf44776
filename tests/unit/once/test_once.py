"""Keys of requests on a real database: durable with what they began, and forgotten after a day."""

from datetime import timedelta
from pathlib import Path

import pytest
from studio.db import Database, migrate
from studio.ids import new_id
from studio.moments import now
from studio.once.once import (
    KEPT,
    BegunBefore,
    KeyReused,
    Once,
    begun_before,
    key_rows,
    once_of_form,
    once_of_header,
    write_once,
)
from studio.once.store import forget_keys
from studio.paths import MIGRATIONS

ALICE = new_id()
ONCE = Once(ALICE, "key", "digest")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "app.db"
    with Database.open(path, threads=1) as db:
        migrate(db, MIGRATIONS)
    return path


def test_the_key_outlives_the_process(path: Path) -> None:
    first, second = new_id(), new_id()
    with Database.open(path, threads=1) as db:
        write_once(db, ONCE, first)

    with Database.open(path, threads=1) as db:
        assert begun_before(db, ONCE) == first
        with pytest.raises(BegunBefore) as before:
            write_once(db, ONCE, second)
    assert before.value.generation_id == first


def test_rows_and_key_are_one_commit(path: Path) -> None:
    lost = Once(ALICE, "another", "digest")
    with Database.open(path, threads=1) as db:
        write_once(db, ONCE, new_id())

        with pytest.raises(BegunBefore):
            write_once(db, ONCE, new_id(), *key_rows(lost, new_id()))

        assert begun_before(db, lost) is None


def test_the_same_key_for_another_request_is_refused(path: Path) -> None:
    with Database.open(path, threads=1) as db:
        write_once(db, ONCE, new_id())

        with pytest.raises(KeyReused):
            begun_before(db, Once(ALICE, "key", "another digest"))
        with pytest.raises(KeyReused):
            write_once(db, Once(ALICE, "key", "another digest"), new_id())


def test_a_day_later_it_is_forgotten(path: Path) -> None:
    with Database.open(path, threads=1) as db:
        write_once(db, ONCE, new_id())

        assert forget_keys(db, now() - KEPT) == 0
        assert forget_keys(db, now() + timedelta(seconds=1)) == 1
        assert begun_before(db, ONCE) is None


def test_a_form_s_key_goes_with_what_it_asks_for() -> None:
    same = [once_of_form(ALICE, "k", "image", {"n": "2", "size": "1K"}) for _ in range(2)]

    assert same[0] == same[1]
    assert once_of_form(ALICE, "k", "image", {"n": "3", "size": "1K"}) != same[0]
    assert once_of_form(ALICE, "k", "video", {"n": "2", "size": "1K"}) != same[0]
    assert once_of_form(ALICE, "", "image") is None


def test_a_program_s_key_is_the_same_with_quotes_and_without() -> None:
    assert once_of_header(ALICE, '"k"', "generations") == once_of_header(ALICE, "k", "generations")
    assert once_of_header(ALICE, None, "generations") is None
