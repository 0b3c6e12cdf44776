"""A checkpoint that is interrupted anywhere leaves the state before it or the state after it."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from studio.db import Database, Statement
from studio.db.checkpoint import HARD_COMMITS, HARD_WAL_BYTES, QUIET_COMMITS, JournalDamaged, is_due

from tests.support.waiting import until

PAGE = 4096


def fill(db: Database, seed: int) -> None:
    """Tables with every kind of index, and several checkpoints so that old and new metadata share blocks."""
    chance = random.Random(seed)

    def change(sql: str) -> None:
        db.transact(lambda cursor: cursor.execute(sql) and None)

    for name in ("apple", "berry", "cherry"):
        change(
            f"CREATE TABLE IF NOT EXISTS {name} (id BIGINT PRIMARY KEY, owner BIGINT, body VARCHAR UNIQUE)"
        )
        change(f"CREATE INDEX IF NOT EXISTS {name}_owner ON {name} (owner)")
        change(f"INSERT INTO {name} SELECT i, i % 7, '{name} ' || i FROM range(3000) AS r(i)")
    for _ in range(chance.randint(2, 5)):
        change(f"UPDATE {chance.choice(['apple', 'berry'])} SET owner = owner + 1 WHERE id % 9 = 0")
        with db.at_rest_in_file():
            pass
    change(f"DELETE FROM cherry WHERE id < {chance.randint(1, 2500)}")
    change("DROP INDEX berry_owner")
    change("CREATE TABLE late AS SELECT id, body FROM apple")
    change("UPDATE berry SET body = 'changed ' || id WHERE id % 5 = 0")


def contents(db: Database) -> list[object]:
    with db.read() as cursor:
        return [
            cursor.execute(f"SELECT count(*), sum(hash(t)) FROM {name} AS t").fetchall()
            for name in ("apple", "berry", "cherry", "late")
        ]


class Interrupted:
    """The files of a database just before a checkpoint, with its journal, and just before the journal is dropped."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.before, self.after = directory / "before", directory / "after"
        self.marked_wal = directory / "marked.wal"
        self._directory = directory
        self._is_watching = False
        self.contents: list[object] = []
        with Database.open(directory / "app.db", step=self._step) as db:
            fill(db, seed)
            self.contents = contents(db)
            self._is_watching = True

    def _step(self, step: str) -> None:
        target = {"checkpoint": self.before, "drop journal": self.after}.get(step)
        if self._is_watching and target is not None:
            target.mkdir()
            for name in ("app.db", "app.db.wal", "app.db.undo"):
                if (self._directory / name).exists():
                    shutil.copy(self._directory / name, target / name)
            if step == "checkpoint":
                # A second name: DuckDB appends a mark to the WAL, and removes it after the switch.
                (self._directory / "marked.wal").hardlink_to(self._directory / "app.db.wal")

    def broken_off(self, directory: Path, seed: int) -> Path:
        """The old state with any of the pages that the checkpoint writes, as a kill or a power cut leaves them."""
        shutil.copytree(self.before, directory)
        shutil.copy(self.marked_wal, directory / "app.db.wal")
        chance = random.Random(seed)
        old, new = (path.joinpath("app.db").read_bytes() for path in (self.before, self.after))
        with (directory / "app.db").open("r+b") as file:
            for position in range(3 * PAGE, len(new), PAGE):
                page = new[position : position + PAGE]
                if page != old[position : position + PAGE] and chance.random() < 0.5:
                    file.seek(position)
                    file.write(page)
        return directory / "app.db"


@pytest.fixture(scope="module", params=range(3))
def interrupted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    return Interrupted(tmp_path_factory.mktemp("interrupted"), request.param)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_pages_were_written_before_the_switch_the_old_state_comes_back(
    interrupted: Interrupted, tmp_path: Path, seed: int
) -> None:
    path = interrupted.broken_off(tmp_path / "broken", seed)

    with Database.open(path) as db:
        assert contents(db) == interrupted.contents
        db.transact(lambda cursor: cursor.execute("UPDATE apple SET owner = owner + 1"))


