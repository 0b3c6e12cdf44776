"""Every SQL statement about conversations and messages."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.chat.conversation import Conversation, Message
from studio.db import Cursor, Database, Row, Statement
from studio.errors import Missing
from studio.gallery import removal
from studio.gallery.shelving import retitle_items_of_conversation
from studio.generations.store import WITHOUT_WORDS
from studio.once.store import drop_keys_in

_CONVERSATION = """
    id, person_id, title, model, system_prompt, params, leaf_id, is_pinned, created_at, updated_at, archived_at,
    deleted_at
"""
_MESSAGE = "id, conversation_id, parent_id, role, text, asset_ids, generation_id, created_at"

ADD_CONVERSATION = Statement("""
    INSERT INTO conversations (
        id, person_id, title, model, system_prompt, params, leaf_id, is_pinned, created_at, updated_at
    )
    SELECT
        unnest($id::UUID[]), unnest($person_id::UUID[]), unnest($title::VARCHAR[]), unnest($model::VARCHAR[]),
        unnest($system_prompt::VARCHAR[]), unnest($params::VARCHAR[]), unnest($leaf_id::UUID[]), false,
        unnest($created_at::TIMESTAMP[]), unnest($created_at::TIMESTAMP[])
""")

ADD_MESSAGE = Statement("""
    INSERT INTO messages (id, conversation_id, parent_id, role, text, asset_ids, generation_id, created_at)
    SELECT
        unnest($id::UUID[]), unnest($conversation_id::UUID[]), unnest($parent_id::UUID[]), unnest($role::VARCHAR[]),
        unnest($text::VARCHAR[]), unnest($asset_ids::VARCHAR[]), unnest($generation_id::UUID[]),
        unnest($created_at::TIMESTAMP[])
""")

CONTINUE_CONVERSATION = Statement(
    """
    UPDATE conversations
    SET leaf_id = batch.leaf_id, model = batch.model, system_prompt = batch.system_prompt, params = batch.params,
        updated_at = batch.updated_at, archived_at = NULL
    FROM (
        SELECT
            unnest($id::UUID[]) AS id, unnest($leaf_id::UUID[]) AS leaf_id, unnest($model::VARCHAR[]) AS model,
            unnest($system_prompt::VARCHAR[]) AS system_prompt, unnest($params::VARCHAR[]) AS params,
            unnest($updated_at::TIMESTAMP[]) AS updated_at
    ) AS batch
    WHERE conversations.id = batch.id
    """,
    key="id",
)


def add_conversation(conversation: Conversation) -> Row:
    return ADD_CONVERSATION.row(
        id=conversation.id,
        person_id=conversation.person_id,
        title=conversation.title,
        model=conversation.model,
        system_prompt=conversation.system_prompt,
        params=json.dumps(conversation.params),
        leaf_id=conversation.leaf_id,
        created_at=conversation.created_at,
    )


def add_message(message: Message) -> Row:
    """One column holds the pictures of a question, or those that an answer went without."""
    return ADD_MESSAGE.row(
        id=message.id,
        conversation_id=message.conversation_id,
        parent_id=message.parent_id,
        role=message.role,
        text=message.text,
        asset_ids=json.dumps([str(asset_id) for asset_id in message.asset_ids or message.left_out_ids]),
        generation_id=message.generation_id,
        created_at=message.created_at,
    )


def continue_conversation(conversation: Conversation) -> Row:
    """Its new end, and the model and settings it was last asked with; an archived one comes back."""
    return CONTINUE_CONVERSATION.row(
        id=conversation.id,
        leaf_id=conversation.leaf_id,
        model=conversation.model,
        system_prompt=conversation.system_prompt,
        params=json.dumps(conversation.params),
        updated_at=conversation.updated_at,
    )


def get_conversation(
    db: Database, person_id: UUID, conversation_id: UUID, *, also_deleted: bool = False
) -> Conversation:
    """A conversation of this person; somebody else's and a deleted one are Missing."""
    with db.read() as cursor:
        row = cursor.execute(
            f"""
            SELECT {_CONVERSATION}
            FROM conversations
            WHERE id = $id AND person_id = $person_id AND ($also_deleted OR deleted_at IS NULL)
            """,
            {"id": conversation_id, "person_id": person_id, "also_deleted": also_deleted},
        ).fetchone()
    if row is None:
        raise Missing
    return _conversation(row)


