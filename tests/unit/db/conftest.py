"""A real database file for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from studio.db import Database, Statement

ADD = Statement(
    "INSERT INTO note (id, owner, body) "
    "SELECT unnest($id::BIGINT[]), unnest($owner::BIGINT[]), unnest($body::VARCHAR[])"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    with Database.open(path) as database:
        database.transact(
            lambda cursor: cursor.execute(
                "CREATE TABLE note (id BIGINT PRIMARY KEY, owner BIGINT, body VARCHAR NOT NULL)"
            )
        )
        yield database


@pytest.fixture
def add() -> Statement:
    return ADD
