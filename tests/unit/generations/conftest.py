"""A real database, a real adapter with short limits, and a server that does what it is told."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from studio.db import Database, migrate
from studio.generations.engine import Engine
from studio.paths import MIGRATIONS
from studio.providers import Adapter, Provider, RetryPolicy, Timeouts

from tests.support.generations import PROVIDER
from tests.support.scripted_server import ScriptedServer


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


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
async def adapter() -> AsyncIterator[Adapter]:
    limits = Timeouts(connect=5, headers=60, lookup=5, silence=60, after_finish=0.3, error_body=2)
    patience = RetryPolicy(base_seconds=0.01, most_wait_seconds=0.02)
    async with Adapter(timeouts=limits, retry=patience, cost_delays_seconds=(0.0, 0.01, 0.01)) as made:
        yield made


@pytest.fixture
def provider(server: ScriptedServer) -> Provider:
    return Provider(PROVIDER, "Acme Cloud", "openrouter", server.url, SecretStr("sk-or-v1-0123456789abcdef"))


@pytest.fixture
async def engine(db: Database, adapter: Adapter) -> AsyncIterator[Engine]:
    made = Engine(db, adapter, save_seconds=0.01, drain_seconds=0.05, cost_look_up_seconds=0.0)
    made.start_saving()
    yield made
    await made.close()
