"""A migrated database for each test, copied from one that was migrated once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from studio.db import Database, migrate
from studio.paths import MIGRATIONS


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    with Database.open(path) as database:
        migrate(database, MIGRATIONS)
    return path


@pytest.fixture
def db(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db") as database:
        yield database
