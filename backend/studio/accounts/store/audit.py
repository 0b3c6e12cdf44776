"""The table `audit_log`; rows are added and read, never changed."""

from datetime import datetime

from studio.accounts.audit import Entry
from studio.db import Cursor


def add_entry(cursor: Cursor, entry: Entry) -> None:
    cursor.execute(
        """
        INSERT INTO audit_log (id, happened_at, actor_id, action, subject, before, after, address)
        VALUES ($id, $happened_at, $actor_id, $action, $subject, $before, $after, $address)
        """,
        {
            "id": entry.id,
            "happened_at": entry.happened_at,
            "actor_id": entry.actor_id,
            "action": entry.action,
            "subject": entry.subject,
            "before": entry.before,
            "after": entry.after,
            "address": entry.address,
        },
    )


def list_entries(cursor: Cursor, *, before: datetime, limit: int) -> list[Entry]:
    """What happened before a moment, the newest first."""
    rows = cursor.execute(
        """
        SELECT id, happened_at, actor_id, action, subject, audit_log.before, after, address
        FROM audit_log
        WHERE happened_at < $before
        ORDER BY happened_at DESC, id DESC
        LIMIT $limit
        """,
        {"before": before, "limit": limit},
    ).fetchall()
    return [Entry(*row) for row in rows]


def count_entries(cursor: Cursor, action: str, subject: str) -> int:
    row = cursor.execute(
        "SELECT count(*) FROM audit_log WHERE action = $action AND subject = $subject",
        {"action": action, "subject": subject},
    ).fetchone()
    assert row is not None
    return int(row[0])
