"""The one door to DuckDB: reads on a cursor per thread, writes through one thread that commits in groups."""

from studio.db.backup import SnapshotDamaged, snapshot
from studio.db.cursor import Cursor
from studio.db.database import Database, Stats
from studio.db.migrate import MigrationRefused, migrate
from studio.db.opening import GaveUpWaiting
from studio.db.schema import dump_schema
from studio.db.statement import Row, Statement
from studio.db.writer import DatabaseClosed, QueueFull

__all__ = [
    "Cursor",
    "Database",
    "DatabaseClosed",
    "GaveUpWaiting",
    "MigrationRefused",
    "QueueFull",
    "Row",
    "SnapshotDamaged",
    "Statement",
    "Stats",
    "dump_schema",
    "migrate",
    "snapshot",
]
