"""The administration of people as JSON."""

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from studio.accounts.access import Administrator
from studio.accounts.answers import with_passwords
from studio.accounts.client import Caller
from studio.accounts.gate import Router
from studio.accounts.invitation import Invitation
from studio.accounts.invitations import MAX_DAYS, create_invitation, list_invitations, revoke_invitation
from studio.accounts.people import change_role, disable_person, enable_person, list_people
from studio.accounts.person import Account, Role
from studio.accounts.registration import Wish, add_person
from studio.moments import iso, now
from studio.wiring import Wired

router = Router(prefix="/api/admin", tags=["administration"])


class NewPerson(BaseModel):
    email: str
    password: str
    name: str | None = None
    role: Role = Role.MEMBER


class RoleChange(BaseModel):
    role: Role


class NewInvitationBody(BaseModel):
    note: str = ""
    role: Role = Role.MEMBER
    days: int = Field(7, ge=1, le=MAX_DAYS)


class PersonShown(BaseModel):
    id: UUID
    email: str
    name: str
    role: Role
    is_admin: bool
    state: Literal["active", "disabled"]
    created_at: str | None
    last_seen_at: str | None


class PeopleShown(BaseModel):
    items: list[PersonShown]
    next: str | None = None


class InvitationShown(BaseModel):
    id: UUID
    note: str
    role: Role
    state: Literal["open", "used", "revoked", "expired"]
    created_by: UUID
    created_at: str | None
    expires_at: str | None
    used_by: UUID | None
    used_at: str | None


class InvitationMade(InvitationShown):
    code: str
    link: str


class InvitationsShown(BaseModel):
    items: list[InvitationShown]
    next: str | None = None


@router.get("/people", name="api.admin.people")
def people(studio: Wired, admin: Administrator) -> PeopleShown:
    """Everybody, the oldest account first."""
    accounts, seen = list_people(studio.db)
    return PeopleShown(items=[_person_shown(account, seen.get(account.id)) for account in accounts])


@router.post("/people", status_code=201, name="api.admin.people.add")
async def add(studio: Wired, admin: Administrator, client: Caller, body: NewPerson) -> PersonShown:
    """Make an account for somebody, whatever the registration setting is."""
    wish = Wish(body.email, body.password, body.name or "")
    verb = partial(
        add_person, studio.db, studio.desk, wish, role=body.role, by=admin, client=client, moment=now()
    )
    return _person_shown(await with_passwords(studio.desk, verb), None)


@router.post("/people/{person_id}/disabling", name="api.admin.people.disabling")
def disable(studio: Wired, admin: Administrator, client: Caller, person_id: UUID) -> PersonShown:
    """Shut somebody out at once."""
    account = disable_person(studio.db, studio.desk, admin, person_id, client=client, moment=now())
    studio.engine.stop_all_of(person_id)
    studio.jobs.cancel_all_of(person_id)
    return _person_shown(account, None)


@router.post("/people/{person_id}/enabling", name="api.admin.people.enabling")
def enable(studio: Wired, admin: Administrator, client: Caller, person_id: UUID) -> PersonShown:
    """Let somebody in again."""
    return _person_shown(
        enable_person(studio.db, studio.desk, admin, person_id, client=client, moment=now()), None
    )


@router.put("/people/{person_id}/role", name="api.admin.people.role")
def set_role(
    studio: Wired, admin: Administrator, client: Caller, person_id: UUID, body: RoleChange
) -> PersonShown:
    """Make somebody an administrator or a member."""
    account = change_role(studio.db, studio.desk, admin, person_id, body.role, client=client, moment=now())
    return _person_shown(account, None)


@router.get("/invitations", name="api.admin.invitations")
def invitations(studio: Wired, admin: Administrator) -> InvitationsShown:
    """The newest first; codes are never shown again."""
    moment = now()
    return InvitationsShown(items=[_invitation_shown(item, moment) for item in list_invitations(studio.db)])


@router.post("/invitations", status_code=201, name="api.admin.invitations.add")
def invite(studio: Wired, admin: Administrator, client: Caller, body: NewInvitationBody) -> InvitationMade:
    """Make an invitation; this answer is the only place that has its code and link."""
    moment = now()
    made = create_invitation(
        studio.db, admin, note=body.note, role=body.role, days=body.days, client=client, moment=moment
    )
    shown = _invitation_shown(made.invitation, moment)
    return InvitationMade(**shown.model_dump(), code=made.code, link=made.link(studio.settings.public_url))


@router.post("/invitations/{invitation_id}/revocation", name="api.admin.invitations.revocation")
def revoke(studio: Wired, admin: Administrator, client: Caller, invitation_id: UUID) -> InvitationShown:
    """Make an invitation's code useless."""
    moment = now()
    return _invitation_shown(
        revoke_invitation(studio.db, admin, invitation_id, client=client, moment=moment), moment
    )


def _person_shown(account: Account, last_seen_at: datetime | None) -> PersonShown:
    return PersonShown(
        id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,
        is_admin=account.is_admin,
        state=account.state.value,
        created_at=iso(account.created_at),
        last_seen_at=iso(last_seen_at),
    )


def _invitation_shown(invitation: Invitation, moment: datetime) -> InvitationShown:
    return InvitationShown(
        id=invitation.id,
        note=invitation.note,
        role=invitation.role,
        state=invitation.standing(moment).value,
        created_by=invitation.created_by,
        created_at=iso(invitation.created_at),
        expires_at=iso(invitation.expires_at),
        used_by=invitation.used_by,
        used_at=iso(invitation.used_at),
    )
