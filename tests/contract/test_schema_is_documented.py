"""docs/schema.sql is what the migrations make; `python -m tests.contract.test_schema_is_documented` writes it."""

import tempfile
from pathlib import Path

from studio.db import Database, dump_schema, migrate
from studio.paths import MIGRATIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "schema.sql"


def test_the_page_of_the_schema_is_what_the_migrations_make(tmp_path: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == schema_of(tmp_path)


def schema_of(place: Path) -> str:
    with Database.open(place / "app.db") as db:
        migrate(db, MIGRATIONS)
        return dump_schema(db)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        PAGE.write_text(schema_of(Path(empty)), encoding="utf-8")
