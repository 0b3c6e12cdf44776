"""A disk without room, met before any file of ours: by a form that is spooled, and by the database."""

from pathlib import Path

import pytest

from tests.support.full_disk import no_file_grows_beyond
from tests.support.people import Caller


def test_a_form_that_cannot_be_spooled_is_told_so(alice: Caller) -> None:
    with no_file_grows_beyond(2_000_000):
        answer = alice.post("/api/assets", files={"file": ("sea.png", bytes(3_000_000), "image/png")})

    assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
    assert "disk is full" in answer.json()["message"]


def test_a_commit_that_does_not_fit_is_told_so_and_works_when_there_is_room(
    alice: Caller, journal: Path
) -> None:
    with no_file_grows_beyond(journal.stat().st_size + 1):
        answer = alice.post("/api/albums", json={"name": "Summer"})

    assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
    assert alice.post("/api/albums", json={"name": "Summer"}).status_code == 201


@pytest.fixture
def journal(alice: Caller) -> Path:
    """What the database writes next, long enough that the limit leaves the log of this test alone."""
    studio = alice.backend.app.state.studio  # type: ignore[attr-defined]
    studio.db.transact(
        lambda cursor: cursor.execute("CREATE TABLE filling AS SELECT repeat('x', 500000) AS x")
    )
    path = Path(f"{studio.settings.database_path}.wal")
    assert path.stat().st_size > 100_000
    return path
