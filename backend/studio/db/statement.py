"""
Statements whose parameters are columns, and the rows that callers hand in for them.

The writer merges the rows of one statement from all waiting callers into one execution: each `$name` is bound
to a list and unnested in the SQL. One statement for 64 rows costs little more than for one; 64 statements
cost 64 times.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)", re.IGNORECASE)
_CHANGES_ROWS = re.compile(r"^\s*(UPDATE|DELETE|MERGE)\b|\bDO\s+UPDATE\b", re.IGNORECASE)
_ROW_OVERHEAD_BYTES = 64


@dataclass(frozen=True, slots=True)
class Row:
    """
    One row for one statement: `values` in the order of `statement.columns`; `size_bytes` is an estimate.
    """

    statement: "Statement"
    values: tuple[Any, ...]
    size_bytes: int


class Statement:
    """
    A set-based statement: `INSERT INTO t (a, b) SELECT unnest($a::UUID[]), unnest($b::VARCHAR[])`.

    Every parameter needs its cast (`::UUID[]`, `::DECIMAL(18,9)[]`): a list that holds only NULL has no type
    of its own, and decimals travel as text.

    `key` names the parameters that identify the target row of an UPDATE or an upsert: two rows with an equal
    key are executed one after the other, in order, because one UPDATE that meets its target twice takes
    either value. Without a key, such a statement is executed once for each call, which is always right and
    slower.
    """

    __slots__ = ("_key_positions", "_known", "columns", "key", "needs_order", "sql")

    def __init__(self, sql: str, *, key: str | Sequence[str] = ()) -> None:
        self.sql = sql
        self.columns: tuple[str, ...] = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
        self.key: tuple[str, ...] = (key,) if isinstance(key, str) else tuple(key)
        if not self.columns:
            raise ValueError("a statement needs at least one $parameter")
        if not set(self.key) <= set(self.columns):
            raise ValueError(f"key {self.key} names no parameter of the statement")
        self._key_positions = tuple(self.columns.index(name) for name in self.key)
        self._known = frozenset(self.columns)
        self.needs_order = _CHANGES_ROWS.search(sql) is not None

    def __repr__(self) -> str:
        return f"Statement({' '.join(self.sql.split())[:60]!r})"

    def row(self, **values: Any) -> Row:
        """
        One row, checked here, in the caller's thread, so that a mistake raises where it was made.

        Values: None, bool, int, float, str, bytes, Decimal, UUID, date, naive datetime (UTC), and lists of
        these. Raises ValueError for a missing or unknown name and TypeError for a value that cannot be
        stored.
        """
        if values.keys() != self._known:
            raise ValueError(f"{self!r} takes {sorted(self._known)}, not {sorted(values)}")
        ordered = tuple(storable(values[name]) for name in self.columns)
        return Row(self, ordered, _ROW_OVERHEAD_BYTES + sum(map(_size_bytes, ordered)))

    def key_of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row.values[position] for position in self._key_positions)


class Execution:
    """One statement with the rows of one or more calls, to be run once."""

    __slots__ = ("_keys", "_last_call", "rows", "statement")

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.rows: list[Row] = []
        self._keys: set[tuple[Any, ...]] = set()
        self._last_call = -1

    def accepts(self, row: Row, call: int) -> bool:
        """Whether the row may run together with the ones already here."""
        if self.statement.key:
            return self.statement.key_of(row) not in self._keys
        return call == self._last_call or not self.statement.needs_order

    def add(self, row: Row, call: int) -> None:
        self.rows.append(row)
        self._last_call = call
        if self.statement.key:
            self._keys.add(self.statement.key_of(row))

    @property
    def parameters(self) -> dict[str, list[Any]]:
        """A list of values for each parameter, all of the same length."""
        columns = zip(*(row.values for row in self.rows), strict=True)
        return {name: list(column) for name, column in zip(self.statement.columns, columns, strict=True)}


def merge(calls: Iterable[Sequence[Row]]) -> list[Execution]:
    """
    The executions for the rows of some calls, in the order in which their statements first appear.

    Rows of one statement keep their order among themselves; a row that must not meet an earlier one opens
    another execution. Rows of different statements may change places: what is grouped must commute.
    """
    executions: list[Execution] = []
    latest: dict[Statement, Execution] = {}
    for number, call in enumerate(calls):
        for row in call:
            execution = latest.get(row.statement)
            if execution is None or not execution.accepts(row, number):
                execution = latest[row.statement] = Execution(row.statement)
                executions.append(execution)
            execution.add(row, number)
    return executions


def storable(value: Any) -> Any:
    """The value as DuckDB's Python client binds it without loss inside a list."""
    if value is None or type(value) in (str, int, bool, bytes):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} cannot be stored as DECIMAL")
        # As text: duckdb 1.5.5 binds Decimal("1E+3") as 1 and Decimal("1.5E+5") as 15. The cast makes it
        # exact.
        return format(value, "f")
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise TypeError("moments are naive UTC; got one with a time zone")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (list, tuple)):
        return [storable(item) for item in value]
    if isinstance(value, Mapping):
        raise TypeError("a mapping cannot be stored; pass JSON text")
    return value


def _size_bytes(value: Any) -> int:
    if isinstance(value, (str, bytes)):
        return len(value)
    return sum(map(_size_bytes, value)) if isinstance(value, list) else 16
