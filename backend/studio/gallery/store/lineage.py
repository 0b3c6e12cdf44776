"""The statements of lineage: what an item was made from, and what became of it."""

import json
from collections.abc import Sequence
from uuid import UUID

from studio.db import Cursor, Database
from studio.gallery.item import Item

_ITEM = """
    items.id, items.person_id, items.kind, items.origin, items.model, items.title, items.excerpt, items.made_at,
    items.generation_id, items.asset_id, items.conversation_id, items.is_starred, items.deleted_at
"""


def list_sources(db: Database, person_id: UUID, generation_id: UUID, limit: int) -> list[Item]:
    """Items of the parent generation, and the pictures that went in; oldest first, none from the bin."""
    with db.read() as cursor:
        row = cursor.execute(
            "SELECT parent_id, input_hashes FROM generations WHERE id = $id AND person_id = $person_id",
            {"id": generation_id, "person_id": person_id},
        ).fetchone()
        if row is None:
            return []
        rows = cursor.execute(
            f"""
            SELECT {_ITEM}
            FROM items
            WHERE items.person_id = $person_id AND items.deleted_at IS NULL
                AND (
                    items.generation_id = $parent_id
                    OR items.asset_id IN (
                        SELECT id FROM assets
                        WHERE person_id = $person_id AND sha256 IN (SELECT unnest($hashes::VARCHAR[]))
                    )
                )
            ORDER BY items.number
            LIMIT $limit
            """,
            {"person_id": person_id, "parent_id": row[0], "hashes": json.loads(row[1]), "limit": limit},
        ).fetchall()
    return [Item(*found) for found in rows]


def list_results(db: Database, person_id: UUID, item: Item, limit: int) -> list[Item]:
    """Items of generations that went out from this item's, or that took its file in; oldest first."""
    with db.read() as cursor:
        digest = _digest(cursor, item)
        rows = cursor.execute(
            f"""
            SELECT {_ITEM}
            FROM items
            JOIN generations ON generations.id = items.generation_id
            WHERE items.person_id = $person_id AND items.deleted_at IS NULL AND items.id <> $id
                AND generations.person_id = $person_id
                AND (
                    generations.parent_id = $generation_id
                    OR ($digest <> '' AND contains(generations.input_hashes, $digest))
                )
            ORDER BY items.number
            LIMIT $limit
            """,
            {
                "person_id": person_id,
                "id": item.id,
                "generation_id": item.generation_id,
                "digest": digest,
                "limit": limit,
            },
        ).fetchall()
    return [Item(*found) for found in rows]


def list_titles(db: Database, person_id: UUID, hashes: Sequence[str]) -> dict[str, str]:
    """For each content the title of this person's newest item that has it, also from the bin."""
    if not hashes:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT assets.sha256, arg_max(items.title, items.number)
            FROM assets
            JOIN items ON items.asset_id = assets.id
            WHERE assets.person_id = $person_id AND assets.sha256 IN (SELECT unnest($hashes::VARCHAR[]))
            GROUP BY assets.sha256
            """,
            {"person_id": person_id, "hashes": list(hashes)},
        ).fetchall()
    return dict(rows)


def _digest(cursor: Cursor, item: Item) -> str:
    """The content hash of its file; "" for a text."""
    if item.asset_id is None:
        return ""
    row = cursor.execute("SELECT sha256 FROM assets WHERE id = $id", {"id": item.asset_id}).fetchone()
    return str(row[0]) if row else ""
