"""Rows of one statement are merged without changing what they mean."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from studio.db import Database, Statement
from studio.db.statement import merge
from studio.ids import new_id

VALUES: dict[str, list[Any]] = {
    "UUID": [new_id(), None, UUID(int=0)],
    "VARCHAR": ["", "naïve 😀 'quoted' \\ [1, 2]", "NULL", None, "{'a': 1}", " padded "],
    "BIGINT": [0, -1, 2**63 - 1, None],
    "BOOLEAN": [True, None, False],
    "DOUBLE": [0.1, -1e300, None, 3.0],
    "DECIMAL(18,9)": [Decimal("0.000000001"), None, Decimal("123456789.987654321"), Decimal("-2")],
    "TIMESTAMP": [datetime(2026, 11, 23, 18, 0, 0, 123456), None, datetime(1970, 1, 1)],
    "DATE": [date(2024, 2, 29), None],
    "BLOB": [b"", b"\x00\xff'\\x41", None, bytes(range(256))],
    "VARCHAR[]": [["a", "b'"], [], None, ["", "c"]],
}


class Colour(StrEnum):
    RED = "red"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "app.db") as database:
        yield database


def stored(db: Database, type_: str, values: list[Any]) -> list[Any]:
    """The values after a way through one merged statement and the file."""
    db.transact(
        lambda cursor: cursor.execute(f"CREATE TABLE kept (place INTEGER PRIMARY KEY, value {type_})")
    )
    statement = Statement(
        f"INSERT INTO kept (place, value) SELECT unnest($place::INTEGER[]), unnest($value::{type_}[])"
    )
    db.write(*(statement.row(place=place, value=value) for place, value in enumerate(values)))
    with db.read() as cursor:
        rows = cursor.execute("SELECT value FROM kept ORDER BY place").fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("type_", VALUES)
def test_every_kind_of_value_comes_back_as_it_went_in(db: Database, type_: str) -> None:
    assert stored(db, type_, VALUES[type_]) == VALUES[type_]


@pytest.mark.parametrize("type_", VALUES)
def test_a_column_of_nothing_but_nulls_can_be_stored(db: Database, type_: str) -> None:
    assert stored(db, type_, [None, None]) == [None, None]


def test_decimals_in_scientific_notation_keep_their_value(db: Database) -> None:
    values = [Decimal("1E+3"), Decimal("1.5E+5"), Decimal("1E-9"), Decimal("10").normalize()]

    assert stored(db, "DECIMAL(18,9)", values) == values


def test_a_decimal_keeps_its_value_in_a_query_too(db: Database) -> None:
    with db.read() as cursor:
        found = cursor.execute("SELECT $price::DECIMAL(18,9)", {"price": Decimal("1E+3")}).fetchone()

    assert found == (Decimal(1000),)


def test_a_string_enum_is_stored_as_its_text(db: Database) -> None:
    assert stored(db, "VARCHAR", [Colour.RED]) == ["red"]


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), {"a": 1}, Decimal("NaN")])
def test_a_value_that_cannot_be_stored_is_refused_where_the_row_is_made(value: object) -> None:
    statement = Statement("INSERT INTO kept (value) SELECT unnest($value::VARCHAR[])")

    with pytest.raises(TypeError):
        statement.row(value=value)


@pytest.mark.parametrize("values", [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}])
def test_a_row_with_missing_or_unknown_names_is_refused(values: dict[str, int]) -> None:
    statement = Statement("INSERT INTO t (a, b) SELECT unnest($a::INTEGER[]), unnest($b::INTEGER[])")

    with pytest.raises(ValueError, match="takes"):
        statement.row(**values)


def test_a_key_that_is_no_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        Statement("UPDATE t SET a = 1 WHERE b = ANY($b::INTEGER[])", key="id")


def test_rows_of_one_statement_become_one_execution() -> None:
    insert = Statement("INSERT INTO t (a) SELECT unnest($a::INTEGER[])")

    executions = merge([[insert.row(a=1)], [insert.row(a=2), insert.row(a=3)]])

    assert [execution.parameters for execution in executions] == [{"a": [1, 2, 3]}]


def test_two_changes_of_one_target_are_executed_one_after_the_other() -> None:
    update = Statement("UPDATE t SET a = $a WHERE id = $id", key="id")

    executions = merge([[update.row(id=1, a=1)], [update.row(id=2, a=2)], [update.row(id=1, a=3)]])

    assert [execution.parameters for execution in executions] == [
        {"a": [1, 2], "id": [1, 2]},
        {"a": [3], "id": [1]},
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE t SET a = $a",
        "DELETE FROM t WHERE a = $a",
        "INSERT INTO t (a) SELECT unnest($a) ON CONFLICT (a) DO UPDATE SET b = 1",
    ],
)
def test_changes_without_a_key_are_never_merged_across_calls(sql: str) -> None:
    change = Statement(sql)

    executions = merge([[change.row(a=1), change.row(a=2)], [change.row(a=3)]])

    assert [execution.parameters for execution in executions] == [{"a": [1, 2]}, {"a": [3]}]
