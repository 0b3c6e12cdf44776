"""What the templates of the administration receive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.accounts.invitation import Invitation, Standing
from studio.accounts.person import Account, Person
from studio.accounts.views import ago, day


@dataclass(frozen=True, slots=True)
class PersonView:
    id: UUID
    name: str
    email: str
    badges: list[tuple[str, str]]  # (text, kind)
    facts: list[str]
    is_active: bool
    is_admin: bool
    url: str

    @classmethod
    def of(
        cls, account: Account, last_seen_at: datetime | None, viewer: Person, moment: datetime
    ) -> "PersonView":
        marks = [
            ("You", "") if account.id == viewer.id else None,
            ("Administrator", "accent") if account.is_admin else None,
            None if account.is_active else ("Switched off", "danger"),
        ]
        return cls(
            account.id,
            account.name,
            account.email,
            [mark for mark in marks if mark is not None],
            [
                account.email,
                f"joined {ago(account.created_at, moment)}",
                f"here {ago(last_seen_at, moment)}" if last_seen_at else "never signed in",
            ],
            account.is_active,
            account.is_admin,
            f"/fragments/admin/people/{account.id}",
        )


@dataclass(frozen=True, slots=True)
class InvitationView:
    id: UUID
    title: str
    facts: list[str]
    is_open: bool
    url: str

    @classmethod
    def of(cls, invitation: Invitation, names: Mapping[UUID, str], moment: datetime) -> "InvitationView":
        standing = invitation.standing(moment)
        return cls(
            invitation.id,
            invitation.note or "Without a note",
            [
                "becomes an administrator" if invitation.role == "admin" else "",
                f"by {names.get(invitation.created_by, 'somebody')} {ago(invitation.created_at, moment)}",
                _what_became(invitation, standing, names),
            ],
            standing is Standing.OPEN,
            f"/fragments/admin/invitations/{invitation.id}",
        )


def _what_became(invitation: Invitation, standing: Standing, names: Mapping[UUID, str]) -> str:
    if standing is Standing.USED and invitation.used_by is not None:
        return f"used by {names.get(invitation.used_by, 'somebody')}"
    if standing is Standing.REVOKED:
        return "withdrawn"
    return f"until {day(invitation.expires_at)}" if standing is Standing.OPEN else "has run out"
