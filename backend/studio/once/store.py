"""Every SQL statement about the keys of requests."""

from datetime import datetime
from uuid import UUID

from studio.db import Cursor, Database, Row, Statement

ADD_KEY = Statement("""
    INSERT INTO request_keys (person_id, key, request, generation_id, created_at)
    SELECT
        unnest($person_id::UUID[]), unnest($key::VARCHAR[]), unnest($request::VARCHAR[]),
        unnest($generation_id::UUID[]), unnest($created_at::TIMESTAMP[])
""")


def add_key(person_id: UUID, key: str, request: str, generation_id: UUID, moment: datetime) -> Row:
    """The row of a key; written a second time it breaks the table's rule, and so its whole commit."""
    return ADD_KEY.row(
        person_id=person_id, key=key, request=request, generation_id=generation_id, created_at=moment
    )


def find_key(cursor: Cursor, person_id: UUID, key: str) -> tuple[str, UUID] | None:
    """What was asked for under it (a digest), and the generation that it began."""
    row = cursor.execute(
        "SELECT request, generation_id FROM request_keys WHERE person_id = $person_id AND key = $key",
        {"person_id": person_id, "key": key},
    ).fetchone()
    return (row[0], row[1]) if row else None


def drop_keys_of(cursor: Cursor, generation_id: UUID) -> None:
    """What is forgotten leads nowhere: the same request begins anew."""
    cursor.execute("DELETE FROM request_keys WHERE generation_id = $id", {"id": generation_id})


def drop_keys_in(cursor: Cursor, conversation_id: UUID) -> None:
    """The same for all answers of a conversation."""
    cursor.execute(
        """
        DELETE FROM request_keys
        WHERE generation_id IN (SELECT id FROM generations WHERE conversation_id = $id)
        """,
        {"id": conversation_id},
    )


def forget_keys(db: Database, before: datetime) -> int:
    """How many were taken before this moment; they are free now."""
    return db.transact(
        lambda cursor: len(
            cursor.execute(
                "DELETE FROM request_keys WHERE created_at < $before RETURNING key", {"before": before}
            ).fetchall()
        )
    )
