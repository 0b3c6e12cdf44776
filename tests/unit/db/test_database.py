"""One process, one file: opening, waiting, reading, closing."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from structlog.testing import capture_logs
from studio.db import Cursor, Database, DatabaseClosed, GaveUpWaiting, Statement
from studio.errors import Missing
from studio.jobs.errors import LeaseLost
from studio.once.once import BegunBefore

HOLD = """
import sys, pathlib
sys.path.insert(0, "backend")
from studio.db import Database
db = Database.open(pathlib.Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""
HOLD_WITHOUT_OUR_LOCK = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path, program: str) -> Iterator[subprocess.Popen[str]]:
    """Another process has the file open until the block ends or it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_was_written_is_there_after_opening_again(path: Path, db: Database, add: Statement) -> None:
    db.write(add.row(id=1, owner=1, body="kept"))
    db.close()

    with Database.open(path) as again, again.read() as cursor:
        assert cursor.execute("SELECT body FROM note").fetchall() == [("kept",)]


def test_closing_leaves_no_wal_and_no_journal(path: Path, db: Database, add: Statement) -> None:
    db.write(add.row(id=1, owner=1, body="kept"))

    db.close()

    assert sorted(file.name for file in path.parent.iterdir()) == ["app.db", "app.db.lock"]


def test_a_missing_directory_is_made(tmp_path: Path) -> None:
    with Database.open(tmp_path / "not" / "there" / "app.db") as db:
        assert db.is_open


def test_half_a_new_file_of_a_killed_start_is_no_obstacle(path: Path) -> None:
    path.with_name("app.db.new").write_bytes(b"half a header")

    with Database.open(path) as db:
        assert db.is_open


@pytest.mark.parametrize("program", [HOLD, HOLD_WITHOUT_OUR_LOCK], ids=["a studio", "a shell"])
def test_opening_waits_for_the_process_that_holds_the_file(path: Path, program: str) -> None:
    Database.open(path).close()
    with held(path, program) as holder:
        killer = threading.Timer(0.3, holder.kill)
        killer.start()
        began = time.monotonic()

        with Database.open(path, wait_seconds=20):
            waited = time.monotonic() - began

        assert 0.2 < waited < 10


@pytest.mark.parametrize("program", [HOLD, HOLD_WITHOUT_OUR_LOCK], ids=["a studio", "a shell"])
def test_opening_gives_up_after_the_time_given(path: Path, program: str) -> None:
    Database.open(path).close()

    with held(path, program), pytest.raises(GaveUpWaiting):
        Database.open(path, wait_seconds=0)


def test_opening_gives_up_when_it_is_told_to(path: Path) -> None:
    Database.open(path).close()
    give_up = threading.Event()

    with held(path, HOLD), pytest.raises(GaveUpWaiting):
        threading.Timer(0.2, give_up.set).start()
        Database.open(path, give_up=give_up)


def test_waiting_is_said_once_a_second(path: Path) -> None:
    Database.open(path).close()

    with held(path, HOLD), capture_logs() as lines, pytest.raises(GaveUpWaiting):
        Database.open(path, wait_seconds=2.5)

    assert [line["event"] for line in lines] == ["database.waiting_for_lock"] * 2


def test_a_second_opening_in_the_same_process_waits_too(path: Path, db: Database) -> None:
    with pytest.raises(GaveUpWaiting):
        Database.open(path, wait_seconds=0)


def test_a_checkpoint_does_not_give_the_file_to_other_processes(
    path: Path, db: Database, add: Statement
) -> None:
    db.write(add.row(id=1, owner=1, body="x"))
    with db.at_rest_in_file():
        pass

    program = "import sys, duckdb; duckdb.connect(sys.argv[1])"
    other = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )

    assert "Could not set lock" in other.stderr


def test_a_reader_sees_what_was_acknowledged(db: Database, add: Statement) -> None:
    with db.read() as cursor:
        for identifier in range(50):
            db.write(add.row(id=identifier, owner=1, body="x"))
            assert cursor.execute("SELECT count(*) FROM note").fetchone() == (identifier + 1,)


def test_reading_does_not_wait_for_a_long_transaction(db: Database, add: Statement) -> None:
    entered, leave = threading.Event(), threading.Event()

    def work(cursor: object) -> None:
        entered.set()
        assert leave.wait(10)

    writer = threading.Thread(target=db.transact, args=(work,))
    writer.start()
    assert entered.wait(10)
    with db.read() as cursor:
        rows = cursor.execute("SELECT count(*) FROM note").fetchall()
    leave.set()
    writer.join()

    assert rows == [(0,)]


def test_reads_may_be_nested(db: Database, add: Statement) -> None:
    db.write(*(add.row(id=identifier, owner=1, body="x") for identifier in range(3)))

    with db.read() as outer:
        outer.execute("SELECT id FROM note ORDER BY id")
        with db.read() as inner:
            assert inner.execute("SELECT count(*) FROM note").fetchall() == [(3,)]
        assert outer.fetchall() == [(0,), (1,), (2,)]


def test_a_result_that_was_not_read_to_its_end_keeps_no_checkpoint_away(db: Database, add: Statement) -> None:
    db.write(*(add.row(id=identifier, owner=1, body="x") for identifier in range(5000)))
    with db.read() as cursor:
        cursor.execute("SELECT * FROM note").fetchone()
    db.transact(lambda cursor: cursor.execute("UPDATE note SET owner = 2"))

    with db.at_rest_in_file():
        assert db.stats.wal_bytes == 0


def test_the_time_zone_is_utc_on_every_cursor(db: Database) -> None:
    with db.read() as cursor:
        assert cursor.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
    assert db.transact(lambda cursor: cursor.execute("SELECT current_setting('TimeZone')").fetchone()) == (
        "UTC",
    )


def test_a_missing_table_is_not_looked_for_among_pythons_variables(db: Database) -> None:
    somebody = [1, 2, 3]

    with db.read() as cursor, pytest.raises(duckdb.CatalogException):
        cursor.execute("SELECT * FROM somebody")

    assert somebody


def test_nobody_else_takes_the_stand_in_for_pandas() -> None:
    assert sys.modules.get("pandas") is None or hasattr(sys.modules["pandas"], "DataFrame")


def test_a_closed_database_refuses_everything_with_a_clear_error(db: Database, add: Statement) -> None:
    db.close()

    assert not db.is_open
    with pytest.raises(DatabaseClosed), db.read():
        pass
    with pytest.raises(DatabaseClosed):
        db.write(add.row(id=1, owner=1, body="x"))
    with pytest.raises(DatabaseClosed):
        db.transact(lambda cursor: None)
    db.close()


def test_closing_interrupts_a_reader_that_does_not_come_to_an_end(
    path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.db.database.READERS_LEAVE_SECONDS", 0.2)
    reading, ended = threading.Event(), threading.Event()

    def read() -> None:
        with pytest.raises(duckdb.InterruptException), db.read() as cursor:
            reading.set()
            cursor.execute("SELECT count(*) FROM range(1000000) a, range(1000000) b").fetchall()
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(10)
    db.close()
    reader.join(10)

    assert ended.is_set()
    Database.open(path, wait_seconds=0).close()


def test_a_statement_that_begins_while_the_database_closes_is_refused(
    path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB forgets an interrupt that comes just before a statement begins; closing waited for its end then."""
    monkeypatch.setattr("studio.db.database.READERS_LEAVE_SECONDS", 0.2)
    reading, closed, ended = threading.Event(), threading.Event(), threading.Event()

    def read() -> None:
        with db.read() as cursor:
            reading.set()
            closed.wait(10)
            with pytest.raises(duckdb.InterruptException):
                cursor.execute("SELECT count(*) FROM range(1000000) a, range(1000000) b")
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(10)
    db.close()
    closed.set()
    reader.join(10)

    assert ended.is_set()
    Database.open(path, wait_seconds=0).close()


