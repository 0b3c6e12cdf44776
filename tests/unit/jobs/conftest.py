"""A real database with the handler's own table beside the jobs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from studio.db import Database, migrate
from studio.paths import MIGRATIONS

from tests.support.jobs import LEDGER


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    with Database.open(path, threads=1) as db:
        migrate(db, MIGRATIONS)
        db.transact(lambda cursor: cursor.execute(LEDGER))
    return path


@pytest.fixture
def db(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as opened:
        yield opened
