"""A copy taken while the database works is complete, consistent and independent."""

import threading
from pathlib import Path

import pytest
from studio.db import Database, SnapshotDamaged, Statement, snapshot
from studio.db.backup import read_to_the_end


def test_a_snapshot_holds_what_was_acknowledged_before_it(
    db: Database, add: Statement, tmp_path: Path
) -> None:
    db.write(*(add.row(id=identifier, owner=1, body="x" * 100) for identifier in range(5000)))

    counts = snapshot(db, tmp_path / "copy.db")

    assert counts == {"note": 5000}
    with Database.open(tmp_path / "copy.db") as copy, copy.read() as cursor:
        assert cursor.execute("SELECT count(*), sum(id) FROM note").fetchall() == [(5000, 12497500)]


def test_writing_goes_on_while_a_snapshot_is_taken_and_stays_out_of_it(
    db: Database, add: Statement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.db.checkpoint.HARD_COMMITS", 1)
    db.write(add.row(id=1, owner=1, body="before"))

    with db.at_rest_in_file():
        db.write(add.row(id=2, owner=1, body="meanwhile"))
        assert db.stats.wal_bytes > 0
        counts = read_to_the_end(copied(db, tmp_path))

    assert counts == {"note": 1}
    db.write(add.row(id=3, owner=1, body="after"))


def copied(db: Database, directory: Path) -> Path:
    target = directory / "copied.db"
    target.write_bytes(db.path.read_bytes())
    return target


def test_snapshots_beside_many_writers_are_all_consistent(
    db: Database, add: Statement, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write(start: int) -> None:
        identifier = start
        while not stop.is_set():
            db.write(add.row(id=identifier, owner=1, body="a"), add.row(id=identifier + 1, owner=1, body="b"))
            identifier += 2

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 10**6, 2 * 10**6)]
    for writer in writers:
        writer.start()
    counts = [snapshot(db, tmp_path / f"copy{number}.db")["note"] for number in range(5)]
    stop.set()
    for writer in writers:
        writer.join()

    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)


def test_an_existing_target_is_never_overwritten(db: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(FileExistsError):
        snapshot(db, tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_copy_that_cannot_be_read_is_found_out(db: Database, add: Statement, tmp_path: Path) -> None:
    db.write(*(add.row(id=identifier, owner=1, body=f"{identifier}" * 50) for identifier in range(5000)))
    snapshot(db, tmp_path / "copy.db")
    with (tmp_path / "copy.db").open("r+b") as file:
        for position in range(12288 + 100_000, (tmp_path / "copy.db").stat().st_size, 262144):
            file.seek(position)
            file.write(b"bit rot")

    with pytest.raises(SnapshotDamaged):
        read_to_the_end(tmp_path / "copy.db")


def test_a_snapshot_that_fails_leaves_nothing_behind(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> dict[str, int]:
        raise SnapshotDamaged("on purpose")

    monkeypatch.setattr("studio.db.backup.read_to_the_end", fail)

    with pytest.raises(SnapshotDamaged):
        snapshot(db, tmp_path / "copy.db")

    assert not list(tmp_path.glob("copy.db*"))
