"""A backend whose worker knows one kind of job, and whose table for its rows is there."""

import pytest
from starlette.testclient import TestClient
from studio.db import Database
from studio.jobs.jobs import Jobs

from tests.support.jobs import LEDGER, Errand


@pytest.fixture
def db(backend: TestClient) -> Database:
    found: Database = backend.app.state.studio.db  # type: ignore[attr-defined]
    found.transact(lambda cursor: cursor.execute(LEDGER))
    return found


@pytest.fixture
def errand(backend: TestClient, db: Database) -> Errand:
    """The handler; it is known to the worker, which sleeps until a test wakes it."""
    handler = Errand()
    jobs: Jobs = backend.app.state.studio.jobs  # type: ignore[attr-defined]
    jobs.worker.add_handler(handler)
    return handler
