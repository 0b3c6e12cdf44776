"""One writer: groups, order, failures that hit only the guilty."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from studio.db import Cursor, Database, QueueFull, Statement

BUMP = Statement(
    "UPDATE note SET body = new.body FROM (SELECT unnest($id::BIGINT[]) AS id, unnest($body::VARCHAR[]) AS body) "
    "AS new WHERE note.id = new.id",
    key="id",
)


@contextmanager
def busy(db: Database) -> Iterator[None]:
    """The writer is kept busy inside the block, so that what is handed in meanwhile becomes one group."""
    entered, leave = threading.Event(), threading.Event()

    def work(cursor: Cursor) -> None:
        entered.set()
        assert leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(db.transact, work)
        assert entered.wait(10)
        try:
            yield
        finally:
            leave.set()
            waiting.result(10)


def bodies(db: Database) -> list[tuple[int, str]]:
    with db.read() as cursor:
        return [
            (row[0], row[1]) for row in cursor.execute("SELECT id, body FROM note ORDER BY id").fetchall()
        ]


def test_what_arrives_together_goes_in_as_one_transaction(db: Database, add: Statement) -> None:
    before = db.stats.commits
    with busy(db):
        futures = [db.write_soon(add.row(id=identifier, owner=1, body="x")) for identifier in range(100)]
    for future in futures:
        future.result(10)

    assert db.stats.commits - before == 2
    assert db.stats.batch_counts[100] == 1
    assert len(bodies(db)) == 100


def test_only_the_guilty_call_of_a_group_fails(db: Database, add: Statement) -> None:
    db.write(add.row(id=7, owner=1, body="first"))
    with busy(db):
        good = [db.write_soon(add.row(id=identifier, owner=1, body="x")) for identifier in range(3)]
        guilty = db.write_soon(add.row(id=50, owner=1, body="x"), add.row(id=7, owner=1, body="second"))
        also_good = db.write_soon(add.row(id=60, owner=1, body="x"))

    for future in [*good, also_good]:
        assert future.result(10) is None
    with pytest.raises(duckdb.ConstraintException):
        guilty.result(10)
    assert [identifier for identifier, _ in bodies(db)] == [0, 1, 2, 7, 60]


def test_all_rows_of_a_call_go_in_or_none(db: Database, add: Statement) -> None:
    with pytest.raises(duckdb.ConstraintException):
        db.write(add.row(id=1, owner=1, body="x"), add.row(id=2, owner=1, body=None))

    assert bodies(db) == []


def test_the_later_of_two_changes_in_one_group_wins(db: Database, add: Statement) -> None:
    db.write(add.row(id=1, owner=1, body="old"), add.row(id=2, owner=1, body="old"))
    with busy(db):
        futures = [db.write_soon(BUMP.row(id=i % 2 + 1, body=f"version {i}")) for i in range(20)]
    for future in futures:
        future.result(10)

    assert bodies(db) == [(1, "version 18"), (2, "version 19")]


def test_transactions_run_alone_and_in_order_with_the_rest(db: Database, add: Statement) -> None:
    seen: list[int] = []

    def look(cursor: Cursor) -> None:
        seen.append(len(cursor.execute("SELECT id FROM note").fetchall()))

    with ThreadPoolExecutor(1) as pool, busy(db):
        first = db.write_soon(add.row(id=1, owner=1, body="x"))
        between: Future[None] = pool.submit(db.transact, look)
        while db.stats.queue_depth < 2:
            pass
        last = db.write_soon(add.row(id=2, owner=1, body="x"))
    for future in (first, between, last):
        future.result(10)

    assert seen == [1]


def test_a_transaction_returns_what_its_work_returns(db: Database) -> None:
    assert db.transact(lambda cursor: cursor.execute("SELECT 42").fetchone()) == (42,)


def test_a_transaction_whose_work_raises_changes_nothing(db: Database) -> None:
    def work(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO note VALUES (1, 1, 'x')")
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        db.transact(work)

    assert bodies(db) == []


def test_work_that_waits_for_another_transaction_is_told_so(db: Database, add: Statement) -> None:
    with pytest.raises(RuntimeError, match="cannot wait"):
        db.transact(lambda cursor: db.write(add.row(id=1, owner=1, body="x")))


def test_a_waiting_call_can_be_cancelled(db: Database, add: Statement) -> None:
    with busy(db):
        future = db.write_soon(add.row(id=1, owner=1, body="x"))
        assert future.cancel()

    db.write(add.row(id=2, owner=1, body="x"))
    assert [identifier for identifier, _ in bodies(db)] == [2]


def test_writing_nothing_is_done_at_once(db: Database) -> None:
    before = db.stats.commits

    db.write()

    assert db.stats.commits == before


def test_a_group_has_a_bound(db: Database, add: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.db.writer.BATCH_ROWS", 10)
    before = db.stats.commits
    with busy(db):
        futures = [db.write_soon(add.row(id=identifier, owner=1, body="x")) for identifier in range(25)]
    for future in futures:
        future.result(10)

    assert db.stats.commits - before == 1 + 3


def test_a_queue_that_is_full_says_so(db: Database, add: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.db.writer.QUEUE_BYTES", 5_000)
    with busy(db):
        first = db.write_soon(add.row(id=1, owner=1, body="x" * 4_000))
        with pytest.raises(QueueFull):
            db.write_soon(add.row(id=2, owner=1, body="x" * 4_000))

    first.result(10)
    assert [identifier for identifier, _ in bodies(db)] == [1]


def test_close_finishes_what_waits(path: Path, db: Database, add: Statement) -> None:
    with ThreadPoolExecutor(1) as pool:
        with busy(db):
            future = db.write_soon(add.row(id=1, owner=1, body="x"))
            closing = pool.submit(db.close)
            while db.is_open:
                pass
        closing.result(20)

    assert future.result(0) is None
    with Database.open(path) as again:
        assert bodies(again) == [(1, "x")]


def test_many_threads_lose_nothing(db: Database, add: Statement) -> None:
    def write(start: int) -> None:
        for identifier in range(start, start + 40):
            db.write(add.row(id=identifier, owner=start, body="x"))
            with db.read() as cursor:
                assert cursor.execute("SELECT 1 FROM note WHERE id = $id", {"id": identifier}).fetchall()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(write, range(0, 400, 40)))

    assert len(bodies(db)) == 400


def test_after_a_fatal_error_nothing_goes_on(tmp_path: Path, add: Statement) -> None:
    deaths: list[BaseException] = []
    db = Database.open(tmp_path / "app.db", on_fatal=deaths.append)
    db.transact(
        lambda cursor: cursor.execute("CREATE TABLE note (id BIGINT PRIMARY KEY, owner BIGINT, body VARCHAR)")
    )

    def break_it(cursor: Cursor) -> None:
        raise duckdb.FatalException("FATAL Error: on purpose")

    with pytest.raises(duckdb.FatalException, match="on purpose"):
        db.transact(break_it)

    assert [str(death) for death in deaths] == ["FATAL Error: on purpose"]
    with pytest.raises(RuntimeError):
        db.write(add.row(id=1, owner=1, body="x"))
    db.close()
