"""A real database, a server that does what it is told, and a catalogue between them."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from studio.catalogue import store
from studio.catalogue.catalogue import Catalogue
from studio.db import Database, migrate
from studio.moments import now
from studio.paths import MIGRATIONS
from studio.providers import Adapter, Provider, RetryPolicy, Timeouts

from tests.support.scripted_server import ScriptedServer, answer


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
def db(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """Without lists of image and video models, unless a test gives it one."""
    async with ScriptedServer() as scripted:
        scripted.always("/v1/images/models", answer(404, b""))
        scripted.always("/v1/videos/models", answer(404, b""))
        yield scripted


@pytest.fixture
def provider(server: ScriptedServer) -> Provider:
    return Provider("configured", "Acme Cloud", "openrouter", server.url)


@pytest.fixture
async def catalogue(db: Database, provider: Provider) -> AsyncIterator[Catalogue]:
    """Empty, as on the first day."""
    async with Adapter(timeouts=Timeouts(connect=5, lookup=5), retry=RetryPolicy(tries=1)) as adapter:
        yield Catalogue(db, adapter, provider, store.remember_provider(db, provider, now()))
