"""/fragments/account and one's own sessions as HTML."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import SignedIn
from studio.accounts.answers import SESSION_ENDED, again, led_to, with_passwords
from studio.accounts.client import Caller
from studio.accounts.gate import Router
from studio.accounts.people import change_password
from studio.accounts.person import Person
from studio.accounts.sessions import end_other_sessions, end_session, list_sessions, sign_out
from studio.accounts.views import FormView, SessionView
from studio.errors import StudioError
from studio.html import Hx, Page, shown_on
from studio.moments import now
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")
Field = Annotated[str, Form()]


@router.get("/account", name="accounts.account")
def account(studio: Wired, page: Hx, person: SignedIn) -> HTMLResponse:
    """Who I am, where I am signed in, my password."""
    return page.answer(
        "accounts/account.html",
        headers=shown_on("/account", title="Account"),
        person=person,
        sessions=_sessions(studio, person),
        form=FormView(),
    )


@router.post("/account/password", name="accounts.account.password")
async def password(
    studio: Wired,
    page: Hx,
    person: SignedIn,
    client: Caller,
    current_password: Field = "",
    new_password: Field = "",
) -> HTMLResponse:
    """Set a new password; every other session ends."""
    verb = partial(
        change_password,
        studio.db,
        studio.desk,
        person,
        current=current_password,
        new=new_password,
        client=client,
        moment=now(),
    )
    shown = shown_on("/account", title="Account")
    try:
        await with_passwords(studio.desk, verb)
    except StudioError as error:
        return again(
            page,
            "accounts/password.html",
            error,
            fields=("current_password", "new_password"),
            values={},
            shown=shown,
            email=person.email,
        )
    text = "Your password was changed. Every other device was signed out."
    return _changed(studio, page, person, text, with_password_form=True)


@router.post("/sessions/others/end", name="accounts.sessions.others.end")
def end_others(studio: Wired, page: Hx, person: SignedIn) -> HTMLResponse:
    """Sign out everywhere but here."""
    count = end_other_sessions(studio.db, studio.desk, person, moment=now())
    text = "No other device was signed in." if count == 0 else "Every other device was signed out."
    return _changed(studio, page, person, text)


@router.post("/sessions/{session_id}/end", name="accounts.sessions.end")
def end(studio: Wired, page: Hx, person: SignedIn, session_id: UUID) -> HTMLResponse:
    """Sign out one device; this very one as well."""
    if session_id == person.session_id:
        sign_out(studio.db, studio.desk, person, moment=now())
        return led_to("/login", "You are signed out.", SESSION_ENDED, note="You are signed out.")
    end_session(studio.db, studio.desk, person, session_id, moment=now())
    return _changed(studio, page, person, "That device was signed out.")


def _changed(
    studio: Studio, page: Page, person: Person, text: str, *, with_password_form: bool = False
) -> HTMLResponse:
    """The list of sessions as it is now, with a toast; after a new password also the empty form."""
    return page.answer(
        "accounts/changed.html",
        headers=shown_on("/account", note=text),
        person=person,
        email=person.email,
        sessions=_sessions(studio, person),
        form=FormView(),
        text=text,
        with_password_form=with_password_form,
    )


def _sessions(studio: Studio, person: Person) -> list[SessionView]:
    moment = now()
    return [
        SessionView.of(session, person, moment) for session in list_sessions(studio.db, person, moment=moment)
    ]