def list_conversations(
    db: Database,
    person_id: UUID,
    *,
    view: str = "open",
    words: Sequence[str] = (),
    before: datetime | None = None,
    limit: int = 60,
) -> list[Conversation]:
    """
    One page, newest first: `open`, `archived` or `deleted` ones whose titles contain every word.

    Pinned ones are no part of the pages of `open`: `list_pinned` gives them.
    """
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {_CONVERSATION}
            FROM conversations
            WHERE person_id = $person_id
                AND CASE $view
                    WHEN 'deleted' THEN deleted_at IS NOT NULL
                    WHEN 'archived' THEN deleted_at IS NULL AND archived_at IS NOT NULL
                    WHEN 'pinned' THEN deleted_at IS NULL AND archived_at IS NULL AND is_pinned
                    ELSE deleted_at IS NULL AND archived_at IS NULL AND NOT is_pinned
                END
                AND ($before::TIMESTAMP IS NULL OR updated_at < $before)
                {"".join(f"AND contains(lower(strip_accents(title)), $word_{number})" for number in range(len(words)))}
            ORDER BY updated_at DESC
            LIMIT $limit
            """,
            {
                "person_id": person_id,
                "view": view,
                "before": before,
                "limit": limit,
                **{f"word_{number}": word for number, word in enumerate(words)},
            },
        ).fetchall()
    return [_conversation(row) for row in rows]


def list_messages(db: Database, conversation_id: UUID) -> list[Message]:
    """All messages of a conversation, all branches, oldest first. The caller has checked whose it is."""
    with db.read() as cursor:
        rows = cursor.execute(
            f"SELECT {_MESSAGE} FROM messages WHERE conversation_id = $id ORDER BY id",
            {"id": conversation_id},
        ).fetchall()
    return [_message(row) for row in rows]


def get_message(db: Database, person_id: UUID, message_id: UUID) -> tuple[Conversation, Message]:
    """A message and its conversation, of this person."""
    with db.read() as cursor:
        row = cursor.execute(f"SELECT {_MESSAGE} FROM messages WHERE id = $id", {"id": message_id}).fetchone()
    if row is None:
        raise Missing
    message = _message(row)
    return get_conversation(db, person_id, message.conversation_id), message


def set_leaf(db: Database, conversation_id: UUID, leaf_id: UUID) -> None:
    """Show the branch that ends here."""
    _change(db, conversation_id, "leaf_id = $value", leaf_id)


def set_title(db: Database, conversation_id: UUID, title: str) -> None:
    """Its answers are found in the gallery by the new one from now on."""

    def work(cursor: Cursor) -> None:
        _change_in(cursor, conversation_id, "title = $value", title)
        retitle_items_of_conversation(cursor, conversation_id, title)

    db.transact(work)


def set_pinned(db: Database, conversation_id: UUID, is_pinned: bool) -> None:
    _change(db, conversation_id, "is_pinned = $value", is_pinned)


def set_archived(db: Database, conversation_id: UUID, archived_at: datetime | None) -> None:
    _change(db, conversation_id, "archived_at = $value", archived_at)


def set_deleted(db: Database, conversation_id: UUID, deleted_at: datetime | None) -> None:
    """Delete so that it can be undone, or undo it. Its answers leave the gallery with it and come back with it."""

    def work(cursor: Cursor) -> None:
        if deleted_at is None:
            removal.show_items_of_conversation(cursor, conversation_id)
        else:
            removal.hide_items_of_conversation(cursor, conversation_id, deleted_at)
            drop_keys_in(cursor, conversation_id)
        _change_in(cursor, conversation_id, "deleted_at = $value", deleted_at)

    db.transact(work)


def forget_deleted(db: Database, before: datetime) -> int:
    """Remove for good what was deleted before this moment; the generations stay, without their words."""

    def work(cursor: Cursor) -> int:
        gone = [
            row[0]
            for row in cursor.execute(
                "SELECT id FROM conversations WHERE deleted_at < $before", {"before": before}
            ).fetchall()
        ]
        if gone:
            named = {"gone": gone}
            within = "IN (SELECT unnest($gone::UUID[]))"
            removal.keep_restored_items(cursor, gone)
            # What was brought back from the bin of the gallery is no part of the conversation any more.
            cursor.execute(
                f"""
                UPDATE generations SET {WITHOUT_WORDS}
                WHERE conversation_id {within}
                    AND id NOT IN (
                        SELECT generation_id FROM items WHERE generation_id IS NOT NULL AND deleted_at IS NULL
                    )
                """,
                named,
            )
            cursor.execute(
                f"UPDATE generations SET conversation_id = NULL, message_id = NULL WHERE conversation_id {within}",
                named,
            )
            cursor.execute(f"DELETE FROM messages WHERE conversation_id {within}", named)
            removal.drop_items_of_conversations(cursor, gone)
            cursor.execute(f"DELETE FROM conversations WHERE id {within}", named)
        return len(gone)

    return db.transact(work)


def _change(db: Database, conversation_id: UUID, assignment: str, value: Any) -> None:
    db.transact(lambda cursor: _change_in(cursor, conversation_id, assignment, value))


def _change_in(cursor: Cursor, conversation_id: UUID, assignment: str, value: Any) -> None:
    cursor.execute(
        f"UPDATE conversations SET {assignment} WHERE id = $id", {"id": conversation_id, "value": value}
    )


def _conversation(row: tuple[Any, ...]) -> Conversation:
    values = list(row)
    values[5] = json.loads(values[5])
    return Conversation(*values)


def _message(row: tuple[Any, ...]) -> Message:
    values = list(row)
    named = tuple(UUID(asset_id) for asset_id in json.loads(values[5]))
    values[5] = () if (is_answer := row[3] == "assistant") else named
    message = Message(*values)
    return replace(message, left_out_ids=named) if is_answer and named else message


def answer_bytes(db: Database, generation_ids: Sequence[UUID]) -> int:
    """How many bytes of UTF-8 these answers have together."""
    if not generation_ids:
        return 0
    with db.read() as cursor:
        row = cursor.execute(
            "SELECT coalesce(sum(strlen(text)), 0) FROM generations WHERE id IN (SELECT unnest($ids::UUID[]))",
            {"ids": list(generation_ids)},
        ).fetchone()
    return int(row[0]) if row else 0
