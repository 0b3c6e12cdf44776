"""The statements by which items leave and come back; each takes the cursor of a transaction that is under way."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from studio.db import Cursor
from studio.gallery.item import number_of


def hide_items_of_conversation(cursor: Cursor, conversation_id: UUID, deleted_at: datetime) -> None:
    """With the moment of the conversation, so that its return brings back these and not what was deleted before."""
    cursor.execute(
        """
        UPDATE items
        SET deleted_at = $deleted_at
        WHERE conversation_id = $conversation_id AND deleted_at IS NULL
        """,
        {"conversation_id": conversation_id, "deleted_at": deleted_at},
    )


def show_items_of_conversation(cursor: Cursor, conversation_id: UUID) -> None:
    """To be called while the conversation still says when it was deleted."""
    cursor.execute(
        """
        UPDATE items
        SET deleted_at = NULL
        WHERE conversation_id = $conversation_id
            AND deleted_at = (SELECT deleted_at FROM conversations WHERE id = $conversation_id)
        """,
        {"conversation_id": conversation_id},
    )


def keep_restored_items(cursor: Cursor, conversation_ids: Sequence[UUID]) -> None:
    """Those that were brought back from the bin by themselves outlive their conversations."""
    cursor.execute(
        """
        UPDATE items SET conversation_id = NULL
        WHERE deleted_at IS NULL AND conversation_id IN (SELECT unnest($ids::UUID[]))
        """,
        {"ids": list(conversation_ids)},
    )


def drop_items_of_conversations(cursor: Cursor, conversation_ids: Sequence[UUID]) -> None:
    """For good."""
    rows = cursor.execute(
        "SELECT id FROM items WHERE conversation_id IN (SELECT unnest($ids::UUID[]))",
        {"ids": list(conversation_ids)},
    ).fetchall()
    drop_items(cursor, [row[0] for row in rows])


def drop_items(cursor: Cursor, ids: Sequence[UUID]) -> None:
    """For good, with their words, tags and places in albums. The caller has made sure whose they are."""
    if not ids:
        return
    named = {"ids": list(ids)}
    numbers = {"numbers": [number_of(item_id) for item_id in ids]}
    within = "IN (SELECT unnest($ids::UUID[]))"
    counted = "IN (SELECT unnest($numbers::BIGINT[]))"
    cursor.execute(f"DELETE FROM album_items WHERE item_id {within}", named)
    cursor.execute(f"DELETE FROM item_tags WHERE item_id {within}", named)
    cursor.execute(f"DELETE FROM item_words WHERE number {counted}", numbers)
    cursor.execute(f"DELETE FROM item_texts WHERE number {counted}", numbers)
    cursor.execute(f"DELETE FROM items WHERE id {within}", named)
