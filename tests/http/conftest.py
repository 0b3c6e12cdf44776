"""The backend in process on a database of its own, and the cast: Alice, Bob, Charlie (signed out), Ruth (admin)."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from studio.app import create_app
from studio.config import Settings
from studio.db import Database, migrate
from studio.paths import MIGRATIONS

from tests.support.people import Caller, join, set_up, wait_until_open
from tests.support.talking import Talk, talking


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Override this one to run a folder's tests under other settings. No provider is set: it is the sandbox."""
    return Settings(data_dir=tmp_path / "data", registration="open", public_url="https://studio.example.org")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that is migrated and empty, to be copied: a third of the time a backend takes to open."""
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    with Database.open(path) as db:
        migrate(db, MIGRATIONS)
    return path


@pytest.fixture
def backend(settings: Settings, migrated: Path) -> Iterator[TestClient]:
    """Open and migrated. Its requests are Charlie's; the others have fixtures of their own."""
    with _backend(settings, migrated) as client:
        yield client


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[TestClient]:
    """One backend for all tests that change nothing, such as who may not; `standing_alice` is a member there."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("standing"), registration="open")
    with _backend(settings, migrated) as client:
        set_up(client)
        yield client


@pytest.fixture(scope="session")
def standing_alice(standing: TestClient) -> Caller:
    return join(standing, "alice@example.org", name="Alice")


@contextmanager
def _backend(settings: Settings, migrated: Path) -> Iterator[TestClient]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(migrated, settings.database_path)
    app = create_app(settings)
    with TestClient(app, base_url="http://backend", follow_redirects=False) as client:
        wait_until_open(app)
        yield client


@pytest.fixture
def charlie(backend: TestClient) -> Caller:
    return Caller(backend)


@pytest.fixture
def ruth(backend: TestClient) -> Caller:
    return set_up(backend)


@pytest.fixture
def alice(backend: TestClient, ruth: Caller) -> Caller:
    return join(backend, "alice@example.org", name="Alice")


@pytest.fixture
def bob(backend: TestClient, ruth: Caller) -> Caller:
    return join(backend, "bob@example.org", name="Bob")


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Talk]:
    """One backend on a real socket, with a sandbox that never waits, for all tests in which people talk."""
    with talking(tmp_path_factory.mktemp("talking"), migrated) as talk:
        yield talk
