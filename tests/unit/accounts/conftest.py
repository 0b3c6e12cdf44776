"""A studio's accounts on a real database file, with Ruth as administrator and Alice and Bob as members."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from studio.accounts.desk import Desk
from studio.accounts.person import Person
from studio.db import Database, migrate

from tests.support.accounts import MIGRATIONS, Door, cheap_passwords


@pytest.fixture
def open_database(tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Opens the database file of this test, again after a close."""
    opened: list[Database] = []

    def open_() -> Database:
        db = Database.open(tmp_path / "app.db", threads=1)
        opened.append(db)
        return db

    yield open_
    for db in opened:
        db.close()


@pytest.fixture
def door(open_database: Callable[[], Database]) -> Iterator[Door]:
    db = open_database()
    migrate(db, MIGRATIONS)
    desk = Desk(cheap_passwords())
    yield Door(db, desk)
    desk.close()


@pytest.fixture
def ruth(door: Door) -> Person:
    return door.person(door.set_up())


@pytest.fixture
def alice(door: Door, ruth: Person) -> Person:
    return door.person(door.register("alice@example.org", name="Alice"))


@pytest.fixture
def bob(door: Door, ruth: Person) -> Person:
    return door.person(door.register("bob@example.org", name="Bob"))
