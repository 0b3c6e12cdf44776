"""
A disk without room, met before any file of ours: by a form that is spooled, and by the database.

The services are processes of their own: the limit that stands for the disk holds for all a process writes, and a
test runner has more open than what is tested.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.full_disk import no_file_grows_beyond
from tests.support.services import Services, running_services


def test_a_form_that_cannot_be_spooled_is_told_so(services: Services) -> None:
    with services.api("alice") as alice, no_file_grows_beyond(2_000_000, services.backend):
        answer = alice.post("/api/assets", files={"file": ("sea.png", bytes(3_000_000), "image/png")})

    assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
    assert "disk is full" in answer.json()["message"]


def test_a_form_that_the_frontend_cannot_hold_is_told_so(services: Services) -> None:
    session = services.token("alice")
    form_token = hashlib.sha256(f"csrf:{session}".encode()).hexdigest()
    with no_file_grows_beyond(2_000_000, services.frontend):
        answer = httpx.post(
            f"{services.address}/fragments/images",
            files={"file": ("sea.png", bytes(3_000_000), "image/png")},
            headers={"Cookie": f"studio={session}", "X-CSRF-Token": form_token},
            timeout=30,
        )

    assert answer.status_code == 507
    assert "disk is full" in answer.text


def test_a_commit_that_does_not_fit_is_told_so_and_works_when_there_is_room(services: Services) -> None:
    with services.api("alice") as alice:
        journal = written(services, alice)
        with no_file_grows_beyond(journal.stat().st_size + 1, services.backend):
            answer = alice.post("/api/albums", json={"name": "Summer"})

        assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
        assert alice.post("/api/albums", json={"name": "Summer"}).status_code == 201
    assert services.backend.process is not None and services.backend.process.poll() is None


def written(services: Services, alice: httpx.Client) -> Path:
    """What the database writes next, grown beyond the log of the process, which the limit would meet first."""
    path = services.data_dir / "app.db.wal"
    for number in range(1000):
        if path.exists() and path.stat().st_size > services.backend.log.stat().st_size:
            return path
        alice.post("/api/albums", json={"name": f"Album {number}"})
    raise AssertionError("nothing is written")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("full")) as running:
        running.add_people()
        yield running
