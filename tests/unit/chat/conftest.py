"""Conversations on a real database; the sandbox answers at once, the metronome on its beat."""

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
from studio.wiring import Studio

from tests.support.sandbox import served
from tests.support.studio import Talker, open_studio, person


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def sandbox_url() -> Iterator[str]:
    app = Starlette(routes=[Mount("/v1", app=create_sandbox(speed=inf, record=True))])
    with served(app, path="/v1") as url:
        yield url


@pytest.fixture(scope="package")
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


@pytest.fixture
async def studio(tmp_path: Path, db: Database, sandbox_url: str) -> AsyncIterator[Studio]:
    async with open_studio(tmp_path, db, sandbox_url) as opened:
        yield opened


@pytest.fixture
def alice(studio: Studio) -> Talker:
    return Talker(studio, person("Alice"))


@pytest.fixture
def bob(studio: Studio) -> Talker:
    return Talker(studio, person("Bob"))
