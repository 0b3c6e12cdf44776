"""The table `sessions`. A session is live until it ends or its time is over."""

from datetime import datetime
from uuid import UUID

from studio.accounts.person import Person, Role, State
from studio.accounts.session import EndReason, Session
from studio.db import Cursor, Statement

TOUCH = Statement(
    """
    UPDATE sessions
    SET last_seen_at = greatest(sessions.last_seen_at, seen.seen_at)
    FROM (SELECT unnest($id::UUID[]) AS id, unnest($seen_at::TIMESTAMP[]) AS seen_at) AS seen
    WHERE sessions.id = seen.id
    """,
    key="id",
)


def add_session(cursor: Cursor, session: Session, *, token_sha256: str) -> None:
    cursor.execute(
        """
        INSERT INTO sessions
            (id, token_sha256, person_id, created_at, expires_at, last_seen_at, address, agent)
        VALUES ($id, $token_sha256, $person_id, $created_at, $expires_at, $created_at, $address, $agent)
        """,
        {
            "id": session.id,
            "token_sha256": token_sha256,
            "person_id": session.person_id,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
            "address": session.address,
            "agent": session.agent,
        },
    )


def find_caller(
    cursor: Cursor, token_sha256: str, moment: datetime
) -> tuple[Person, datetime, datetime] | None:
    """(who, expires_at, last_seen_at) of a live session of an active person."""
    row = cursor.execute(
        """
        SELECT people.id, people.email, people.name, people.role, sessions.id,
               sessions.expires_at, sessions.last_seen_at
        FROM sessions
        JOIN people ON people.id = sessions.person_id
        WHERE sessions.token_sha256 = $token_sha256
          AND sessions.ended_at IS NULL
          AND sessions.expires_at > $moment
          AND people.state = $state
        """,
        {"token_sha256": token_sha256, "moment": moment, "state": State.ACTIVE},
    ).fetchone()
    if row is None:
        return None
    return Person(row[0], row[1], row[2], Role(row[3]), row[4]), row[5], row[6]


def list_live(cursor: Cursor, person_id: UUID, moment: datetime) -> list[Session]:
    """One person's live sessions, the one seen last first."""
    rows = cursor.execute(
        """
        SELECT id, person_id, created_at, expires_at, last_seen_at, address, agent
        FROM sessions
        WHERE person_id = $person_id
          AND ended_at IS NULL
          AND expires_at > $moment
        ORDER BY last_seen_at DESC, id DESC
        """,
        {"person_id": person_id, "moment": moment},
    ).fetchall()
    return [Session(*row) for row in rows]


def count_live(cursor: Cursor, moment: datetime) -> int:
    row = cursor.execute(
        "SELECT count(*) FROM sessions WHERE ended_at IS NULL AND expires_at > $moment", {"moment": moment}
    ).fetchone()
    assert row is not None
    return int(row[0])


def last_seen(cursor: Cursor) -> dict[UUID, datetime]:
    """When each person was last here, ended sessions included."""
    rows = cursor.execute("SELECT person_id, max(last_seen_at) FROM sessions GROUP BY person_id").fetchall()
    return dict(rows)


def list_addresses(cursor: Cursor, email_key: str, since: datetime) -> list[str]:
    """Where the person with this e-mail has signed in from; empty when there is no such person."""
    rows = cursor.execute(
        """
        SELECT DISTINCT sessions.address
        FROM sessions
        JOIN people ON people.id = sessions.person_id
        WHERE people.email_key = $email_key
          AND sessions.created_at > $since
        """,
        {"email_key": email_key, "since": since},
    ).fetchall()
    return [row[0] for row in rows]


def end_session(
    cursor: Cursor, session_id: UUID, *, person_id: UUID, reason: EndReason, moment: datetime
) -> bool:
    """Whether a live session of this person was ended."""
    ended = cursor.execute(
        """
        UPDATE sessions
        SET ended_at = $moment, end_reason = $reason
        WHERE person_id = $person_id
          AND id = $id
          AND ended_at IS NULL
          AND expires_at > $moment
        RETURNING id
        """,
        {"id": session_id, "person_id": person_id, "reason": reason, "moment": moment},
    )
    return ended.fetchone() is not None


def end_sessions_of(
    cursor: Cursor, person_id: UUID, *, keep: UUID | None, reason: EndReason, moment: datetime
) -> int:
    """How many sessions of this person were ended: all live ones, or all but `keep`."""
    ended = cursor.execute(
        """
        UPDATE sessions
        SET ended_at = $moment, end_reason = $reason
        WHERE person_id = $person_id
          AND id IS DISTINCT FROM $keep
          AND ended_at IS NULL
          AND expires_at > $moment
        RETURNING id
        """,
        {"person_id": person_id, "keep": keep, "reason": reason, "moment": moment},
    )
    return len(ended.fetchall())


def delete_before(cursor: Cursor, before: datetime) -> None:
    """Forget sessions that were over before then."""
    cursor.execute("DELETE FROM sessions WHERE coalesce(ended_at, expires_at) < $before", {"before": before})
