"""Who hears of the end of a job: once, and also when the process died right behind the commit of that end."""

import shutil
import signal
from datetime import datetime
from pathlib import Path
from uuid import UUID

from studio.db import Database, migrate
from studio.jobs.bell import Bell
from studio.jobs.job import Job
from studio.jobs.store import lists, news
from studio.moments import now
from studio.paths import MIGRATIONS

from tests.support import jobs_child
from tests.support.forked import exit_code_of
from tests.support.jobs import ALICE, BOB, ask


def end(db: Database, job: Job, state: str = "done", moment: datetime | None = None) -> None:
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET state = $state, finished_at = $moment WHERE id = $id",
            {"id": job.id, "state": state, "moment": moment or now()},
        )
    )


def started(db: Database) -> Bell:
    """The bell of a process that opens the database anew."""
    bell = Bell()
    bell.ring_for(news.list_people_waiting(db))
    return bell


def told(bell: Bell, db: Database, person_id: UUID = ALICE) -> list[UUID]:
    return [job.id for job in bell.news(db, person_id).ended]


def test_an_end_that_the_process_did_not_outlive_is_told_by_the_next_one(
    tmp_path: Path, migrated: Path
) -> None:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as db:
        job = ask(db, "purchase")
    assert exit_code_of(jobs_child.main, tmp_path, "committed") == -signal.SIGKILL

    with Database.open(tmp_path / "app.db", threads=1) as db:
        assert lists.get_job(db, job.id).is_finished
        bell = started(db)
        assert bell.is_waiting(ALICE)
        assert told(bell, db) == [job.id]
        assert not bell.is_waiting(ALICE)
        assert not started(db).is_waiting(ALICE)


def test_what_was_told_is_not_told_again_after_a_restart(db: Database) -> None:
    first, second = ask(db), ask(db)
    end(db, first)
    before = started(db)
    assert told(before, db) == [first.id]
    end(db, second)

    after = started(db)

    assert told(after, db) == [second.id]
    assert told(after, db) == []


def test_what_was_seen_on_its_card_is_not_told_after_a_restart(db: Database) -> None:
    generation_id = UUID(int=7)
    job = ask(db, generation_id=generation_id)
    end(db, job)
    started(db).saw(db, ALICE, generation_id)

    assert not started(db).is_waiting(ALICE)


def test_somebody_elses_look_changes_nothing(db: Database) -> None:
    generation_id = UUID(int=7)
    job = ask(db, generation_id=generation_id)
    end(db, job)
    bell = started(db)
    bell.ring_for([BOB])
    bell.saw(db, BOB, generation_id)

    assert told(bell, db, BOB) == []
    assert told(bell, db) == [job.id]


def test_what_they_stopped_themselves_is_no_news_and_waits_for_nothing(db: Database) -> None:
    end(db, ask(db), "cancelled")
    bell = started(db)

    assert told(bell, db) == []
    assert not bell.is_waiting(ALICE)
    assert not started(db).is_waiting(ALICE)


def test_one_that_ends_while_a_page_asks_is_told_to_the_next(db: Database) -> None:
    """Its moment is from before the page looked, its commit from after."""
    late = ask(db)
    moment = now()
    bell = started(db)
    first = bell.news(db, ALICE)
    end(db, late, moment=moment)

    second = bell.news(db, ALICE, first.until)

    assert (first.ended, first.is_more) == ([], True)
    assert [job.id for job in second.ended] == [late.id]
    assert bell.news(db, ALICE, second.until).ended == []


def test_an_upgrade_tells_nothing_of_what_ended_before_it(tmp_path: Path) -> None:
    before = tmp_path / "migrations"
    before.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if path.name < "0010":
            shutil.copy(path, before)
    with Database.open(tmp_path / "app.db", threads=1) as db:
        migrate(db, before)
        old, running = ask(db), ask(db)
        end(db, old)

        migrate(db, MIGRATIONS)

        bell = started(db)
        end(db, running)
        assert told(bell, db) == [running.id]
