"""The schema as text, the same for the same schema, to be compared with docs/schema.sql."""

import re
from collections.abc import Iterator

from studio.db.database import Database

_SOURCES = (
    "SELECT sql FROM duckdb_sequences() WHERE schema_name = 'main' ORDER BY sequence_name",
    "SELECT sql FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal ORDER BY table_name",
    "SELECT sql FROM duckdb_indexes() WHERE schema_name = 'main' ORDER BY index_name",
    "SELECT sql FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal ORDER BY view_name",
)


def dump_schema(db: Database) -> str:
    """Sequences, tables, indexes and views as SQL, by kind and name; each column of a table on a line of its own."""
    with db.read() as cursor:
        statements = [row[0].strip() for source in _SOURCES for row in cursor.execute(source).fetchall()]
    return "\n\n".join(map(_laid_out, statements)) + "\n"


def _laid_out(statement: str) -> str:
    match = re.fullmatch(r"(CREATE TABLE [^(]+)\((.*)\);", statement, re.DOTALL)
    if match is None:
        return statement
    columns = ",\n    ".join(part.strip() for part in _split(match[2]))
    return f"{match[1]}(\n    {columns}\n);"


def _split(definitions: str) -> Iterator[str]:
    """At the commas that stand in no parentheses and no quotes."""
    depth, quote, start = 0, "", 0
    for position, character in enumerate(definitions):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and not depth:
            yield definitions[start:position]
            start = position + 1
    yield definitions[start:]
