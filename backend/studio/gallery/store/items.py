"""The statements that change items: stars, the bin, and what lies in it for good."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from studio.db import Cursor, Database
from studio.gallery.store.removal import drop_items
from studio.generations.store import WITHOUT_WORDS

_IDS = "(SELECT unnest($ids::UUID[]))"


def list_own_ids(cursor: Cursor, person_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Those of these ids that are items of this person, in the bin or not."""
    rows = cursor.execute(
        f"SELECT id FROM items WHERE person_id = $person_id AND id IN {_IDS}",
        {"person_id": person_id, "ids": list(ids)},
    ).fetchall()
    return [row[0] for row in rows]


def set_starred(cursor: Cursor, ids: Sequence[UUID], is_starred: bool) -> None:
    cursor.execute(
        f"UPDATE items SET is_starred = $is_starred WHERE id IN {_IDS}",
        {"ids": list(ids), "is_starred": is_starred},
    )


def hide(cursor: Cursor, ids: Sequence[UUID], moment: datetime) -> None:
    """Into the bin, their files with them; what is in it already keeps its moment."""
    for table in ("items", "assets"):
        cursor.execute(
            f"UPDATE {table} SET deleted_at = $moment WHERE id IN {_IDS} AND deleted_at IS NULL",
            {"ids": list(ids), "moment": moment},
        )


def show(cursor: Cursor, ids: Sequence[UUID]) -> None:
    for table in ("items", "assets"):
        cursor.execute(f"UPDATE {table} SET deleted_at = NULL WHERE id IN {_IDS}", {"ids": list(ids)})


def count_deleted_at(cursor: Cursor, person_id: UUID, moment: datetime) -> int:
    row = cursor.execute(
        "SELECT count(*) FROM items WHERE person_id = $person_id AND deleted_at = $moment",
        {"person_id": person_id, "moment": moment},
    ).fetchone()
    return int(row[0]) if row else 0


def show_deleted_at(cursor: Cursor, person_id: UUID, moment: datetime) -> None:
    """Out of the bin, whatever went there at this moment."""
    named = {"person_id": person_id, "moment": moment}
    cursor.execute(
        """
        UPDATE assets SET deleted_at = NULL
        WHERE id IN (SELECT id FROM items WHERE person_id = $person_id AND deleted_at = $moment)
        """,
        named,
    )
    cursor.execute(
        "UPDATE items SET deleted_at = NULL WHERE person_id = $person_id AND deleted_at = $moment", named
    )


def list_binned(cursor: Cursor, person_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    rows = cursor.execute(
        f"""
        SELECT id FROM items
        WHERE person_id = $person_id AND deleted_at IS NOT NULL AND id IN {_IDS}
        """,
        {"person_id": person_id, "ids": list(ids)},
    ).fetchall()
    return [row[0] for row in rows]


def purge(cursor: Cursor, ids: Sequence[UUID]) -> None:
    """
    For good: the item, the row of its asset, and the words of a text that stands in no conversation; those of a
    picture with the last one that its request brought. What the provider said about them goes with them.

    The file goes when nobody's row names it any more. What a conversation says is the conversation's, and what a
    generation cost stays in the books.
    """
    named = {"ids": list(ids)}
    texts = cursor.execute(
        f"""
        UPDATE generations
        SET {WITHOUT_WORDS}
        WHERE id IN {_IDS} AND conversation_id IS NULL
        RETURNING id
        """,
        named,
    ).fetchall()
    makings = cursor.execute(
        f"""
        UPDATE generations
        SET {WITHOUT_WORDS}
        WHERE conversation_id IS NULL
            AND id IN (SELECT generation_id FROM assets WHERE id IN {_IDS})
            AND id NOT IN (
                SELECT generation_id FROM assets WHERE generation_id IS NOT NULL AND NOT (id IN {_IDS})
            )
        RETURNING id
        """,
        named,
    ).fetchall()
    cursor.execute(  # it may quote the prompt
        f"UPDATE jobs SET provider_error = NULL WHERE generation_id IN {_IDS}",
        {"ids": [row[0] for row in (*texts, *makings)]},
    )
    cursor.execute(f"DELETE FROM assets WHERE id IN {_IDS}", named)
    drop_items(cursor, ids)


def purge_before(db: Database, moment: datetime, limit: int = 500) -> int:
    """Purge what lies in the bin since before this moment, some of it; how many there were."""

    def work(cursor: Cursor) -> int:
        rows = cursor.execute(
            "SELECT id FROM items WHERE deleted_at < $moment LIMIT $limit", {"moment": moment, "limit": limit}
        ).fetchall()
        ids = [row[0] for row in rows]
        if ids:
            purge(cursor, ids)
        return len(ids)

    return db.transact(work)


def list_models(db: Database, person_id: UUID, limit: int = 100) -> list[str]:
    """The models that made something of this person's, the most used first."""
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT model
            FROM items
            WHERE person_id = $person_id AND model <> '' AND deleted_at IS NULL
            GROUP BY model
            ORDER BY count(*) DESC, model
            LIMIT $limit
            """,
            {"person_id": person_id, "limit": limit},
        ).fetchall()
    return [row[0] for row in rows]
