"""One sandbox for the whole run, a hundred times as quick as the ordinary one."""

from collections.abc import Iterator

import httpx
import pytest
from studio.sandbox.app import create_sandbox

from tests.support.sandbox import KEY, served

SPEED = 100.0


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    with served(create_sandbox(speed=SPEED, list_ugly=True, record=True, kept_requests=1000)) as address:
        yield address


@pytest.fixture
def client(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, headers=KEY, timeout=10) as client:
        yield client