def test_without_the_journal_such_a_file_does_not_open(interrupted: Interrupted, tmp_path: Path) -> None:
    path = interrupted.broken_off(tmp_path / "broken", 0)
    path.with_name("app.db.undo").unlink()

    with pytest.raises(duckdb.IOException, match="Corrupt database file"):
        Database.open(path)


def test_after_the_switch_the_new_state_stays_and_the_journal_is_ignored(
    interrupted: Interrupted, tmp_path: Path
) -> None:
    directory = tmp_path / "switched"
    shutil.copytree(interrupted.before, directory)
    shutil.copy(interrupted.after / "app.db", directory / "app.db")
    shutil.copy(interrupted.marked_wal, directory / "app.db.wal")

    with Database.open(directory / "app.db") as db:
        assert contents(db) == interrupted.contents
        assert not (directory / "app.db.undo").exists()


def test_a_journal_from_before_an_earlier_checkpoint_is_ignored(
    interrupted: Interrupted, tmp_path: Path, add: Statement
) -> None:
    directory = tmp_path / "later"
    shutil.copytree(interrupted.after, directory)
    (directory / "app.db.undo").unlink()
    with Database.open(directory / "app.db") as db:
        db.transact(lambda cursor: cursor.execute("DELETE FROM late"))
        expected = contents(db)
    shutil.copy(interrupted.before / "app.db.undo", directory / "app.db.undo")

    with Database.open(directory / "app.db") as db:
        assert contents(db) == expected


def test_a_damaged_journal_is_not_played_back(interrupted: Interrupted, tmp_path: Path) -> None:
    path = interrupted.broken_off(tmp_path / "broken", 1)
    journal = path.with_name("app.db.undo")
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)

    with pytest.raises(JournalDamaged):
        Database.open(path)


def test_half_a_journal_is_thrown_away(path: Path, db: Database, add: Statement) -> None:
    db.write(add.row(id=1, owner=1, body="x"))
    db.close()
    path.with_name("app.db.undo-draft").write_bytes(b"AYCG")

    with Database.open(path) as again, again.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM note").fetchall() == [(1,)]
    assert not path.with_name("app.db.undo-draft").exists()


KILLED_AFTER_WRITING = """
import os, pathlib, sys
sys.path.insert(0, "backend")
from studio.db import Database
db = Database.open(pathlib.Path(sys.argv[1]))
for sql in (
    "CREATE TABLE fruit (id BIGINT PRIMARY KEY, owner BIGINT, name VARCHAR)",
    "CREATE INDEX fruit_owner ON fruit (owner)",
    "CREATE UNIQUE INDEX fruit_name ON fruit (name)",
    "INSERT INTO fruit SELECT i, i % 10, 'fruit ' || i FROM range(2000) AS r(i)",
    "UPDATE fruit SET owner = 77 WHERE id < 100",
):
    db.transact(lambda cursor: cursor.execute(sql) and None)
os._exit(0)
"""


def test_indexes_survive_a_kill_and_a_close_at_once(path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_AFTER_WRITING, str(path)], check=True)
    Database.open(path).close()

    with Database.open(path) as db:
        db.transact(lambda cursor: cursor.execute("UPDATE fruit SET owner = owner + 1, name = name || '!'"))
        with db.read() as cursor:
            by_index = cursor.execute("SELECT count(*) FROM fruit WHERE owner = 78").fetchall()
            by_scan = cursor.execute("SELECT count(*) FROM fruit WHERE owner + 0 = 78").fetchall()

    assert by_index == by_scan == [(100,)]


def test_a_file_without_a_wal_is_opened_without_a_checkpoint(path: Path, db: Database) -> None:
    db.close()

    with Database.open(path) as again:
        assert again.stats.checkpoints == 0


