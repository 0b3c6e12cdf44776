"""A thin cursor: the few calls the stores use, with values bound without loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import duckdb

from studio.db.statement import Row, merge, storable

T = TypeVar("T")


class Cursor:
    """
    One DuckDB connection of one thread at a time. Parameters are `$name` with a mapping.

    It exists because duckdb 1.5.5 binds some decimals wrongly (see statement.storable) and because a store
    should see no more of the engine than SQL in, rows out.
    """

    __slots__ = ("_connection", "_is_busy", "_is_retired")

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._is_busy = self._is_retired = False

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Cursor:
        """Run one statement and return this cursor. Raises duckdb.Error."""
        if parameters:
            self._run(
                self._connection.execute, sql, {name: storable(value) for name, value in parameters.items()}
            )
        else:
            self._run(self._connection.execute, sql)
        return self

    def apply(self, *rows: Row) -> None:
        """
        Rows of statements, inside a transaction that also does something else (Database.transact).

        For work that must first see whether it still holds: then these rows become durable with it, or not at all.
        """
        for execution in merge([rows]):
            self._connection.execute(execution.statement.sql, execution.parameters)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._run(self._connection.fetchone)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._run(self._connection.fetchall)

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        return self._run(self._connection.fetchmany, size)

    @property
    def columns(self) -> list[str]:
        """The names of the result's columns, in order."""
        return [column[0] for column in self._connection.description or []]

    def retire(self) -> bool:
        """
        From another thread: whether it is closed now. A statement that runs is stopped and raises
        duckdb.InterruptException; then ask again, since DuckDB forgets an interrupt that comes just before a statement
        begins, and closing under one that runs would wait for its end. No other statement begins.
        """
        self._is_retired = True
        if not self._is_busy:
            self.close()
            return True
        with suppress(duckdb.ConnectionException):  # its reader has ended and closed it in this very moment
            self._connection.interrupt()
        return False

    def close(self) -> None:
        self._connection.close()

    def _run(self, work: Callable[..., T], *told: Any) -> T:
        # First busy, then the look at whether it is retired; `retire` does it the other way round.
        self._is_busy = True
        try:
            if self._is_retired:
                raise duckdb.InterruptException("the database is closing")
            return work(*told)
        finally:
            self._is_busy = False
