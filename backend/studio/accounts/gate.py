"""
Who sends something is asked before it is read.

    router = Router(prefix="/api/albums")

FastAPI reads and parses a body before it turns to any dependency: a stranger's form would be spooled to disk, and its
mistakes told, before `SignedIn` refuses.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import Response
from fastapi.routing import APIRoute

from studio.accounts.access import administrator, signed_in, visitor
from studio.wiring import wired

Handler = Callable[[Request], Awaitable[Response]]
SAFE_METHODS = frozenset({"GET", "HEAD"})


class GuardedRoute(APIRoute):
    """
    A route that asks what its own dependency will ask, `SignedIn` or `Administrator`, before anything else.

    The dependency stays and asks again behind the body: a session may end while that arrives. What is only looked at
    has no body, and is spared the second question.
    """

    def get_route_handler(self) -> Callable[[Request], Any]:
        answer = super().get_route_handler()
        calls = set(_calls(self.dependant))
        if signed_in not in calls or set(self.methods or ()) <= SAFE_METHODS:
            return answer
        return _asking_first(answer, for_administrators=administrator in calls)


class Router(APIRouter):
    """The router of every feature: all its routes are guarded ones."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=GuardedRoute, **options)


def _asking_first(answer: Handler, *, for_administrators: bool) -> Handler:
    async def ask_then_answer(request: Request) -> Response:
        person = await signed_in(await visitor(request, await wired(request)))
        if for_administrators:
            await administrator(person)
        return await answer(request)

    return ask_then_answer


def _calls(dependant: Dependant) -> Iterator[object]:
    for needed in dependant.dependencies:
        yield needed.call
        yield from _calls(needed)
