"""Inviting people: a code is shown once, used once, and can be withdrawn until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from studio.accounts.audit import Entry
from studio.accounts.client import Client
from studio.accounts.invitation import Invitation, Standing
from studio.accounts.person import Person, Role
from studio.accounts.session import fingerprint, new_token
from studio.accounts.store import audit as audit_store
from studio.accounts.store import invitations as store
from studio.db import Cursor, Database
from studio.errors import Conflict, Invalid, Missing
from studio.ids import new_id
from studio.naming import one_line

MAX_NOTE_CHARACTERS = 200
MAX_DAYS = 90
SHOWN = 200


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """The one moment at which the code is known."""

    invitation: Invitation
    code: str

    def link(self, public_url: str) -> str:
        return f"{public_url.rstrip('/')}/register?invite={self.code}"


def create_invitation(
    db: Database, admin: Person, *, note: str, role: Role, days: int, client: Client, moment: datetime
) -> NewInvitation:
    """A code for one account. `note` reminds administrators whom it is for. Raises Invalid."""
    note = one_line(note)
    if len(note) > MAX_NOTE_CHARACTERS:
        raise Invalid(f"A note may have up to {MAX_NOTE_CHARACTERS} characters.", field="note")
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"An invitation lasts between 1 and {MAX_DAYS} days.", field="days")
    code = new_token()
    invitation = Invitation(new_id(), note, role, admin.id, moment, moment + timedelta(days=days))

    def work(cursor: Cursor) -> None:
        store.add_invitation(cursor, invitation, code_sha256=fingerprint(code))
        facts = {"note": note, "role": role, "expires_at": invitation.expires_at}
        _record(cursor, "invitation.created", invitation.id, None, facts, admin, client, moment)

    db.transact(work)
    return NewInvitation(invitation, code)


def list_invitations(db: Database) -> list[Invitation]:
    """The newest first, at most SHOWN."""
    with db.read() as cursor:
        return store.list_invitations(cursor, SHOWN)


def revoke_invitation(
    db: Database, admin: Person, invitation_id: UUID, *, client: Client, moment: datetime
) -> Invitation:
    """Make a code useless. Raises Missing, or Conflict when it was used. Twice is as good as once."""

    def work(cursor: Cursor) -> Invitation:
        invitation = _get(cursor, invitation_id)
        if invitation.standing(moment) is Standing.USED:
            raise Conflict("This invitation has been used already. Disable the account instead.")
        if invitation.revoked_at is not None:
            return invitation
        store.set_revoked(cursor, invitation_id, moment)
        before, after = {"revoked_at": None}, {"revoked_at": moment}
        _record(cursor, "invitation.revoked", invitation_id, before, after, admin, client, moment)
        return _get(cursor, invitation_id)

    return db.transact(work)


def _get(cursor: Cursor, invitation_id: UUID) -> Invitation:
    invitation = store.find_invitation(cursor, invitation_id)
    if invitation is None:
        raise Missing
    return invitation


def _record(
    cursor: Cursor,
    action: str,
    invitation_id: UUID,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    admin: Person,
    client: Client,
    moment: datetime,
) -> None:
    entry = Entry.of(
        action,
        f"invitation:{invitation_id}",
        actor_id=admin.id,
        address=client.address,
        moment=moment,
        before=before,
        after=after,
    )
    audit_store.add_entry(cursor, entry)
