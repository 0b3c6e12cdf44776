"""A migrated database to be copied, and a sandbox that outlives the processes which ask it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from studio.db import Database, migrate
from studio.paths import MIGRATIONS
from studio.sandbox.app import create_sandbox

from tests.support.sandbox import served
from tests.support.scripted_filming import BEGUN, COMPLETED, POLL
from tests.support.scripted_server import ScriptedServer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    with Database.open(path, threads=1) as db:
        migrate(db, MIGRATIONS)
    return path


@pytest.fixture
def place(tmp_path: Path, migrated: Path) -> Path:
    """A data directory."""
    shutil.copy(migrated, tmp_path / "app.db")
    return tmp_path


@pytest.fixture
def db(place: Path) -> Iterator[Database]:
    with Database.open(place / "app.db", threads=1) as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A provider that takes a video on and has made it at the first look."""
    async with ScriptedServer() as scripted:
        scripted.always("/v1/videos", BEGUN)
        scripted.always(POLL, COMPLETED)
        yield scripted


@pytest.fixture(scope="package")
def sandbox() -> Iterator[str]:
    with served(create_sandbox(speed=200, record=True, list_ugly=True)) as url:
        yield url
