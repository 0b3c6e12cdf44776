"""A process killed at every step of a job: after the restart it ends once, in the right state, ordered once."""

import shutil
import signal
from pathlib import Path

import pytest
from studio.db import Database
from studio.jobs.job import JobState
from studio.jobs.store import lists

from tests.support import jobs_child
from tests.support.forked import exit_code_of
from tests.support.jobs import Shop, ask, ledger

STEPS = [
    "claimed begin",
    "recorded ordering",
    "ordered",
    "recorded ordered",
    "claimed ordered",
    "before the end",
    "written",
    "committed",
]


def child(place: Path, step: str = "") -> int:
    return exit_code_of(jobs_child.main, place, step)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_each_step_neither_loses_nor_doubles_anything(
    step: str, tmp_path: Path, migrated: Path
) -> None:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as db:
        jobs = [ask(db, "purchase") for _ in range(3)]

    assert child(tmp_path, step) == -signal.SIGKILL
    assert child(tmp_path) == 0

    shop = Shop(tmp_path / "shop")
    with Database.open(tmp_path / "app.db", threads=1) as db:
        for job in jobs:
            found = lists.get_job(db, job.id)
            assert (found.state, found.lease_id) == (JobState.DONE, None)
            assert shop.orders(job.id) == [found.provider_job_id]
            assert ledger(db, job.id) == [f"bought {found.provider_job_id}"]


def test_one_that_kills_every_process_is_given_up(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as db:
        job = ask(db, "purchase")

    deaths = [child(tmp_path, "claimed begin") for _ in range(3)]
    assert child(tmp_path, "claimed begin") == 0

    with Database.open(tmp_path / "app.db", threads=1) as db:
        found = lists.get_job(db, job.id)
        assert deaths == [-signal.SIGKILL] * 3
        assert (found.state, found.reason) == (JobState.FAILED, "gave_up")
        assert ledger(db, job.id) == ["failed: gave_up"]
