"""Migrations go forward, once each, whole or not at all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from studio.db import Database, MigrationRefused, dump_schema, migrate, snapshot

FIRST = """
CREATE TABLE person (
    id UUID PRIMARY KEY,
    name VARCHAR NOT NULL DEFAULT 'x, (y)',
    price DECIMAL(18,9),
    UNIQUE (name, price)
);
CREATE INDEX person_name ON person (name);
"""
SECOND = "CREATE VIEW names AS SELECT name FROM person;"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    with Database.open(path) as database:
        yield database


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "migrations"
    directory.mkdir()
    (directory / "0001_people.sql").write_text(FIRST)
    (directory / "0002_names.sql").write_text(SECOND)
    return directory


def test_new_migrations_are_applied_once_and_in_order(db: Database, directory: Path) -> None:
    assert migrate(db, directory) == ["0001_people", "0002_names"]
    assert migrate(db, directory) == []

    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT version, name, length(sha256) FROM schema_migrations ORDER BY 1"
        ).fetchall()
    assert rows == [(1, "people", 64), (2, "names", 64)]


def test_a_later_migration_finds_the_earlier_ones_applied(db: Database, directory: Path) -> None:
    migrate(db, directory)
    (directory / "0003_more.sql").write_text("ALTER TABLE person ADD COLUMN age INTEGER DEFAULT 7;")

    assert migrate(db, directory) == ["0003_more"]


def test_migrating_leaves_no_wal(db: Database, directory: Path) -> None:
    migrate(db, directory)

    assert db.stats.wal_bytes == 0


def test_a_migration_that_fails_changes_nothing_and_those_before_it_stay(
    db: Database, directory: Path
) -> None:
    (directory / "0003_broken.sql").write_text(
        "CREATE TABLE half (a INTEGER); INSERT INTO nowhere VALUES (1);"
    )

    with pytest.raises(duckdb.CatalogException):
        migrate(db, directory)

    with db.read() as cursor:
        assert cursor.execute("SELECT max(version) FROM schema_migrations").fetchall() == [(2,)]
        assert not cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'half'").fetchall()


def test_what_is_written_after_a_failed_migration_is_kept(path: Path, db: Database, directory: Path) -> None:
    (directory / "0001_people.sql").write_text("INSERT INTO nowhere VALUES (1);")
    with pytest.raises(duckdb.CatalogException):
        migrate(db, directory)

    db.transact(lambda cursor: cursor.execute("CREATE TABLE kept (a INTEGER)"))

    assert not path.with_name("app.db.provisional").exists()
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM kept").fetchall() == [(0,)]


@pytest.mark.parametrize("name", ["0002_again.sql", "0004_gap.sql", "names.sql", "12_short.sql"])
def test_doubled_missing_and_strange_files_are_refused(db: Database, directory: Path, name: str) -> None:
    (directory / name).write_text(SECOND)

    with pytest.raises(MigrationRefused):
        migrate(db, directory)


def test_an_edited_migration_is_refused(db: Database, directory: Path) -> None:
    migrate(db, directory)
    (directory / "0001_people.sql").write_text(FIRST + "-- only a comment\n")

    with pytest.raises(MigrationRefused, match=r"0001_people\.sql was edited"):
        migrate(db, directory)


def test_a_database_newer_than_the_program_is_refused(db: Database, directory: Path) -> None:
    migrate(db, directory)
    (directory / "0002_names.sql").unlink()

    with pytest.raises(MigrationRefused, match="newer"):
        migrate(db, directory)


def test_a_hole_in_the_applied_migrations_is_refused(db: Database, directory: Path) -> None:
    migrate(db, directory)
    db.transact(lambda cursor: cursor.execute("DELETE FROM schema_migrations WHERE version = 1"))

    with pytest.raises(MigrationRefused, match="but not 0001"):
        migrate(db, directory)


KILLED_WHILE_MIGRATING = """
import os, pathlib, signal, sys
sys.path.insert(0, "backend")
from studio.db import Database, migrate
path, directory, step = sys.argv[1:]
is_armed = False
def at(name):
    if is_armed and name == step:
        os.kill(os.getpid(), signal.SIGKILL)
db = Database.open(pathlib.Path(path), step=at)
db.transact(lambda cursor: cursor.execute("CREATE TABLE number (value VARCHAR)") and None)
db.transact(lambda cursor: cursor.execute("INSERT INTO number VALUES ('1')") and None)
is_armed = step != "first checkpoint"
migrate(db, pathlib.Path(directory))
"""
STEPS = ["write note", "begin", "write journal", "checkpoint", "drop journal", "done", "drop note"]


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_a_file_that_opens_and_migrates(
    path: Path, directory: Path, step: str
) -> None:
    # DuckDB cannot replay this one: a process that finds it in the WAL dies.
    (directory / "0003_type.sql").write_text(
        "ALTER TABLE number ALTER value SET TYPE BIGINT USING value::BIGINT + 1;"
    )
    program = [sys.executable, "-c", KILLED_WHILE_MIGRATING, str(path), str(directory), step]
    assert subprocess.run(program, capture_output=True, check=False).returncode == -9

    with Database.open(path) as db:
        migrate(db, directory)
        with db.read() as cursor:
            assert cursor.execute("SELECT value FROM number").fetchall() == [(2,)]


def test_the_schema_is_the_same_text_for_the_same_schema(
    db: Database, directory: Path, tmp_path: Path
) -> None:
    migrate(db, directory)
    with Database.open(tmp_path / "other.db") as other:
        migrate(other, directory)

        assert dump_schema(other) == dump_schema(db)


def test_the_schema_has_a_line_for_each_column(db: Database, directory: Path) -> None:
    migrate(db, directory)

    lines = dump_schema(db).splitlines()

    assert "CREATE TABLE person(" in lines
    assert "    price DECIMAL(18,9)," in lines
    assert "    \"name\" VARCHAR DEFAULT('x, (y)') NOT NULL," in lines
    assert 'CREATE INDEX person_name ON person("name");' in lines


def test_the_schema_builds_the_same_schema_again(db: Database, directory: Path, tmp_path: Path) -> None:
    migrate(db, directory)
    text = dump_schema(db)

    with Database.open(tmp_path / "other.db") as other:
        other.transact(lambda cursor: cursor.execute(text))

        assert dump_schema(other) == text


def test_a_snapshot_holds_the_migrations_too(db: Database, directory: Path, tmp_path: Path) -> None:
    migrate(db, directory)

    assert snapshot(db, tmp_path / "copy.db") == {"person": 0, "schema_migrations": 2}
