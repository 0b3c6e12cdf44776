"""The table `throttles`: failed tries by key."""

from datetime import datetime

from studio.db import Cursor


def find_throttle(cursor: Cursor, key: str, since: datetime) -> tuple[int, datetime | None]:
    """(failures, blocked_until) of a key; (0, None) when it has not failed since then."""
    row = cursor.execute(
        "SELECT failures, blocked_until FROM throttles WHERE key = $key AND last_failed_at > $since",
        {"key": key, "since": since},
    ).fetchone()
    return (int(row[0]), row[1]) if row else (0, None)


def set_throttle(
    cursor: Cursor, key: str, *, failures: int, blocked_until: datetime | None, moment: datetime
) -> None:
    cursor.execute(
        """
        INSERT INTO throttles (key, failures, last_failed_at, blocked_until)
        VALUES ($key, $failures, $moment, $blocked_until)
        ON CONFLICT (key) DO UPDATE
        SET failures = excluded.failures,
            last_failed_at = excluded.last_failed_at,
            blocked_until = excluded.blocked_until
        """,
        {"key": key, "failures": failures, "moment": moment, "blocked_until": blocked_until},
    )


def delete_throttle(cursor: Cursor, key: str) -> None:
    cursor.execute("DELETE FROM throttles WHERE key = $key", {"key": key})


def delete_before(cursor: Cursor, before: datetime) -> None:
    """Forget keys that have not failed since then."""
    cursor.execute("DELETE FROM throttles WHERE last_failed_at < $before", {"before": before})
