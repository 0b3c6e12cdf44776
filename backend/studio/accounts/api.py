"""Accounts as JSON."""

from datetime import datetime
from functools import partial
from uuid import UUID

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from studio.accounts.access import SignedIn
from studio.accounts.answers import with_passwords
from studio.accounts.client import Caller
from studio.accounts.gate import Router
from studio.accounts.people import change_password
from studio.accounts.person import Account, Person
from studio.accounts.registration import Wish, register
from studio.accounts.session import Session
from studio.accounts.sessions import end_session, list_sessions, sign_in, sign_out
from studio.moments import iso, now
from studio.wiring import Wired

router = Router(prefix="/api", tags=["accounts"])


class NewUser(BaseModel):
    email: str
    password: str
    name: str | None = None
    invite: str | None = None
    setup_token: str | None = None


class Credentials(BaseModel):
    email: str
    password: str


class PasswordChange(BaseModel):
    current_password: str
    new_password: str


class UserShown(BaseModel):
    id: UUID
    email: str
    name: str
    role: str
    is_admin: bool


class MeShown(UserShown):
    is_simulated: bool
    awaits_news: bool  # whether something is being made for them, or has just ended


class NewSessionShown(BaseModel):
    token: str
    expires_at: str
    user: UserShown


class SessionShown(BaseModel):
    id: UUID
    created_at: str
    last_seen_at: str
    expires_at: str
    address: str
    agent: str
    is_current: bool


class SessionsShown(BaseModel):
    items: list[SessionShown]
    next: str | None = None


@router.post("/users", status_code=201, name="api.users.add")
async def add_user(studio: Wired, client: Caller, body: NewUser) -> UserShown:
    """Register; the very first user needs the set-up token and becomes administrator."""
    wish = Wish(body.email, body.password, body.name or "", body.invite or "", body.setup_token or "")
    mode = studio.settings.registration
    verb = partial(register, studio.db, studio.desk, wish, mode=mode, client=client, moment=now())
    return user_shown(await with_passwords(studio.desk, verb))


@router.post("/sessions", status_code=201, name="api.sessions.add")
async def add_session(studio: Wired, client: Caller, body: Credentials) -> NewSessionShown:
    """Sign in."""
    verb = partial(
        sign_in,
        studio.db,
        studio.desk,
        email=body.email,
        password=body.password,
        client=client,
        days=studio.settings.session_days,
        moment=now(),
    )
    signed_in = await with_passwords(studio.desk, verb)
    return NewSessionShown(
        token=signed_in.token,
        expires_at=_iso(signed_in.session.expires_at),
        user=user_shown(signed_in.account),
    )


@router.delete("/sessions/current", status_code=204, name="api.sessions.current.end")
def end_current_session(studio: Wired, person: SignedIn) -> Response:
    """Sign out."""
    sign_out(studio.db, studio.desk, person, moment=now())
    return Response(status_code=204)


@router.get("/sessions", name="api.sessions.list")
def list_own_sessions(studio: Wired, person: SignedIn) -> SessionsShown:
    """Where I am signed in, the session seen last first."""
    sessions = list_sessions(studio.db, person, moment=now())
    return SessionsShown(items=[_session_shown(session, person) for session in sessions])


@router.delete("/sessions/{session_id}", status_code=204, name="api.sessions.end")
def end_own_session(studio: Wired, person: SignedIn, session_id: UUID) -> Response:
    """End one of my sessions."""
    end_session(studio.db, studio.desk, person, session_id, moment=now())
    return Response(status_code=204)


@router.get("/me", response_model=MeShown, name="api.me")
async def me(studio: Wired, person: SignedIn) -> JSONResponse:
    """Who am I. The frontend asks with every page, so it is answered from memory, past the response models."""
    return JSONResponse(
        {
            "id": str(person.id),
            "email": person.email,
            "name": person.name,
            "role": person.role,
            "is_admin": person.is_admin,
            "is_simulated": studio.provider.is_simulated,
            "awaits_news": studio.jobs.bell.is_waiting(person.id),
        },
        headers={"Cache-Control": "no-store"},
    )


@router.put("/me/password", status_code=204, name="api.me.password")
async def set_password(studio: Wired, person: SignedIn, client: Caller, body: PasswordChange) -> Response:
    """Set a new password; every other session ends."""
    verb = partial(
        change_password,
        studio.db,
        studio.desk,
        person,
        current=body.current_password,
        new=body.new_password,
        client=client,
        moment=now(),
    )
    await with_passwords(studio.desk, verb)
    return Response(status_code=204)


def user_shown(account: Account | Person) -> UserShown:
    """A person as JSON shows them."""
    return UserShown(
        id=account.id, email=account.email, name=account.name, role=account.role, is_admin=account.is_admin
    )


def _session_shown(session: Session, person: Person) -> SessionShown:
    return SessionShown(
        id=session.id,
        created_at=_iso(session.created_at),
        last_seen_at=_iso(session.last_seen_at),
        expires_at=_iso(session.expires_at),
        address=session.address,
        agent=session.agent,
        is_current=session.id == person.session_id,
    )


def _iso(moment: datetime) -> str:
    text = iso(moment)
    assert text is not None
    return text
