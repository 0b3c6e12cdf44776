"""
How every feature knows who calls.

    @router.get("/fragments/chat")
    def show(person: SignedIn, studio: Wired) -> Response: ...

`SignedIn` raises SignedOut (401), `Administrator` also Forbidden (403), `Visitor` is None for a stranger.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from studio.accounts.person import Person
from studio.accounts.session import fingerprint
from studio.accounts.sessions import look_up
from studio.accounts.store.sessions import TOUCH
from studio.errors import Forbidden, SignedOut
from studio.moments import now
from studio.wiring import Studio, Wired

__all__ = ["Administrator", "Person", "SignedIn", "Visitor", "find_caller"]

MAX_TOKEN_CHARACTERS = 200


async def visitor(request: Request, studio: Wired) -> Person | None:
    """
    Whoever the bearer token stands for, or None.

    A coroutine, so that a hit in the memory costs no change of thread; only a miss reads the database.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARACTERS:
        return None
    return await find_caller(studio, token)


async def find_caller(studio: Studio, token: str) -> Person | None:
    """The person behind a live session's token; notes every five minutes that it was used."""
    key, moment = fingerprint(token), now()
    found = studio.desk.memory.find(key, moment)
    if found is None:
        found = await run_in_threadpool(look_up, studio.db, studio.desk, key, moment)
        if found is None:
            return None
    if found.wants_touch(moment):
        studio.db.write_soon(TOUCH.row(id=found.person.session_id, seen_at=moment))
    return found.person


Visitor = Annotated[Person | None, Depends(visitor)]


StillSignedIn = Callable[[], Awaitable[bool]]


async def still_signed_in(request: Request, studio: Wired) -> StillSignedIn:
    """What a long stream asks now and then: whether the session it was opened with is still there."""
    _, _, token = request.headers.get("authorization", "").partition(" ")

    async def ask() -> bool:
        return await find_caller(studio, token) is not None

    return ask


Staying = Annotated[StillSignedIn, Depends(still_signed_in)]


async def signed_in(person: Visitor) -> Person:
    """The caller. Raises SignedOut."""
    if person is None:
        raise SignedOut
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


async def administrator(person: SignedIn) -> Person:
    """The caller, who is an administrator. Raises SignedOut or Forbidden."""
    if not person.is_admin:
        raise Forbidden
    return person


Administrator = Annotated[Person, Depends(administrator)]
