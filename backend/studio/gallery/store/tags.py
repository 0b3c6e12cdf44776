"""The statements about a tag as a whole, on whatever it is."""

from collections.abc import Sequence
from uuid import UUID

from studio.db import Cursor
from studio.gallery.store.albums import Tag


def find_tag(cursor: Cursor, person_id: UUID, tag: str) -> Tag | None:
    """As the newest item has it written, with the number of all that have it, in the bin or not; None on nothing."""
    row = cursor.execute(
        """
        SELECT max_by(shown, item_id), count(*)
        FROM item_tags
        WHERE person_id = $person_id AND tag = $tag
        """,
        {"person_id": person_id, "tag": tag},
    ).fetchone()
    return Tag(tag, row[0], row[1]) if row and row[1] else None


def list_items_to_retag(cursor: Cursor, person_id: UUID, tag: str, wanted: Tag, limit: int) -> list[UUID]:
    """Some of those that have this tag and not, written in just this way, the one that is wanted."""
    rows = cursor.execute(
        """
        SELECT item_id
        FROM item_tags
        WHERE person_id = $person_id AND tag = $tag AND (tag <> $wanted OR shown <> $shown)
        LIMIT $limit
        """,
        {"person_id": person_id, "tag": tag, "wanted": wanted.tag, "shown": wanted.shown, "limit": limit},
    ).fetchall()
    return [row[0] for row in rows]


def set_shown(cursor: Cursor, person_id: UUID, ids: Sequence[UUID], tag: Tag) -> None:
    cursor.execute(
        """
        UPDATE item_tags SET shown = $shown
        WHERE person_id = $person_id AND tag = $tag AND item_id IN (SELECT unnest($ids::UUID[]))
        """,
        {"person_id": person_id, "tag": tag.tag, "shown": tag.shown, "ids": list(ids)},
    )
