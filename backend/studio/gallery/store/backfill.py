"""The statements of indexing anew."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from studio.db import Cursor, Database, Row, Statement

SET_NOTE = Statement(
    """
    INSERT INTO installation (name, value)
    SELECT unnest($name::VARCHAR[]), unnest($value::VARCHAR[])
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
    """,
    key="name",
)


def note(name: str, value: str) -> Row:
    return SET_NOTE.row(name=name, value=value)


def find_note(db: Database, name: str) -> str | None:
    with db.read() as cursor:
        row = cursor.execute("SELECT value FROM installation WHERE name = $name", {"name": name}).fetchone()
    return None if row is None else str(row[0])


def begin(db: Database, notes: Sequence[Row]) -> None:
    """Forget all words, and note where to begin, in one commit."""

    def work(cursor: Cursor) -> None:
        for table in ("item_words", "item_texts"):
            cursor.execute(f"DELETE FROM {table}")
        for row in notes:
            cursor.execute(row.statement.sql, {
                name: [value] for name, value in zip(row.statement.columns, row.values, strict=True)
            })  # fmt: skip

    db.transact(work)


def list_texts(db: Database, after: UUID, until: UUID, limit: int) -> list[tuple[UUID, UUID]]:
    """(id, whose) of finished texts that say something, oldest first."""
    with db.read() as cursor:
        return [
            (row[0], row[1])
            for row in cursor.execute(
                """
                SELECT id, person_id
                FROM generations
                WHERE kind = 'text' AND text <> '' AND state NOT IN ('waiting', 'running')
                    AND id > $after AND id <= $until
                ORDER BY id
                LIMIT $limit
                """,
                {"after": after, "until": until, "limit": limit},
            ).fetchall()
        ]


def list_asset_rows(db: Database, after: UUID, until: UUID, limit: int) -> list[tuple[Any, ...]]:
    """Pictures and videos, oldest first, each with the words of what made it."""
    with db.read() as cursor:
        return cursor.execute(
            """
            SELECT
                assets.id, assets.person_id, assets.kind, coalesce(assets.origin, 'uploaded'), assets.name,
                assets.created_at, assets.deleted_at, assets.generation_id, coalesce(generations.model, ''),
                coalesce(generations.prompt, '')
            FROM assets
            LEFT JOIN generations ON generations.id = assets.generation_id
            WHERE assets.id > $after AND assets.id <= $until AND assets.kind IN ('image', 'video')
            ORDER BY assets.id
            LIMIT $limit
            """,
            {"after": after, "until": until, "limit": limit},
        ).fetchall()


def list_shelf_names(
    db: Database, ids: Sequence[UUID]
) -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]]:
    """The tags and the names of the albums of these items, as (id, names with spaces between)."""
    with db.read() as cursor:
        tags = cursor.execute(
            """
            SELECT item_id, string_agg(shown, ' ' ORDER BY tag)
            FROM item_tags
            WHERE item_id IN (SELECT unnest($ids::UUID[]))
            GROUP BY item_id
            """,
            {"ids": list(ids)},
        ).fetchall()
        albums = cursor.execute(
            """
            SELECT album_items.item_id, string_agg(albums.name, ' ' ORDER BY albums.name)
            FROM album_items
            JOIN albums ON albums.id = album_items.album_id
            WHERE album_items.item_id IN (SELECT unnest($ids::UUID[]))
            GROUP BY album_items.item_id
            """,
            {"ids": list(ids)},
        ).fetchall()
    return [(row[0], row[1]) for row in tags], [(row[0], row[1]) for row in albums]
