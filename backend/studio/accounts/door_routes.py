"""The door as HTML: set-up, registration, signing in and out."""

from functools import partial
from typing import Annotated

from fastapi import Form
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from studio.accounts.access import SignedIn, Visitor
from studio.accounts.answers import (
    SESSION_ENDED,
    again,
    led_to,
    local_address,
    session_header,
    with_passwords,
)
from studio.accounts.client import Caller, Client
from studio.accounts.errors import WrongInvitation
from studio.accounts.gate import Router
from studio.accounts.registration import Wish, find_invitation, is_set_up, register
from studio.accounts.sessions import begin_session, sign_in, sign_out
from studio.accounts.views import FormView
from studio.errors import StudioError
from studio.html import Hx, shown_on
from studio.moments import now
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")
Field = Annotated[str, Form()]


@router.get("/setup/new", name="accounts.setup.new")
def new_setup(studio: Wired, page: Hx, token: str = "") -> HTMLResponse:
    """The form of the first administrator, or where to go when there is one."""
    return page.answer(
        "accounts/setup.html",
        headers=shown_on("/setup", title="Set up"),
        form=FormView({"setup_token": token[:200]}, focus="email" if token else "setup_token"),
        is_set_up=is_set_up(studio.db),
    )


@router.post("/setup", name="accounts.setup")
async def set_up(
    studio: Wired,
    page: Hx,
    client: Caller,
    setup_token: Field = "",
    email: Field = "",
    name: Field = "",
    password: Field = "",
) -> HTMLResponse:
    """Make the first administrator and sign them in."""
    wish = Wish(email, password, name, setup_token=setup_token)
    try:
        return await _registered(studio, wish, client)
    except StudioError as error:
        return again(
            page,
            "accounts/setup.html",
            error,
            fields=("setup_token", "email", "name", "password"),
            values={"setup_token": setup_token, "email": email, "name": name},
            shown=shown_on("/setup", title="Set up"),
            is_set_up=error.code == "already_set_up",
        )


@router.get("/people/new", name="accounts.people.new")
def new_person(studio: Wired, page: Hx, invite: str = "") -> HTMLResponse:
    """The registration form, or a kind word on why there is none."""
    return page.answer(
        "accounts/register.html",
        headers=shown_on("/register", title="Create an account"),
        form=FormView({"invite": invite[:200]}, focus="email"),
        door=_door(studio, invite[:200]),
    )


@router.post("/people", name="accounts.people")
async def add_person(
    studio: Wired,
    page: Hx,
    client: Caller,
    invite: Field = "",
    email: Field = "",
    name: Field = "",
    password: Field = "",
) -> HTMLResponse:
    """Register and sign in."""
    try:
        return await _registered(studio, Wish(email, password, name, invite=invite), client)
    except StudioError as error:
        return again(
            page,
            "accounts/register.html",
            error,
            fields=("email", "name", "password"),
            values={"invite": invite, "email": email, "name": name},
            shown=shown_on("/register", title="Create an account"),
            door="invitation-void" if isinstance(error, WrongInvitation) else "open",
        )


@router.get("/sessions/new", name="accounts.sessions.new")
def new_session(studio: Wired, page: Hx, next: str = "") -> HTMLResponse:  # noqa: A002 (the field's name)
    """The sign-in form."""
    return page.answer(
        "accounts/sign_in.html",
        headers=shown_on("/login", title="Sign in"),
        form=FormView({"next": local_address(next, "")}, focus="email"),
        links=_links(studio),
    )


@router.post("/sessions", name="accounts.sessions")
async def add_session(
    studio: Wired,
    page: Hx,
    client: Caller,
    caller: Visitor,
    email: Field = "",
    password: Field = "",
    next: Field = "",  # noqa: A002
) -> HTMLResponse:
    """Sign in, always with a new session; the one this browser had ends."""
    verb = partial(
        sign_in,
        studio.db,
        studio.desk,
        email=email,
        password=password,
        client=client,
        days=studio.settings.session_days,
        moment=now(),
        replaces=caller,
    )
    try:
        signed_in = await with_passwords(studio.desk, verb)
    except StudioError as error:
        return again(
            page,
            "accounts/sign_in.html",
            error,
            fields=("email", "password"),
            values={"email": email, "next": local_address(next, "")},
            shown=shown_on("/login", title="Sign in"),
            links=_links(studio),
        )
    return led_to(local_address(next), "You are signed in.", session_header(signed_in))


@router.post("/sessions/current/end", name="accounts.sessions.current.end")
def end_current_session(studio: Wired, person: SignedIn) -> HTMLResponse:
    """Sign out."""
    sign_out(studio.db, studio.desk, person, moment=now())
    return led_to("/login", "You are signed out.", SESSION_ENDED, note="You are signed out.")


async def _registered(studio: Studio, wish: Wish, client: Client) -> HTMLResponse:
    verb = partial(
        register,
        studio.db,
        studio.desk,
        wish,
        mode=studio.settings.registration,
        client=client,
        moment=now(),
    )
    account = await with_passwords(studio.desk, verb)
    begin = partial(
        begin_session, studio.db, account, client=client, days=studio.settings.session_days, moment=now()
    )
    signed_in = await run_in_threadpool(begin)
    return led_to("/", "Welcome.", session_header(signed_in), status=201, note=f"Welcome, {account.name}.")


def _door(studio: Studio, invite: str) -> str:
    """Which words the registration page finds: open, invited, invitation-void, by-invitation, closed, not-set-up."""
    if not is_set_up(studio.db):
        return "not-set-up"
    if studio.settings.registration == "closed":
        return "closed"
    if invite:
        return "invited" if find_invitation(studio.db, invite, moment=now()) else "invitation-void"
    return "open" if studio.settings.registration == "open" else "by-invitation"


def _links(studio: Studio) -> dict[str, bool]:
    """Which other doors the sign-in page points to."""
    return {"setup": not is_set_up(studio.db), "register": studio.settings.registration == "open"}
