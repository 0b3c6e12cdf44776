"""A process that dies while pictures are made: what the next one finds, and what it never does."""

import asyncio
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from studio.assets.files import FileStore
from studio.assets.orphans import IDLE_SECONDS, collect
from studio.db import Database
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.jobs.store import lists
from studio.moments import now

from tests.support import images_child
from tests.support.forked import exit_code_of
from tests.support.images import PAINTER, asked_for
from tests.support.images import ask as ask_
from tests.support.studio import Talker, count, open_studio, person

# Where it dies, how often the provider was asked by then, and how many pictures had come.
STEPS = {
    "asking": (0, 0),
    "took Started": (1, 0),
    "took MadePicture": (1, 1),
    "took Finished": (1, 2),
    "written": (1, 2),
}
KILLED = -9


def child(place: Path, sandbox_url: str, step: str = "") -> int:
    return exit_code_of(images_child.main, place, sandbox_url, step)


def asked(place: Path, sandbox_url: str, prompt: str) -> Generation:
    """A request that waits, with nobody working on it."""

    async def ask() -> Generation:
        with Database.open(place / "app.db", threads=1) as db:
            async with open_studio(place, db, sandbox_url) as studio:
                return await ask_(Talker(studio, person("Alice")), prompt, PAINTER, settings={"n": 2})

    return asyncio.run(ask())


@pytest.fixture
def place(tmp_path: Path, migrated: Path) -> Path:
    shutil.copy(migrated, tmp_path / "app.db")
    return tmp_path


@pytest.mark.parametrize("step", STEPS)
def test_it_is_never_asked_for_twice_and_ends_as_interrupted(
    place: Path, sandbox_url: str, step: str
) -> None:
    prompt, (requests, pictures) = f"Killed at {step}", STEPS[step]
    generation = asked(place, sandbox_url, prompt)

    died, went_on = child(place, sandbox_url, step), child(place, sandbox_url)

    with Database.open(place / "app.db", threads=1) as db:
        found = generations.get_generation(db, generation.person_id, generation.id)
        job = lists.list_of_generations(db, found.person_id, [found.id])[found.id]
        left = (count(db, "assets"), count(db, "items"))
    assert (died, went_on) == (KILLED, 0)
    assert (found.state, found.reason, job.state.value) == (
        State.INTERRUPTED,
        "outcome_unknown",
        "interrupted",
    )
    assert "may have charged" in (found.reason_text or "")
    assert ("had come" in (found.reason_text or "")) == bool(pictures)
    assert found.outcome.cost_usd is None
    assert left == (pictures, pictures)
    assert len(asked_for(sandbox_url, prompt)) == requests


def test_a_kill_right_behind_the_last_commit_changes_nothing(place: Path, sandbox_url: str) -> None:
    generation = asked(place, sandbox_url, "Killed at committed")

    died, went_on = child(place, sandbox_url, "committed"), child(place, sandbox_url)

    with Database.open(place / "app.db", threads=1) as db:
        found = generations.get_generation(db, generation.person_id, generation.id)
        left = (count(db, "assets"), count(db, "items"))
    assert (died, went_on, found.state, left) == (KILLED, 0, State.DONE, (2, 2))


def test_one_that_was_to_be_stopped_keeps_what_had_come(place: Path, sandbox_url: str) -> None:
    generation = asked(place, sandbox_url, "Killed and stopped")

    died = child(place, sandbox_url, "took MadePicture")
    with Database.open(place / "app.db", threads=1) as db:
        db.transact(lambda cursor: cursor.execute("UPDATE jobs SET is_cancel_wished = true"))
    went_on = child(place, sandbox_url)

    with Database.open(place / "app.db", threads=1) as db:
        found = generations.get_generation(db, generation.person_id, generation.id)
        left = (count(db, "assets"), count(db, "items"))
    assert (died, went_on, found.state, left) == (KILLED, 0, State.CANCELLED, (1, 1))


def test_what_had_come_outlives_a_collection_before_the_next_process_ends_it(
    place: Path, sandbox_url: str
) -> None:
    """A studio that was down for two hours keeps house as it starts, while the job that knows the file waits."""
    generation = asked(place, sandbox_url, "Killed and down for hours")
    died = child(place, sandbox_url, "took MadePicture")
    files, long_ago = FileStore(place / "media"), time.time() - 2 * IDLE_SECONDS
    for sha256 in files.list_hashes():
        os.utime(files.path(sha256), (long_ago, long_ago))

    with Database.open(place / "app.db", threads=1) as db:
        collect(db, files, deleted_before=now() - timedelta(days=30))
    went_on = child(place, sandbox_url)

    with Database.open(place / "app.db", threads=1) as db:
        found = generations.get_generation(db, generation.person_id, generation.id)
        assert (died, went_on, count(db, "assets")) == (KILLED, 0, 1)
        assert "1 picture had come" in (found.reason_text or "")
        os.utime(files.path(next(files.list_hashes())), (long_ago, long_ago))
        db.transact(lambda cursor: cursor.execute("DELETE FROM assets"))
        assert (
            collect(db, files, deleted_before=now()).files == 1
        )  # the note of a job that ended holds nothing


def test_what_was_not_asked_for_yet_is_made_by_the_next_process(place: Path, sandbox_url: str) -> None:
    generation = asked(place, sandbox_url, "Left in line")

    went_on = child(place, sandbox_url)

    with Database.open(place / "app.db", threads=1) as db:
        found = generations.get_generation(db, generation.person_id, generation.id)
        left = (count(db, "assets"), count(db, "items"))
    assert (went_on, found.state, left) == (0, State.DONE, (2, 2))
