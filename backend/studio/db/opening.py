"""
Opening the file: alone, undone if a checkpoint was interrupted, with its WAL brought in before anything else.

The order matters at each line; every step may be the one at which the process is killed.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import structlog

from studio.db.checkpoint import Checkpoint, HeldElsewhere, sync_directory
from studio.db.provisional import Provisional

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.05
_SAY_EVERY_SECONDS = 1.0
_LOCKED = "Could not set lock on file"


class GaveUpWaiting(RuntimeError):
    """Another process holds the database file and did not let go in time."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file with all that belongs to it; the lock is a descriptor."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    checkpoint: Checkpoint
    provisional: Provisional
    lock: int

    def close(self) -> None:
        self.connection.close()
        self.checkpoint.close()
        os.close(self.lock)


class _Patience:
    """Sleeps between two tries, says once a second what it waits for, and raises GaveUpWaiting at the end."""

    def __init__(self, path: Path, wait_seconds: float | None, give_up: threading.Event) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._give_up = give_up
        self._began = time.monotonic()
        self._said = 0.0

    def spend(self) -> None:
        waited = time.monotonic() - self._began
        too_long = self._wait_seconds is not None and waited >= self._wait_seconds
        if too_long or self._give_up.wait(POLL_SECONDS):
            raise GaveUpWaiting(f"{self._path} is held by another process; waited {waited:.1f} s")
        if waited - self._said >= _SAY_EVERY_SECONDS:
            self._said = waited
            log.info("database.waiting_for_lock", waited_seconds=round(waited, 1))


def open_files(
    path: Path,
    *,
    memory_limit_mb: int,
    threads: int,
    wait_seconds: float | None,
    give_up: threading.Event,
    step: Callable[[str], None],
) -> Opened:
    """See Database.open."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    config = _config(path, memory_limit_mb, threads)
    patience = _Patience(path, wait_seconds, give_up)
    lock = _take_lock(path, patience)
    try:
        _create_if_missing(path)
        checkpoint = Checkpoint(path, step=step)
        provisional = Provisional(path, checkpoint.database_headers, step=step)
        try:
            while True:
                try:
                    connection = _connect(path, config, checkpoint, provisional)
                    return Opened(path, connection, checkpoint, provisional, lock)
                except HeldElsewhere:
                    patience.spend()
        except BaseException:
            checkpoint.close()
            raise
    except BaseException:
        os.close(lock)
        raise


def _config(path: Path, memory_limit_mb: int, threads: int) -> dict[str, Any]:
    return {
        "memory_limit": f"{memory_limit_mb}MB",
        "temp_directory": str(path.with_name(path.name + ".spill")),
        "threads": threads,
        "wal_autocheckpoint": "1TB",
        # Nothing is fetched at run time, least of all by a query.
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        # Else a table that does not exist is looked for among Python's variables.
        "python_enable_replacements": "false",
    }


def _take_lock(path: Path, patience: _Patience) -> int:
    """
    A lock of our own, held before anybody looks at the files and as long as the process lives.

    DuckDB's lock comes too late: whoever starts must not undo a checkpoint that the outgoing process is in
    the middle of. flock, because unlike DuckDB's POSIX lock it also keeps apart two openings within one
    process.
    """
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                patience.spend()
    except BaseException:
        os.close(descriptor)
        raise


def _create_if_missing(path: Path) -> None:
    """
    An empty database appears whole or not at all: DuckDB itself leaves half a header when killed in between.
    """
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    if path.exists():
        return
    duckdb.connect(str(draft)).close()
    draft.replace(path)
    sync_directory(path.parent)


def _connect(
    path: Path, config: dict[str, Any], checkpoint: Checkpoint, provisional: Provisional
) -> duckdb.DuckDBPyConnection:
    """Raises HeldElsewhere when a process that does not know our lock has the file open."""
    checkpoint.refuse_if_held()
    if checkpoint.recover():
        log.warning("database.checkpoint_undone", path=str(path))
    if provisional.recover():
        log.warning("database.migrations_undone", path=str(path))
    has_replayed = checkpoint.wal_bytes > 0
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.IOException as error:
        if _LOCKED in str(error):
            raise HeldElsewhere(str(error)) from error
        raise
    try:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        if has_replayed:
            # Before any statement that touches a table: else every index made by CREATE INDEX is left behind
            # the rows that were replayed, and a later update ends in a FATAL error. A new file needs none of
            # this.
            checkpoint.run(connection)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        return connection
    except BaseException:
        connection.close()
        raise
