"""What people may change about themselves, and administrators about people. Every act is in the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.accounts.audit import Entry
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.email import email_key
from studio.accounts.errors import BadPassword, LastAdministrator, WrongCredentials
from studio.accounts.passwords import check_new_password
from studio.accounts.person import Account, Person, Role, State
from studio.accounts.proof import prove
from studio.accounts.session import EndReason
from studio.accounts.store import audit as audit_store
from studio.accounts.store import invitations as invitation_store
from studio.accounts.store import people as store
from studio.accounts.store import sessions as session_store
from studio.db import Cursor, Database
from studio.errors import Missing


@dataclass(frozen=True, slots=True)
class Counts:
    people: int
    administrators: int
    live_sessions: int
    open_invitations: int


def change_password(
    db: Database,
    desk: Desk,
    person: Person,
    *,
    current: str,
    new: str,
    client: Client,
    moment: datetime,
) -> int:
    """
    Set a new password, keep this session, end the others; how many those were.

    Raises BadPassword at `current_password` or `new_password`, or Limited: a session left open is no licence to
    guess. Blocks for two password hashes: call it in `passwords.threads`.
    """
    check_new_password(new, email=person.email, field="new_password")
    key = email_key(person.email)
    try:
        proof = prove(db, desk, email_key=key, password=current, client=client, moment=moment)
    except WrongCredentials:
        raise BadPassword("That is not your current password.", field="current_password") from None
    hashed = desk.passwords.hash(new)

    def work(cursor: Cursor) -> int:
        proof.accept(cursor)
        store.set_password(cursor, person.id, hashed, moment)
        return session_store.end_sessions_of(
            cursor, person.id, keep=person.session_id, reason=EndReason.PASSWORD_CHANGED, moment=moment
        )

    ended = db.transact(work)
    desk.memory.forget_person(person.id)
    return ended


def list_people(db: Database) -> tuple[list[Account], dict[UUID, datetime]]:
    """Everybody, the oldest account first, and when each was last here."""
    with db.read() as cursor:
        return store.list_accounts(cursor), session_store.last_seen(cursor)


def get_account(db: Database, person_id: UUID) -> Account:
    """Raises Missing."""
    with db.read() as cursor:
        return _get(cursor, person_id)


def count_everything(db: Database, *, moment: datetime) -> Counts:
    """The figures of the administrator's overview."""
    with db.read() as cursor:
        people, administrators = store.count_people(cursor)
        return Counts(
            people,
            administrators,
            session_store.count_live(cursor, moment),
            invitation_store.count_open(cursor, moment),
        )


def disable_person(
    db: Database, desk: Desk, admin: Person, person_id: UUID, *, client: Client, moment: datetime
) -> Account:
    """
    Shut somebody out at once: sessions end, and invitations they made stop working.

    Raises Missing, or LastAdministrator. Doing it twice changes nothing.
    """

    def work(cursor: Cursor) -> Account:
        account = _get(cursor, person_id)
        if not account.is_active:
            return account
        _keep_one_administrator(cursor, account)
        store.set_state(cursor, person_id, State.DISABLED)
        ended = session_store.end_sessions_of(
            cursor, person_id, keep=None, reason=EndReason.DISABLED, moment=moment
        )
        revoked = invitation_store.revoke_all_of(cursor, person_id, moment)
        after = {"state": State.DISABLED, "ended_sessions": ended, "revoked_invitations": revoked}
        _record(cursor, "person.disabled", account, {"state": account.state}, after, admin, client, moment)
        return _get(cursor, person_id)

    return _change(db, desk, person_id, work)


def enable_person(
    db: Database, desk: Desk, admin: Person, person_id: UUID, *, client: Client, moment: datetime
) -> Account:
    """Let somebody sign in again. Raises Missing."""

    def work(cursor: Cursor) -> Account:
        account = _get(cursor, person_id)
        if account.is_active:
            return account
        store.set_state(cursor, person_id, State.ACTIVE)
        before, after = {"state": account.state}, {"state": State.ACTIVE}
        _record(cursor, "person.enabled", account, before, after, admin, client, moment)
        return _get(cursor, person_id)

    return _change(db, desk, person_id, work)


def change_role(
    db: Database, desk: Desk, admin: Person, person_id: UUID, role: Role, *, client: Client, moment: datetime
) -> Account:
    """
    Make somebody an administrator or a member; it holds from their next request on.

    A former administrator's invitations stop working. Raises Missing, or LastAdministrator.
    """

    def work(cursor: Cursor) -> Account:
        account = _get(cursor, person_id)
        if account.role is role:
            return account
        after: dict[str, object] = {"role": role}
        if role is Role.MEMBER:
            _keep_one_administrator(cursor, account)
            after["revoked_invitations"] = invitation_store.revoke_all_of(cursor, person_id, moment)
        store.set_role(cursor, person_id, role)
        _record(cursor, "person.role_changed", account, {"role": account.role}, after, admin, client, moment)
        return _get(cursor, person_id)

    return _change(db, desk, person_id, work)


def _get(cursor: Cursor, person_id: UUID) -> Account:
    account = store.find_account(cursor, person_id)
    if account is None:
        raise Missing
    return account


def _keep_one_administrator(cursor: Cursor, account: Account) -> None:
    _, administrators = store.count_people(cursor)
    if account.is_admin and account.is_active and administrators <= 1:
        raise LastAdministrator


def _change(db: Database, desk: Desk, person_id: UUID, work: Callable[[Cursor], Account]) -> Account:
    account = db.transact(work)
    desk.memory.forget_person(person_id)
    return account


def _record(
    cursor: Cursor,
    action: str,
    account: Account,
    before: Mapping[str, object],
    after: Mapping[str, object],
    admin: Person,
    client: Client,
    moment: datetime,
) -> None:
    entry = Entry.of(
        action,
        f"person:{account.id}",
        actor_id=admin.id,
        address=client.address,
        moment=moment,
        before=before,
        after=after,
    )
    audit_store.add_entry(cursor, entry)
