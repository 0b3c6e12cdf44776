"""Signing in and out, and the sessions that come of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from studio.accounts import throttle
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.email import key_of_anything
from studio.accounts.errors import AccountDisabled
from studio.accounts.memory import Remembered
from studio.accounts.person import Account, Person
from studio.accounts.proof import prove
from studio.accounts.session import EndReason, Session, fingerprint, new_token
from studio.accounts.store import people as people_store
from studio.accounts.store import sessions as store
from studio.accounts.store import throttles as throttle_store
from studio.db import Cursor, Database
from studio.errors import Missing
from studio.ids import new_id

KEPT_AFTER_END = timedelta(days=90)  # the list of known networks is read from them


@dataclass(frozen=True, slots=True)
class SignedInNow:
    """A new session; the only moment at which its token exists outside the caller's hands."""

    token: str
    session: Session
    account: Account


def sign_in(
    db: Database,
    desk: Desk,
    *,
    email: str,
    password: str,
    client: Client,
    days: int,
    moment: datetime,
    replaces: Person | None = None,
) -> SignedInNow:
    """
    A new session for whoever knows the password; `replaces` is the session this browser had until now.

    Raises Limited, WrongCredentials, and AccountDisabled only for the right password. Blocks for one password hash:
    call it in `passwords.threads`.
    """
    proof = prove(db, desk, email_key=key_of_anything(email), password=password, client=client, moment=moment)
    rehashed = (
        desk.passwords.hash(password) if desk.passwords.is_outdated(proof.secret.password_hash) else None
    )

    def begin(cursor: Cursor) -> SignedInNow:
        account = proof.accept(cursor).account
        if not account.is_active:
            raise AccountDisabled
        if rehashed is not None:
            people_store.set_rehashed_password(cursor, account.id, rehashed)
        if replaces is not None:
            _end(cursor, replaces, EndReason.REPLACED, moment)
        return _begin(cursor, account, client, days, moment)

    signed_in = db.transact(begin)
    if replaces is not None:
        desk.memory.forget_session(replaces.session_id)
    return signed_in


def begin_session(
    db: Database, account: Account, *, client: Client, days: int, moment: datetime
) -> SignedInNow:
    """A session for somebody who has just registered, without asking for the password again."""
    return db.transact(lambda cursor: _begin(cursor, account, client, days, moment))


def look_up(db: Database, desk: Desk, token_sha256: str, moment: datetime) -> Remembered | None:
    """The live session behind a fingerprint, from the database into the memory."""
    epoch = desk.memory.epoch
    with db.read() as cursor:
        found = store.find_caller(cursor, token_sha256, moment)
    if found is None:
        return None
    remembered = Remembered(*found)
    desk.memory.remember(token_sha256, remembered, epoch=epoch)
    return remembered


def sign_out(db: Database, desk: Desk, person: Person, *, moment: datetime) -> None:
    """End the caller's own session."""
    db.transact(lambda cursor: _end(cursor, person, EndReason.SIGNED_OUT, moment))
    desk.memory.forget_session(person.session_id)


def list_sessions(db: Database, person: Person, *, moment: datetime) -> list[Session]:
    """The caller's live sessions, the one seen last first."""
    with db.read() as cursor:
        return store.list_live(cursor, person.id, moment)


def end_session(db: Database, desk: Desk, person: Person, session_id: UUID, *, moment: datetime) -> None:
    """End one of the caller's sessions. Raises Missing when it is somebody else's or over already."""
    ended = db.transact(
        lambda cursor: store.end_session(
            cursor, session_id, person_id=person.id, reason=EndReason.ENDED, moment=moment
        )
    )
    if not ended:
        raise Missing
    desk.memory.forget_session(session_id)


def end_other_sessions(db: Database, desk: Desk, person: Person, *, moment: datetime) -> int:
    """End all of the caller's sessions but this one; how many there were."""
    count = db.transact(
        lambda cursor: store.end_sessions_of(
            cursor, person.id, keep=person.session_id, reason=EndReason.ENDED, moment=moment
        )
    )
    desk.memory.forget_person(person.id)
    return count


def tidy(db: Database, *, moment: datetime) -> None:
    """Forget what nobody can need any more: sessions long over, failures long past. For once a day."""

    def work(cursor: Cursor) -> None:
        store.delete_before(cursor, moment - KEPT_AFTER_END)
        throttle_store.delete_before(cursor, moment - throttle.FORGET_AFTER)

    db.transact(work)


def _end(cursor: Cursor, person: Person, reason: EndReason, moment: datetime) -> None:
    store.end_session(cursor, person.session_id, person_id=person.id, reason=reason, moment=moment)


def _begin(cursor: Cursor, account: Account, client: Client, days: int, moment: datetime) -> SignedInNow:
    token = new_token()
    session = Session(
        new_id(), account.id, moment, moment + timedelta(days=days), moment, client.address, client.agent
    )
    store.add_session(cursor, session, token_sha256=fingerprint(token))
    return SignedInNow(token, session, account)
