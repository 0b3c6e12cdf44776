"""
A copy of the database while it works.

Between two checkpoints DuckDB only appends to the WAL and fills blocks that were free; what the file's header points
to never changes. So: checkpoint, hold off the next one, copy the file. Reads and writes go on meanwhile, and the copy
needs neither memory nor a WAL. `COPY FROM DATABASE` does the same through SQL and costs many times as much.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import duckdb

from studio.db.checkpoint import sync_directory
from studio.db.database import Database

_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file (btrfs, xfs); costs nothing
_PIECE_BYTES = 64 * 2**20


class SnapshotDamaged(RuntimeError):
    """The copy does not open or cannot be read to its end; it was removed."""


def snapshot(db: Database, target: Path) -> dict[str, int]:
    """
    Copy the database to `target`, which must not exist; returns the number of rows of each table in the copy.

    The copy holds all that was committed before the call, was read completely, and is on disk. Runs in the caller's
    thread. Raises FileExistsError, OSError, duckdb.TransactionException when readers keep the database from
    checkpointing for 10 s, and SnapshotDamaged.
    """
    if target.exists():
        raise FileExistsError(target)
    draft = target.with_name(target.name + ".part")
    try:
        with db.at_rest_in_file() as source:
            _copy(source, draft)
        counts = read_to_the_end(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(target.parent)
    return counts


def read_to_the_end(path: Path) -> dict[str, int]:
    """The rows of each table; every block is read, so every checksum is checked. Raises SnapshotDamaged."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
            counts = {}
            for (table,) in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                sql = f"SELECT count(*), max(hash(t)) FROM {quoted} AS t"
                counts[table] = connection.execute(sql).fetchall()[0][0]
            return counts
    except duckdb.Error as error:
        raise SnapshotDamaged(str(error)) from error


def _copy(source: int, target: Path) -> None:
    size = os.fstat(source).st_size
    with target.open("xb") as file:
        with suppress(OSError):
            fcntl.ioctl(file.fileno(), _FICLONE, source)
            size = 0
        position = 0
        while position < size:
            copied = os.copy_file_range(
                source, file.fileno(), min(_PIECE_BYTES, size - position), position, position
            )
            if not copied:
                raise OSError(f"{target}: the source ended early")
            position += copied
        os.fsync(file.fileno())
