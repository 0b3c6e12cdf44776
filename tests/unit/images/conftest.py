"""A real database, the real sandbox on a socket, and a studio whose worker makes pictures."""

import shutil
from collections.abc import AsyncIterator, Iterator
from math import inf
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from studio.db import Database, migrate
from studio.paths import MIGRATIONS
from studio.sandbox.app import create_sandbox

from tests.support.sandbox import served
from tests.support.studio import Talker, open_studio, person


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    with Database.open(path, threads=1) as db:
        migrate(db, MIGRATIONS)
    return path


@pytest.fixture
def db(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    """It never waits; those of its models that are slow by name are held by their pace."""
    sandbox = create_sandbox(speed=inf, record=True, list_ugly=True)
    with served(Starlette(routes=[Mount("/v1", app=sandbox)]), path="/v1") as url:
        yield url


@pytest.fixture
async def alice(db: Database, sandbox_url: str, tmp_path: Path) -> AsyncIterator[Talker]:
    """Alice at a studio whose worker is not started yet."""
    async with open_studio(tmp_path, db, sandbox_url) as studio:
        yield Talker(studio, person("Alice"))
