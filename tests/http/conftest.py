"""The backend in process on a database of its own, and the cast: Alice, Bob, Charlie (signed out), Ruth (admin)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from studio.app import create_app
from studio.config import Settings

from tests.support.people import Caller, join, set_up, wait_until_open


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Override this one to run a folder's tests under other settings. No provider is set: it is the sandbox."""
    return Settings(data_dir=tmp_path / "data", registration="open", public_url="https://studio.example.org")


@pytest.fixture
def backend(settings: Settings) -> Iterator[TestClient]:
    """Open and migrated. Its requests are Charlie's; the others have fixtures of their own."""
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
