"""A store of files, a database with its schema, and pictures to keep in them."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from studio.assets.files import FileStore
from studio.db import Database, migrate
from studio.paths import MIGRATIONS


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("assets") / "app.db"
    with Database.open(path) as db:
        migrate(db, MIGRATIONS)
    return path


@pytest.fixture
def db(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    shutil.copy(empty_database, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db") as db:
        yield db


def picture_bytes(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A picture in which no two places look alike."""
    image = Image.merge(
        "RGB",
        [
            Image.linear_gradient("L").resize(size),
            Image.radial_gradient("L").resize(size),
            Image.new("L", size, 90),
        ],
    )
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def made_bytes() -> Any:
    return picture_bytes
