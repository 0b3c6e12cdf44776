"""
The one writer thread: what arrives together goes in together, and nothing is acknowledged before COMMIT
returned.

All changes pass through here, so no two transactions can conflict, and there is exactly one place that knows
when the database is at rest: the checkpoint runs in this thread too.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb
import structlog

from studio.db.cursor import Cursor
from studio.db.statement import Row, merge
from studio.errors import Refused

log = structlog.get_logger(__name__)
T = TypeVar("T")

# One batch is one transaction and one answer to everybody in it; 1,000 rows of eight columns bind in about 20 ms.
BATCH_ROWS = 1_000
BATCH_BYTES = 8 * 2**20
# What may wait in memory. Beyond it the disk is not keeping up and callers must hear of it.
QUEUE_BYTES = 256 * 2**20
EXIT_CODE = 70
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)


class DatabaseClosed(RuntimeError):
    """Something was handed in after close() had begun."""


class QueueFull(RuntimeError):
    """More than QUEUE_BYTES are waiting to be written."""


@dataclass(slots=True, eq=False)
class _Call:
    """Rows, or work with the transaction to itself; the future answers after COMMIT."""

    future: Future[Any]
    rows: Sequence[Row] = ()
    work: Callable[[Cursor], Any] | None = None
    between: Callable[[], Any] | None = None
    size_bytes: int = 0

    @property
    def is_alone(self) -> bool:
        return not self.rows


def leave(error: BaseException) -> None:
    """End the process: after a FATAL error DuckDB refuses everything; a restart replays the WAL and goes on."""
    log.critical("database.fatal", error=str(error), exit_code=EXIT_CODE)
    os._exit(EXIT_CODE)


class Writer:
    """
    A thread with a queue. `at_rest(idle)` is called in the thread whenever no transaction is open: after each
    batch with idle=False, and with idle=True when `idle_seconds` have passed without a call; again and again
    while it returns False.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        at_rest: Callable[[bool], bool],
        idle_seconds: float,
        on_fatal: Callable[[BaseException], None] = leave,
    ) -> None:
        self._connection = connection
        self._cursor = Cursor(connection)
        self._at_rest = at_rest
        self._idle_seconds = idle_seconds
        self._on_fatal = on_fatal
        self._calls: deque[_Call] = deque()
        self._queued_bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self.is_dead = False
        self.commits = 0
        self.rows = 0
        self.failures = 0
        self.batch_counts = dict.fromkeys((*BATCH_BUCKETS, float("inf")), 0)
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    @property
    def queue_depth(self) -> int:
        return len(self._calls)

    def submit(self, rows: Sequence[Row]) -> Future[None]:
        """Raises DatabaseClosed or QueueFull here, database errors through the future."""
        future: Future[None] = Future()
        if not rows:
            future.set_result(None)
            return future
        self._enqueue(_Call(future, rows=rows, size_bytes=sum(row.size_bytes for row in rows)))
        return future

    def submit_work(self, work: Callable[[Cursor], T]) -> Future[T]:
        """`work` gets a transaction of its own."""
        future: Future[T] = Future()
        self._enqueue(_Call(future, work=work))
        return future

    def submit_pause(self, between: Callable[[], T]) -> Future[T]:
        """`between` runs in the writer thread while no transaction is open, in order with the rest."""
        future: Future[T] = Future()
        self._enqueue(_Call(future, between=between))
        return future

    def close(self) -> None:
        """Take no more calls, finish those that wait, end the thread. May be called twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def refuse_own_thread(self) -> None:
        """Raises RuntimeError where waiting for the writer would be the writer waiting for itself."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a transaction cannot wait for another one: use its cursor")

    def _enqueue(self, call: _Call) -> None:
        with self._changed:
            if self._closing:
                raise DatabaseClosed("the database is closed")
            if self._calls and self._queued_bytes + call.size_bytes > QUEUE_BYTES:
                raise QueueFull(f"{self._queued_bytes} bytes wait to be written")
            self._calls.append(call)
            self._queued_bytes += call.size_bytes
            self._changed.notify()

    def _run(self) -> None:
        settled = False
        while True:
            batch = self._next_batch(None if settled else self._idle_seconds)
            if batch is None:
                return
            try:
                self._commit(batch)
                settled = self._at_rest(not batch) and not batch
            except BaseException as error:
                # DuckDB's FATAL errors, and whatever nobody thought of: a writer that went on could
                # acknowledge what is not there.
                self._die(error, batch)
                return

    def _next_batch(self, timeout_seconds: float | None) -> list[_Call] | None:
        """
        Calls for one transaction; an empty list after the timeout; None when closing and nothing is left.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._closing, timeout_seconds)
            if not self._calls:
                return None if self._closing else []
            batch = [self._take()]
            rows, size_bytes = len(batch[0].rows), batch[0].size_bytes
            while self._calls and not batch[0].is_alone and not self._calls[0].is_alone:
                rows += len(self._calls[0].rows)
                size_bytes += self._calls[0].size_bytes
                if rows > BATCH_ROWS or size_bytes > BATCH_BYTES:
                    break
                batch.append(self._take())
        return batch

    def _take(self) -> _Call:
        call = self._calls.popleft()
        self._queued_bytes -= call.size_bytes
        return call

    def _commit(self, batch: list[_Call]) -> None:
        calls = [call for call in batch if call.future.set_running_or_notify_cancel()]
        if not calls:
            return
        try:
            results = self._transaction(calls)
        except duckdb.FatalException:
            raise
        except BaseException as error:
            if len(calls) == 1:
                self._fail(calls[0], error)
            else:
                # Somebody's row breaks a rule. Each alone, so that only the guilty call hears of it.
                for call in calls:
                    self._commit_alone(call)
            return
        self._acknowledge(calls, results)

    def _commit_alone(self, call: _Call) -> None:
        try:
            results = self._transaction([call])
        except duckdb.FatalException:
            raise
        except BaseException as error:
            self._fail(call, error)
        else:
            self._acknowledge([call], results)

    def _fail(self, call: _Call, error: BaseException) -> None:
        """A verb that refuses, after a look inside its transaction, is no failure of the database's."""
        self.failures += not isinstance(error, Refused)
        call.future.set_exception(error)

    def _acknowledge(self, calls: list[_Call], results: list[Any]) -> None:
        rows = sum(len(call.rows) for call in calls)
        if calls[0].between is None:
            self.commits += 1
            self.rows += rows
            self.batch_counts[next(bucket for bucket in self.batch_counts if rows <= bucket)] += 1
        for call, result in zip(calls, results, strict=True):
            call.future.set_result(result)

    def _transaction(self, calls: list[_Call]) -> list[Any]:
        """The results, in order, after COMMIT; on any error everything is rolled back and the error raised."""
        if calls[0].between is not None:
            return [calls[0].between()]
        executions = merge(call.rows for call in calls)
        if calls[0].work is None and len(executions) == 1:
            # One statement is a transaction by itself; BEGIN and COMMIT cost another 0.3 ms.
            self._connection.execute(executions[0].statement.sql, executions[0].parameters)
            return [None] * len(calls)
        self._connection.begin()
        try:
            results = [call.work(self._cursor) if call.work is not None else None for call in calls]
            for execution in executions:
                self._connection.execute(execution.statement.sql, execution.parameters)
            self._connection.commit()
        except duckdb.FatalException:
            raise
        except BaseException:
            self._roll_back()
            raise
        return results

    def _roll_back(self) -> None:
        with suppress(duckdb.TransactionException):  # a failed COMMIT has already ended the transaction
            self._connection.rollback()

    def _die(self, error: BaseException, batch: list[_Call]) -> None:
        """Leave. Only in a test does `on_fatal` return: then everybody who waits is told."""
        self._on_fatal(error)
        with self._changed:
            self.is_dead = True
            self._closing = True
            waiting = [*batch, *self._calls]
            self._calls.clear()
        for call in waiting:
            if not call.future.done():
                call.future.set_exception(error)
