"""
How fast the database is: durable commits, groups, reads beside a writer, checkpoint, replay.

    python -m tests.bench.storage [--seconds 5] [--file-mb 1000] [--directory DIR]

Prints one line for each figure, with the conditions first. Figures are for comparison within one run.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from operator import methodcaller
from pathlib import Path

import duckdb
from studio.db import Database, Statement, snapshot
from studio.ids import new_id
from studio.moments import now

TABLE = """
CREATE TABLE message (
    id UUID PRIMARY KEY, owner UUID NOT NULL, body VARCHAR NOT NULL, tokens BIGINT, price DECIMAL(18,9),
    created_at TIMESTAMP NOT NULL
)
"""
ADD = Statement(
    "INSERT INTO message (id, owner, body, tokens, price, created_at) SELECT unnest($id::UUID[]), "
    "unnest($owner::UUID[]), unnest($body::VARCHAR[]), unnest($tokens::BIGINT[]), unnest($price::DECIMAL(18,9)[]), "
    "unnest($created_at::TIMESTAMP[])"
)
OWNERS = [new_id() for _ in range(20)]
BODY = "A sentence of an answer, about as long as people write them in a chat. " * 6


def add_one(db: Database, number: int) -> None:
    row = ADD.row(
        id=new_id(), owner=OWNERS[number % 20], body=BODY, tokens=number, price="0.000123", created_at=now()
    )
    db.write(row)


def spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
    return "p50 {:.2f} ms, p95 {:.2f} ms, p99 {:.2f} ms".format(*at)


def repeat(work: Callable[[int], None], seconds: float) -> list[float]:
    """How long each call took, for as long as given."""
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        work(len(taken))
        taken.append(time.perf_counter() - began)
    return taken


def alone(db: Database, seconds: float) -> None:
    taken = repeat(lambda number: add_one(db, number), seconds)
    print(f"durable single-row commits, one writer: {len(taken) / seconds:.0f}/s, {spread(taken)}")


def together(db: Database, seconds: float, writers: int) -> None:
    before = db.stats
    with ThreadPoolExecutor(writers) as pool:
        runs = [pool.submit(repeat, lambda number: add_one(db, number), seconds) for _ in range(writers)]
        taken = [value for run in runs for value in run.result()]
    rows, commits = db.stats.rows - before.rows, db.stats.commits - before.commits
    print(
        f"group commit, {writers} writers: {len(taken) / seconds:.0f} rows/s, {rows / commits:.1f} rows a commit, "
        f"{spread(taken)}"
    )


def read_beside(db: Database, seconds: float, *, is_writing: bool) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            add_one(db, 0)

    def point_read(number: int) -> None:
        with db.read() as cursor:
            cursor.execute(
                "SELECT body FROM message WHERE id = $id", {"id": identifiers[number % 1000]}
            ).fetchall()

    with db.read() as cursor:
        identifiers = [row[0] for row in cursor.execute("SELECT id FROM message LIMIT 1000").fetchall()]
    writer = threading.Thread(target=keep_writing)
    if is_writing:
        writer.start()
    taken = repeat(point_read, seconds)
    stop.set()
    if is_writing:
        writer.join()
    print(f"point read {'beside a writer' if is_writing else 'alone'}: {spread(taken)}")


REPLAY = """
import os, pathlib, sys
from studio.db import Database
from tests.bench.storage import TABLE, add_one
db = Database.open(pathlib.Path(sys.argv[1]))
db.transact(lambda cursor: cursor.execute(TABLE) and None)
for number in range(int(sys.argv[2])):
    add_one(db, number)
os._exit(0)
"""


def replay(directory: Path, commits: int) -> None:
    path = directory / f"replay-{commits}.db"
    subprocess.run([sys.executable, "-c", REPLAY, str(path), str(commits)], check=True)
    wal_mb = path.with_name(path.name + ".wal").stat().st_size / 1e6
    began = time.perf_counter()
    with Database.open(path) as db:
        opened = time.perf_counter() - began
        print(
            f"open after a kill, {commits} single-row commits in the WAL ({wal_mb:.1f} MB): {opened:.2f} s, "
            f"of it the checkpoint {db.stats.last_checkpoint_seconds:.2f} s"
        )


def large(directory: Path, file_mb: int) -> None:
    """Checkpoint, its journal and a snapshot of a large file, against the copies they take the place of."""
    db = Database.open(directory / "large.db")
    table = 0
    while db.stats.file_bytes < file_mb * 1e6:
        name = f"bulk{table}"
        table += 1
        for sql in (
            TABLE.replace("message", name),
            f"INSERT INTO {name} SELECT uuid(), uuid(), list_aggregate(list_transform(range(60), lambda x: "
            "md5((random() + x + i)::VARCHAR)), 'string_agg', ''), i, i / 7, TIMESTAMP '2026-01-01' "
            "FROM range(15000) AS r(i)",
        ):
            db.transact(methodcaller("execute", sql))
        with db.at_rest_in_file():
            pass
    db.transact(lambda cursor: cursor.execute(TABLE) and None)
    for number in range(1000):
        add_one(db, number)
    db.transact(
        lambda cursor: cursor.execute("UPDATE bulk0 SET tokens = tokens + 1 WHERE tokens < 1000") and None
    )
    began = time.perf_counter()
    with db.at_rest_in_file():
        took = time.perf_counter() - began
    size = db.stats.file_bytes / 1e6
    journal = db._checkpoint.journal_bytes / 1e6
    print(f"protected checkpoint of 1,000 commits and an update, file of {size:.0f} MB: {took:.2f} s in all,")
    print(
        f"    journal {journal:.2f} MB written and synced in {db._checkpoint.journal_seconds * 1000:.0f} ms"
    )
    for number in range(3):
        began = time.perf_counter()
        counts = snapshot(db, directory / f"snapshot{number}.db")
        print(f"snapshot of it, read to the end ({len(counts)} tables): {time.perf_counter() - began:.2f} s")
        (directory / f"snapshot{number}.db").unlink()
    began = time.perf_counter()
    subprocess.run(["cp", str(db.path), str(directory / "plain-copy.db")], check=True)
    subprocess.run(["sync", str(directory / "plain-copy.db")], check=True)
    print(f"plain copy of the file, synced: {time.perf_counter() - began:.2f} s")
    (directory / "plain-copy.db").unlink()
    db.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument(
        "--file-mb", type=int, default=0, help="also measure checkpoint and snapshot of such a file"
    )
    parser.add_argument("--directory", type=Path)
    arguments = parser.parse_args()
    directory = arguments.directory or Path(tempfile.mkdtemp(prefix="storage-"))
    print(
        f"conditions: {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python "
        f"{platform.python_version()}, DuckDB {duckdb.__version__}, memory limit 512 MB, {arguments.seconds:.0f} s each"
    )
    with Database.open(directory / "bench.db") as db:
        db.transact(lambda cursor: cursor.execute(TABLE) and None)
        alone(db, arguments.seconds)
        for writers in (10, 50):
            together(db, arguments.seconds, writers)
        read_beside(db, arguments.seconds, is_writing=False)
        read_beside(db, arguments.seconds, is_writing=True)
    for commits in (1_000, 4_900):  # at HARD_COMMITS the WAL would be gone
        replay(directory, commits)
    if arguments.file_mb:
        large(directory, arguments.file_mb)
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
