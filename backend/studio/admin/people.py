"""/fragments/admin/people: who is here, and who may come."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import Administrator, Person
from studio.accounts.answers import again
from studio.accounts.client import Caller
from studio.accounts.gate import Router
from studio.accounts.invitations import create_invitation, list_invitations, revoke_invitation
from studio.accounts.people import change_role, disable_person, enable_person, list_people
from studio.accounts.person import Account, Role
from studio.accounts.views import FormView
from studio.admin.views import InvitationView, PersonView
from studio.errors import Invalid, StudioError
from studio.html import Hx, Page, shown_on
from studio.moments import now
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments/admin")
Field = Annotated[str, Form()]

HERE = "/admin/people"
INVITATION_DAYS = "7"


@router.get("/people", name="admin.people")
def people(studio: Wired, page: Hx, admin: Administrator) -> HTMLResponse:
    """Everybody, and the invitations."""
    return page.answer(
        "admin/people.html",
        headers=shown_on(HERE, title="People"),
        people=_people(studio, admin),
        invitations=_invitations(studio),
        form=FormView({"days": INVITATION_DAYS}),
        link="",
    )


@router.post("/people/{person_id}/disabling", name="admin.people.disabling")
def disable(studio: Wired, page: Hx, admin: Administrator, client: Caller, person_id: UUID) -> HTMLResponse:
    """Shut somebody out at once."""
    account = disable_person(studio.db, studio.desk, admin, person_id, client=client, moment=now())
    studio.engine.stop_all_of(person_id)
    studio.jobs.cancel_all_of(person_id)
    return _person(studio, page, admin, account, f"{account.name} was signed out and cannot come in.")


@router.post("/people/{person_id}/enabling", name="admin.people.enabling")
def enable(studio: Wired, page: Hx, admin: Administrator, client: Caller, person_id: UUID) -> HTMLResponse:
    """Let somebody in again."""
    account = enable_person(studio.db, studio.desk, admin, person_id, client=client, moment=now())
    return _person(studio, page, admin, account, f"{account.name} can sign in again.")


@router.post("/people/{person_id}/role", name="admin.people.role")
def role(
    studio: Wired, page: Hx, admin: Administrator, client: Caller, person_id: UUID, role: Field = ""
) -> HTMLResponse:
    """Make somebody an administrator or a member."""
    account = change_role(
        studio.db, studio.desk, admin, person_id, role_of(role), client=client, moment=now()
    )
    what = "an administrator" if account.is_admin else "a member"
    return _person(studio, page, admin, account, f"{account.name} is {what} now.")


@router.post("/invitations", name="admin.invitations")
def invite(
    studio: Wired,
    page: Hx,
    admin: Administrator,
    client: Caller,
    note: Field = "",
    role: Field = Role.MEMBER,
    days: Field = INVITATION_DAYS,
) -> HTMLResponse:
    """Make an invitation; its link is shown this once."""
    try:
        made = create_invitation(
            studio.db,
            admin,
            note=note,
            role=role_of(role),
            days=_whole_number(days),
            client=client,
            moment=now(),
        )
    except StudioError as error:
        return again(
            page,
            "admin/invite.html",
            error,
            fields=("note", "role", "days"),
            values={"note": note, "role": role, "days": days},
            shown=shown_on(HERE, title="People"),
            link="",
        )
    link = made.link(studio.settings.public_url)
    return page.answer(
        "admin/invited.html",
        status=201,
        headers=shown_on(HERE, note=f"Pass this link on; it is shown only now: {link}"),
        invitations=_invitations(studio),
        form=FormView({"days": INVITATION_DAYS}),
        link=link,
    )


@router.post("/invitations/{invitation_id}/revocation", name="admin.invitations.revocation")
def revoke(
    studio: Wired, page: Hx, admin: Administrator, client: Caller, invitation_id: UUID
) -> HTMLResponse:
    """Make an invitation's link useless."""
    revoke_invitation(studio.db, admin, invitation_id, client=client, moment=now())
    text = "The invitation was withdrawn."
    return page.answer(
        "admin/invitation_revoked.html",
        headers=shown_on(HERE, note=text),
        invitations=_invitations(studio),
        text=text,
    )


def role_of(text: str) -> Role:
    """Raises Invalid for what is no role."""
    try:
        return Role(text)
    except ValueError:
        raise Invalid("Choose member or administrator.", field="role") from None


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _person(studio: Studio, page: Page, admin: Person, account: Account, text: str) -> HTMLResponse:
    view = next(view for view in _people(studio, admin) if view.id == account.id)
    return page.answer(
        "admin/person.html", headers=shown_on(HERE, note=text), person=view, text=text, has_changed=True
    )


def _people(studio: Studio, viewer: Person) -> list[PersonView]:
    accounts, seen = list_people(studio.db)
    moment = now()
    return [PersonView.of(account, seen.get(account.id), viewer, moment) for account in accounts]


def _invitations(studio: Studio) -> list[InvitationView]:
    names = {account.id: account.name for account in list_people(studio.db)[0]}
    moment = now()
    return [InvitationView.of(invitation, names, moment) for invitation in list_invitations(studio.db)]