@pytest.mark.parametrize("pause", [0.0, 0.0002, 0.001, 0.005])
def test_a_statement_is_stopped_wherever_in_its_beginning_closing_meets_it(
    db: Database, pause: float
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def read() -> None:
        with pytest.raises(duckdb.InterruptException), db.read() as cursor:
            begun.set()
            cursor.execute("SELECT count(*) FROM range(1000000) a, range(1000000) b")
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(10)
    time.sleep(pause)  # what is tried: how far the statement has come by then
    with db._readers_changed:
        while not all(cursor.retire() for cursor in db._reading):
            db._readers_changed.wait(0.01)
    reader.join(10)

    assert ended.is_set()


def test_the_numbers_for_the_metrics_add_up(db: Database, add: Statement) -> None:
    def refuse(cursor: Cursor) -> None:
        raise refusal

    def crash(cursor: Cursor) -> None:
        raise LookupError("a mistake in what is to be written")

    before = db.stats

    db.write(add.row(id=1, owner=1, body="x"), add.row(id=2, owner=1, body="x"))
    with pytest.raises(duckdb.ConstraintException):
        db.write(add.row(id=1, owner=1, body="x"))
    with pytest.raises(LookupError):
        db.transact(crash)
    for refusal in (Missing(), LeaseLost(), BegunBefore(uuid4())):
        with pytest.raises(type(refusal)):
            db.transact(refuse)

    after = db.stats
    assert (after.commits - before.commits, after.rows - before.rows, after.failures - before.failures) == (
        1,
        2,
        2,
    )
    assert after.batch_counts[2] - before.batch_counts[2] == 1
    assert after.wal_bytes > before.wal_bytes
    assert after.queue_depth == 0
