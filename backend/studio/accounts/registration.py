"""How an account comes to be: set-up, open registration, invitation, or by an administrator's hand."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from studio.accounts import throttle
from studio.accounts.audit import Entry
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.email import clean_email, email_key
from studio.accounts.errors import (
    AlreadySetUp,
    EmailTaken,
    InvitationNeeded,
    NotSetUp,
    RegistrationClosed,
    WrongInvitation,
    WrongSetupToken,
)
from studio.accounts.invitation import Invitation
from studio.accounts.passwords import check_new_password
from studio.accounts.person import Account, Person, Role, State, clean_name
from studio.accounts.session import fingerprint
from studio.accounts.store import audit as audit_store
from studio.accounts.store import invitations as invitation_store
from studio.accounts.store import people as store
from studio.db import Cursor, Database
from studio.errors import Invalid
from studio.ids import new_id

Mode = Literal["open", "invite", "closed"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody entered who wants an account."""

    email: str
    password: str
    name: str = ""
    invite: str = ""
    setup_token: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    email: str
    key: str
    name: str
    password: str


def ensure_setup_token(db: Database) -> str | None:
    """
    The token that the very first account needs, or None once there is an administrator.

    The same after every restart until then, so that a link from yesterday's log still works.
    """

    def work(cursor: Cursor) -> str | None:
        if _is_set_up(cursor):
            store.delete_setup_token(cursor)
            return None
        token = store.find_setup_token(cursor)
        if token is None:
            token = secrets.token_urlsafe(18)
            store.add_setup_token(cursor, token)
        return token

    return db.transact(work)


def is_set_up(db: Database) -> bool:
    """Whether there is an administrator."""
    with db.read() as cursor:
        return _is_set_up(cursor)


def find_invitation(db: Database, code: str, *, moment: datetime) -> Invitation | None:
    """The invitation behind a code, if it still works; for greeting the guest."""
    with db.read() as cursor:
        return invitation_store.find_open(cursor, fingerprint(code), moment)


def register(
    db: Database, desk: Desk, wish: Wish, *, mode: Mode, client: Client, moment: datetime
) -> Account:
    """
    A new account: the administrator with the set-up token, later whoever `mode` or an invitation lets in.

    Raises Invalid with its field (and what else is wrong as `also`), AlreadySetUp, NotSetUp, RegistrationClosed,
    InvitationNeeded or Limited. Blocks for one password hash: call it in `passwords.threads`.
    """
    key = throttle.Key(throttle.Kind.REGISTRATION, client.network)
    with db.read() as cursor:  # says no before anything costs anything
        try:
            _may_register(cursor, wish, mode, moment)
        except (NotSetUp, WrongSetupToken) as error:  # of a field of the form, as the others are
            error.also = tuple(_mistakes(wish))
            raise
        throttle.refuse_while_waiting(cursor, [key], moment)
        checked = _check(wish)
        is_taken = store.has_email(cursor, checked.key)
    if is_taken:  # counted: trying names is how one finds out who is here
        db.transact(lambda cursor: throttle.count_failure(cursor, [key], client, moment))
        raise EmailTaken
    hashed = desk.passwords.hash(checked.password)

    def work(cursor: Cursor) -> Account:
        # Asked again, since fifty others may have come in while we hashed; here nobody comes between.
        entrance = _may_register(cursor, wish, mode, moment)
        _refuse_taken(cursor, checked)
        account = _add(cursor, checked, hashed, _role(entrance), moment)
        if isinstance(entrance, Invitation):
            invitation_store.set_used(cursor, entrance.id, by=account.id, moment=moment)
        if entrance is None:  # who comes in by an open door is counted, too: a robot could fill the studio
            throttle.count_failure(cursor, [key], client, moment)
        store.delete_setup_token(cursor)
        _record(cursor, account, _how(entrance), actor_id=account.id, client=client, moment=moment)
        return account

    return db.transact(work)


def add_person(
    db: Database,
    desk: Desk,
    wish: Wish,
    *,
    role: Role,
    by: Person | None,
    client: Client,
    moment: datetime,
) -> Account:
    """A new account made by an administrator, or at the operator's terminal (`by` is None). Raises Invalid."""
    checked = _check(wish)
    with db.read() as cursor:
        _refuse_taken(cursor, checked)
    hashed = desk.passwords.hash(checked.password)

    def work(cursor: Cursor) -> Account:
        _refuse_taken(cursor, checked)
        account = _add(cursor, checked, hashed, role, moment)
        how = "administrator" if by else "terminal"
        _record(cursor, account, how, actor_id=by.id if by else None, client=client, moment=moment)
        return account

    return db.transact(work)


def _may_register(cursor: Cursor, wish: Wish, mode: Mode, moment: datetime) -> Role | Invitation | None:
    """What lets this wish in: Role.ADMIN for the set-up token, an invitation, or None for the open door."""
    expected = store.find_setup_token(cursor)
    if not _is_set_up(cursor):
        if not wish.setup_token:
            raise NotSetUp
        if expected is None or not _equal(expected, wish.setup_token.strip()):
            raise WrongSetupToken
        return Role.ADMIN
    if wish.setup_token:
        raise AlreadySetUp
    if mode == "closed":
        raise RegistrationClosed
    if wish.invite:
        invitation = invitation_store.find_open(cursor, fingerprint(wish.invite.strip()), moment)
        if invitation is None:
            raise WrongInvitation
        return invitation
    if mode == "invite":
        raise InvitationNeeded
    return None


def _role(entrance: Role | Invitation | None) -> Role:
    if isinstance(entrance, Invitation):
        return entrance.role
    return entrance or Role.MEMBER


def _how(entrance: Role | Invitation | None) -> str:
    if entrance is Role.ADMIN:
        return "set-up"
    return "open registration" if entrance is None else "invitation"


def _is_set_up(cursor: Cursor) -> bool:
    _, administrators = store.count_people(cursor)
    return administrators > 0


def _check(wish: Wish) -> _Checked:
    mistakes = _mistakes(wish)
    if mistakes:
        mistakes[0].also = tuple(mistakes[1:])
        raise mistakes[0]
    email = clean_email(wish.email)
    return _Checked(email, email_key(email), clean_name(wish.name, email=email), wish.password)


def _mistakes(wish: Wish) -> list[Invalid]:
    """What is wrong with each field, in order: whoever mends one is not to be sent back for the next."""
    found: list[Invalid] = []
    email = wish.email
    try:
        email = clean_email(email)
    except Invalid as error:
        found.append(error)
    try:
        clean_name(wish.name, email=email)
    except Invalid as error:
        found.append(error)
    try:
        check_new_password(wish.password, email=email)
    except Invalid as error:
        found.append(error)
    return found


def _refuse_taken(cursor: Cursor, checked: _Checked) -> None:
    if store.has_email(cursor, checked.key):
        raise EmailTaken


def _add(cursor: Cursor, checked: _Checked, hashed: str, role: Role, moment: datetime) -> Account:
    account = Account(new_id(), checked.email, checked.name, role, State.ACTIVE, moment)
    store.add_account(cursor, account, email_key=checked.key, password_hash=hashed)
    return account


def _record(
    cursor: Cursor, account: Account, how: str, *, actor_id: UUID | None, client: Client, moment: datetime
) -> None:
    entry = Entry.of(
        "person.added",
        f"person:{account.id}",
        actor_id=actor_id,
        address=client.address,
        moment=moment,
        after={"email": account.email, "role": account.role, "how": how},
    )
    audit_store.add_entry(cursor, entry)


def _equal(expected: str, given: str) -> bool:
    return secrets.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
