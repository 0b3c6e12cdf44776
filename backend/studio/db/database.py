"""
The database of the studio: one process, one instance, one file.

Reads take a cursor of their own and never wait for the writer; writes go through one thread (writer.py),
which also takes the checkpoints (checkpoint.py).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import duckdb
import structlog

from studio.db.binding import spare_duckdb_the_search_for_pandas
from studio.db.checkpoint import QUIET_SECONDS, is_due, nothing
from studio.db.cursor import Cursor
from studio.db.opening import POLL_SECONDS, Opened, open_files
from studio.db.statement import Row
from studio.db.writer import DatabaseClosed, Writer, leave

spare_duckdb_the_search_for_pandas()

log = structlog.get_logger(__name__)
T = TypeVar("T")

# At close: how long readers may take to finish, and again after they were interrupted.
READERS_LEAVE_SECONDS = 2.0
# How long a snapshot tries to get its checkpoint past readers.
SNAPSHOT_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Stats:
    """
    Numbers for the metrics page, all since the database was opened. `batch_counts`: rows at most -> batches.
    """

    queue_depth: int
    readers: int
    commits: int
    rows: int
    failures: int
    batch_counts: dict[float, int]
    checkpoints: int
    checkpoints_put_off: int
    last_checkpoint_seconds: float
    commits_since_checkpoint: int
    wal_bytes: int
    file_bytes: int


class Database:
    """Made by Database.open; one in a process for each file."""

    def __init__(self, opened: Opened, on_fatal: Callable[[BaseException], None] = leave) -> None:
        self.path = opened.path
        self._opened = opened
        self._checkpoint = opened.checkpoint
        self._on_fatal = on_fatal
        self._is_open = True
        self._reading: set[Cursor] = set()
        self._readers_changed = threading.Condition()
        self._commits_at_checkpoint = 0
        self._is_held = False
        # Of whoever needs the checkpoints for himself: a snapshot, migrations, close.
        self._file_turn = threading.Lock()
        self._writing = opened.connection.cursor()
        self._writer = Writer(
            self._writing, at_rest=self._rest, idle_seconds=QUIET_SECONDS, on_fatal=on_fatal
        )

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        memory_limit_mb: int = 512,
        threads: int | None = None,
        wait_seconds: float | None = None,
        give_up: threading.Event | None = None,
        on_fatal: Callable[[BaseException], None] = leave,
        step: Callable[[str], None] = nothing,
    ) -> Database:
        """
        The open database. Blocks while another process holds the file: `wait_seconds` at most (None: for ever,
        0: not at all), or until `give_up` is set. `threads`: None takes one for each processor, four at most.
        `step` is told the name of each step of checkpoint and recovery before it is taken: tests kill there.

        Raises GaveUpWaiting, duckdb.Error for a file that cannot be opened, JournalDamaged.
        """
        opened = open_files(
            path,
            memory_limit_mb=memory_limit_mb,
            threads=threads or min(4, os.cpu_count() or 1),
            wait_seconds=wait_seconds,
            give_up=give_up or threading.Event(),
            step=step,
        )
        return cls(opened, on_fatal)

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def stats(self) -> Stats:
        return Stats(
            queue_depth=self._writer.queue_depth,
            readers=len(self._reading),
            commits=self._writer.commits,
            rows=self._writer.rows,
            failures=self._writer.failures,
            batch_counts=dict(self._writer.batch_counts),
            checkpoints=self._checkpoint.count,
            checkpoints_put_off=self._checkpoint.put_off,
            last_checkpoint_seconds=self._checkpoint.last_seconds,
            commits_since_checkpoint=self._writer.commits - self._commits_at_checkpoint,
            wal_bytes=self._checkpoint.wal_bytes,
            file_bytes=self.path.stat().st_size,
        )

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """
        A cursor for reading. Each statement sees all that was committed before it began.

        It is new for each block and closed after it (0.04 ms): a cursor whose result was not read to its end
        keeps its transaction open, and with it old versions of rows, and no checkpoint can run.
        """
        with self._readers_changed:
            if not self._is_open:
                raise DatabaseClosed("the database is closed")
            cursor = Cursor(self._opened.connection.cursor())
            self._reading.add(cursor)
        try:
            yield cursor
        except duckdb.FatalException as error:
            self._on_fatal(error)
            raise
        finally:
            cursor.close()
            with self._readers_changed:
                self._reading.discard(cursor)
                self._readers_changed.notify_all()

    def write(self, *rows: Row) -> None:
        """Returns when all rows are durable; raises duckdb.Error when none of them is."""
        self._writer.refuse_own_thread()
        self._writer.submit(rows).result()

    def write_soon(self, *rows: Row) -> Future[None]:
        """Like write, without waiting. The future may be cancelled as long as the rows wait."""
        return self._writer.submit(rows)

    def transact(self, work: Callable[[Cursor], T]) -> T:
        """What `work` returns, after the COMMIT of its own transaction; in the writer thread, so keep it short."""
        self._writer.refuse_own_thread()
        result: T = self._writer.submit_work(work).result()
        return result

    def transact_soon(self, work: Callable[[Cursor], T]) -> Future[T]:
        """Like transact, without waiting. The future may be cancelled as long as the work has not begun."""
        return self._writer.submit_work(work)

    def migrating(self, work: Callable[[Cursor], T]) -> T:
        """
        What `work` returns; it runs in the writer thread and makes its own transactions. A process killed before
        this returns leaves the database as it was before. Raises duckdb.TransactionException beside open readers.
        """
        self._writer.refuse_own_thread()
        with self._file_turn:
            return self._writer.submit_pause(lambda: self._migrating(work)).result()

    @contextmanager
    def at_rest_in_file(self) -> Iterator[int]:
        """
        A descriptor of the file, for reading: until the block ends it holds all that was committed before it began.

        Do not close it (DuckDB would lose its lock). Raises duckdb.TransactionException when readers do not let a
        checkpoint through within SNAPSHOT_PATIENCE_SECONDS.
        """
        self._writer.refuse_own_thread()
        with self._file_turn:
            deadline = time.monotonic() + SNAPSHOT_PATIENCE_SECONDS
            while not self._writer.submit_pause(self._hold).result():
                if time.monotonic() > deadline:
                    raise duckdb.TransactionException("readers do not let a checkpoint through")
                time.sleep(POLL_SECONDS)
            try:
                yield self._checkpoint.file
            finally:
                self._is_held = False

    def close(self) -> None:
        """Finish what waits to be written, let readers go, checkpoint, close. May be called twice."""
        with self._readers_changed:
            if not self._is_open:
                return
            self._is_open = False
        with self._file_turn:
            self._writer.close()
            self._let_readers_go()
            try:
                if not self._writer.is_dead and not self._try_checkpoint(at_once=True):
                    log.warning("database.closed_with_wal", wal_bytes=self._checkpoint.wal_bytes)
            finally:
                self._writing.close()
                self._opened.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rest(self, idle: bool) -> bool:
        """In the writer thread, between transactions: checkpoint if it is time. False: ask again after a while."""
        commits = self._writer.commits - self._commits_at_checkpoint
        if self._is_held or not is_due(idle=idle, commits=commits, wal_bytes=self._checkpoint.wal_bytes):
            return True
        return self._try_checkpoint()

    def _migrating(self, work: Callable[[Cursor], T]) -> T:
        if self._checkpoint.wal_bytes:
            self._checkpoint.run(self._writing)
        self._opened.provisional.begin()
        try:
            return work(Cursor(self._writing))
        finally:
            try:
                self._checkpoint.run(self._writing)
                self._opened.provisional.end()
            except Exception as error:
                # The WAL is still marked to be thrown away: nothing may be acknowledged on top of it.
                raise duckdb.FatalException(f"migrations could not be concluded: {error}") from error

    def _hold(self) -> bool:
        """In the writer thread: everything into the file, and no checkpoint from here on."""
        self._is_held = self._try_checkpoint(at_once=True)
        return self._is_held

    def _try_checkpoint(self, *, at_once: bool = False) -> bool:
        if self._checkpoint.wal_bytes and not self._checkpoint.try_run(self._writing, at_once=at_once):
            return False
        self._commits_at_checkpoint = self._writer.commits
        return True

    def _let_readers_go(self) -> None:
        """
        A cursor that is still open keeps the file locked, so each is stopped; one that does not stop in time, such as
        inside a single long step of DuckDB, is left to end with the process rather than waited for.
        """
        with self._readers_changed:
            if self._readers_changed.wait_for(lambda: not self._reading, READERS_LEAVE_SECONDS):
                return
            give_up = time.monotonic() + READERS_LEAVE_SECONDS
            while left := [cursor for cursor in self._reading if not cursor.retire()]:
                if time.monotonic() > give_up:
                    log.warning("database.readers_left_behind", readers=len(left))
                    return
                self._readers_changed.wait(POLL_SECONDS)
