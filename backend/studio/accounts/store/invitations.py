"""The table `invitations`: one code, one account."""

from datetime import datetime
from uuid import UUID

from studio.accounts.invitation import Invitation
from studio.accounts.person import Role
from studio.db import Cursor


def add_invitation(cursor: Cursor, invitation: Invitation, *, code_sha256: str) -> None:
    cursor.execute(
        """
        INSERT INTO invitations (id, code_sha256, note, role, created_by, created_at, expires_at)
        VALUES ($id, $code_sha256, $note, $role, $created_by, $created_at, $expires_at)
        """,
        {
            "id": invitation.id,
            "code_sha256": code_sha256,
            "note": invitation.note,
            "role": invitation.role,
            "created_by": invitation.created_by,
            "created_at": invitation.created_at,
            "expires_at": invitation.expires_at,
        },
    )


def find_open(cursor: Cursor, code_sha256: str, moment: datetime) -> Invitation | None:
    """The invitation behind a code, if it can still be used."""
    row = cursor.execute(
        """
        SELECT id, note, role, created_by, created_at, expires_at, used_by, used_at, revoked_at
        FROM invitations
        WHERE code_sha256 = $code_sha256
          AND used_at IS NULL
          AND revoked_at IS NULL
          AND expires_at > $moment
        """,
        {"code_sha256": code_sha256, "moment": moment},
    ).fetchone()
    return _invitation(row) if row else None


def find_invitation(cursor: Cursor, invitation_id: UUID) -> Invitation | None:
    row = cursor.execute(
        """
        SELECT id, note, role, created_by, created_at, expires_at, used_by, used_at, revoked_at
        FROM invitations
        WHERE id = $id
        """,
        {"id": invitation_id},
    ).fetchone()
    return _invitation(row) if row else None


def list_invitations(cursor: Cursor, limit: int) -> list[Invitation]:
    """The newest first."""
    rows = cursor.execute(
        """
        SELECT id, note, role, created_by, created_at, expires_at, used_by, used_at, revoked_at
        FROM invitations
        ORDER BY id DESC
        LIMIT $limit
        """,
        {"limit": limit},
    ).fetchall()
    return [_invitation(row) for row in rows]


def count_open(cursor: Cursor, moment: datetime) -> int:
    row = cursor.execute(
        """
        SELECT count(*)
        FROM invitations
        WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > $moment
        """,
        {"moment": moment},
    ).fetchone()
    assert row is not None
    return int(row[0])


def set_used(cursor: Cursor, invitation_id: UUID, *, by: UUID, moment: datetime) -> None:
    cursor.execute(
        "UPDATE invitations SET used_by = $by, used_at = $moment WHERE id = $id",
        {"id": invitation_id, "by": by, "moment": moment},
    )


def set_revoked(cursor: Cursor, invitation_id: UUID, moment: datetime) -> None:
    cursor.execute(
        "UPDATE invitations SET revoked_at = $moment WHERE id = $id", {"id": invitation_id, "moment": moment}
    )


def revoke_all_of(cursor: Cursor, person_id: UUID, moment: datetime) -> int:
    """How many usable invitations of this administrator were withdrawn."""
    revoked = cursor.execute(
        """
        UPDATE invitations
        SET revoked_at = $moment
        WHERE created_by = $person_id
          AND used_at IS NULL
          AND revoked_at IS NULL
          AND expires_at > $moment
        RETURNING id
        """,
        {"person_id": person_id, "moment": moment},
    )
    return len(revoked.fetchall())


def _invitation(row: tuple) -> Invitation:  # type: ignore[type-arg]
    return Invitation(row[0], row[1], Role(row[2]), *row[3:])
