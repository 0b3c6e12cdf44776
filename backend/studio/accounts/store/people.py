"""The table `people`, and the set-up token in `installation`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.accounts.person import Account, Role, State
from studio.db import Cursor

_SETUP_TOKEN = "setup_token"


@dataclass(frozen=True, slots=True)
class Secret:
    """An account with the hash of its password; goes no further than the check."""

    account: Account
    password_hash: str


def find_secret_by_key(cursor: Cursor, email_key: str) -> Secret | None:
    row = cursor.execute(
        """
        SELECT id, email, name, role, state, created_at, password_hash
        FROM people
        WHERE email_key = $email_key
        """,
        {"email_key": email_key},
    ).fetchone()
    return Secret(_account(row[:6]), row[6]) if row else None


def find_secret(cursor: Cursor, person_id: UUID) -> Secret | None:
    row = cursor.execute(
        """
        SELECT id, email, name, role, state, created_at, password_hash
        FROM people
        WHERE id = $id
        """,
        {"id": person_id},
    ).fetchone()
    return Secret(_account(row[:6]), row[6]) if row else None


def find_account(cursor: Cursor, person_id: UUID) -> Account | None:
    row = cursor.execute(
        "SELECT id, email, name, role, state, created_at FROM people WHERE id = $id", {"id": person_id}
    ).fetchone()
    return _account(row) if row else None


def list_accounts(cursor: Cursor) -> list[Account]:
    """Everybody, the oldest account first."""
    rows = cursor.execute(
        "SELECT id, email, name, role, state, created_at FROM people ORDER BY id"
    ).fetchall()
    return [_account(row) for row in rows]


def count_people(cursor: Cursor) -> tuple[int, int]:
    """(everybody, of them active administrators)."""
    row = cursor.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE role = $role AND state = $state)
        FROM people
        """,
        {"role": Role.ADMIN, "state": State.ACTIVE},
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def has_email(cursor: Cursor, email_key: str) -> bool:
    found = cursor.execute("SELECT 1 FROM people WHERE email_key = $email_key", {"email_key": email_key})
    return found.fetchone() is not None


def add_account(cursor: Cursor, account: Account, *, email_key: str, password_hash: str) -> None:
    cursor.execute(
        """
        INSERT INTO people (id, email, email_key, name, password_hash, role, state, created_at, password_changed_at)
        VALUES ($id, $email, $email_key, $name, $password_hash, $role, $state, $created_at, $created_at)
        """,
        {
            "id": account.id,
            "email": account.email,
            "email_key": email_key,
            "name": account.name,
            "password_hash": password_hash,
            "role": account.role,
            "state": account.state,
            "created_at": account.created_at,
        },
    )


def set_password(cursor: Cursor, person_id: UUID, password_hash: str, changed_at: datetime) -> None:
    cursor.execute(
        "UPDATE people SET password_hash = $hash, password_changed_at = $changed_at WHERE id = $id",
        {"id": person_id, "hash": password_hash, "changed_at": changed_at},
    )


def set_rehashed_password(cursor: Cursor, person_id: UUID, password_hash: str) -> None:
    """The same password under today's parameters; it was not changed, so the moment stays."""
    cursor.execute(
        "UPDATE people SET password_hash = $hash WHERE id = $id", {"id": person_id, "hash": password_hash}
    )


def set_role(cursor: Cursor, person_id: UUID, role: Role) -> None:
    cursor.execute("UPDATE people SET role = $role WHERE id = $id", {"id": person_id, "role": role})


def set_state(cursor: Cursor, person_id: UUID, state: State) -> None:
    cursor.execute("UPDATE people SET state = $state WHERE id = $id", {"id": person_id, "state": state})


def find_setup_token(cursor: Cursor) -> str | None:
    row = cursor.execute(
        "SELECT value FROM installation WHERE name = $name", {"name": _SETUP_TOKEN}
    ).fetchone()
    return str(row[0]) if row else None


def add_setup_token(cursor: Cursor, token: str) -> None:
    cursor.execute(
        "INSERT INTO installation (name, value) VALUES ($name, $value)",
        {"name": _SETUP_TOKEN, "value": token},
    )


def delete_setup_token(cursor: Cursor) -> None:
    cursor.execute("DELETE FROM installation WHERE name = $name", {"name": _SETUP_TOKEN})


def _account(row: tuple) -> Account:  # type: ignore[type-arg]
    id_, email, name, role, state, created_at = row
    return Account(id_, email, name, Role(role), State(state), created_at)