@pytest.mark.parametrize(
    ("idle", "commits", "wal_bytes", "expected"),
    [
        (False, 0, 0, False),
        (True, 1, 1000, False),
        (True, QUIET_COMMITS, 1000, True),
        (False, QUIET_COMMITS, 1000, False),
        (False, HARD_COMMITS, 1000, True),
        (False, 1, HARD_WAL_BYTES, True),
    ],
)
def test_when_a_checkpoint_is_due(idle: bool, commits: int, wal_bytes: int, expected: bool) -> None:
    assert is_due(idle=idle, commits=commits, wal_bytes=wal_bytes) is expected


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No quiet checkpoints; a forced one after each commit, tried again soon."""
    monkeypatch.setattr("studio.db.checkpoint.HARD_COMMITS", 1)
    monkeypatch.setattr("studio.db.checkpoint.RETRY_SECONDS", 0.02)
    monkeypatch.setattr("studio.db.database.QUIET_SECONDS", 0.02)
    yield


def test_a_quiet_moment_is_used(path: Path, add: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.db.checkpoint.QUIET_COMMITS", 3)
    monkeypatch.setattr("studio.db.database.QUIET_SECONDS", 0.05)
    with Database.open(path) as db:
        db.transact(
            lambda cursor: cursor.execute("CREATE TABLE note (id BIGINT, owner BIGINT, body VARCHAR)")
        )
        for identifier in range(3):
            db.write(add.row(id=identifier, owner=1, body="x"))

        until(lambda: db.stats.checkpoints == 1)
        assert (db.stats.wal_bytes, db.stats.commits_since_checkpoint) == (0, 0)


def test_a_checkpoint_that_a_reader_keeps_away_is_tried_again(
    hasty: None, db: Database, add: Statement
) -> None:
    db.write(*(add.row(id=identifier, owner=1, body="x") for identifier in range(10)))
    with db.read() as cursor:
        cursor.execute("BEGIN TRANSACTION READ ONLY").execute("SELECT count(*) FROM note").fetchall()
        db.transact(lambda cursor: cursor.execute("UPDATE note SET owner = 2"))
        until(lambda: db.stats.checkpoints_put_off >= 2)
        assert db.stats.wal_bytes > 0

    until(lambda: db.stats.wal_bytes == 0)


def test_without_room_on_the_disk_the_checkpoint_is_put_off_and_writing_goes_on(
    hasty: None, db: Database, add: Statement, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(lambda: db.stats.wal_bytes == 0)
    monkeypatch.setattr("studio.db.checkpoint.ROOM_BYTES", 2**62)

    db.write(add.row(id=1, owner=1, body="x"))

    until(lambda: db.stats.checkpoints_put_off >= 1)
    db.write(add.row(id=2, owner=1, body="x"))
    monkeypatch.setattr("studio.db.checkpoint.ROOM_BYTES", 0)
    until(lambda: db.stats.wal_bytes == 0)


DISK_FULL = """
import os, pathlib, resource, sys
sys.path.insert(0, "backend")
import duckdb
from studio.db import Database, Statement
db = Database.open(pathlib.Path(sys.argv[1]))
db.transact(lambda cursor: cursor.execute("CREATE TABLE t (id BIGINT PRIMARY KEY, body VARCHAR)") and None)
add = Statement("INSERT INTO t (id, body) SELECT unnest($id::BIGINT[]), unnest($body::VARCHAR[])")
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
for i in range(1000):
    try:
        db.write(add.row(id=i, body="x" * 1000))
        print(i, flush=True)
    except duckdb.Error:
        pass
os._exit(0)
"""


def test_what_did_not_fit_on_the_disk_is_refused_and_what_was_acknowledged_stays(path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", DISK_FULL, str(path)], capture_output=True, text=True, check=True
    )
    acknowledged = [int(line) for line in run.stdout.split()]

    with Database.open(path) as db, db.read() as cursor:
        found = [row[0] for row in cursor.execute("SELECT id FROM t ORDER BY id").fetchall()]

    assert 0 < len(acknowledged) < 1000
    assert found == acknowledged
