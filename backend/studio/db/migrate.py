"""
Numbered migrations, forward only: `0001_accounts.sql`, each in one transaction with its row in schema_migrations.

A kill in the middle of it all leaves the database as it was before the first one (provisional.py), so a migration
may use what DuckDB cannot replay from its WAL: defaults that are no literals, changes of a type.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import structlog

from studio.db.cursor import Cursor
from studio.db.database import Database
from studio.moments import now

log = structlog.get_logger(__name__)

_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


class MigrationRefused(RuntimeError):
    """The files and the database do not belong together; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; `name` is the part after the number."""

    version: int
    name: str
    sql: str

    def __str__(self) -> str:
        return f"{self.version:04}_{self.name}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrate(db: Database, directory: Path) -> list[str]:
    """
    Apply what is new, in order; returns the names of the files applied, without `.sql`.

    Raises MigrationRefused, or duckdb.Error from a file: then that file changed nothing, those before it stay.
    """
    migrations = read_migrations(directory)
    new = migrations[_applied(db, migrations) :]
    if new:
        db.migrating(lambda cursor: _apply_all(cursor, new))
    return [str(migration) for migration in new]


def read_migrations(directory: Path) -> list[Migration]:
    """The files in order. Raises MigrationRefused for a strange name, a doubled number or a gap."""
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise MigrationRefused(f"{path.name} is not named like 0001_name.sql")
        migrations.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    for position, migration in enumerate(migrations, start=1):
        if migration.version != position:
            raise MigrationRefused(f"expected migration {position:04}, found {migration}")
    return migrations


def _applied(db: Database, migrations: list[Migration]) -> int:
    """How many of the migrations the database has. Raises MigrationRefused when it has others."""
    with db.read() as cursor:
        known = cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'schema_migrations'")
        if not known.fetchall():
            return 0
        rows = cursor.execute(
            "SELECT version, name, sha256 FROM schema_migrations ORDER BY version"
        ).fetchall()
    for position, (version, name, sha256) in enumerate(rows, start=1):
        if version != position:
            raise MigrationRefused(f"the database has migration {version:04}_{name} but not {position:04}")
        if version > len(migrations):
            raise MigrationRefused(f"the database is newer than this program: it has {version:04}_{name}")
        if sha256 != migrations[position - 1].sha256:
            raise MigrationRefused(f"{migrations[position - 1]}.sql was edited after it had been applied")
    return len(rows)


def _apply_all(cursor: Cursor, migrations: list[Migration]) -> None:
    cursor.execute(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version INTEGER PRIMARY KEY,
            name VARCHAR NOT NULL,
            sha256 VARCHAR NOT NULL,
            applied_at TIMESTAMP NOT NULL
        )
        """
    )
    for migration in migrations:
        cursor.execute("BEGIN TRANSACTION")
        try:
            _apply(cursor, migration)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        log.info("database.migrated", migration=str(migration))


def _apply(cursor: Cursor, migration: Migration) -> None:
    cursor.execute(migration.sql)
    cursor.execute(
        """
        INSERT INTO schema_migrations (version, name, sha256, applied_at)
        VALUES ($version, $name, $sha256, $applied_at)
        """,
        {
            "version": migration.version,
            "name": migration.name,
            "sha256": migration.sha256,
            "applied_at": now(),
        },
    )
