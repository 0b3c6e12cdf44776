"""Wishes for pictures at the verbs, and what became of them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx
from studio.assets import store as assets
from studio.assets.asset import Asset
from studio.generations.generation import Generation
from studio.images.wish import Wish, request_pictures
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.providers import Adapter, ImageEvent, ImageRequest, Provider

from tests.support.studio import Talker
from tests.support.waiting import pauses

SKETCHER, PAINTER, RETOUCHER = "sandbox/sketcher", "sandbox/painter", "sandbox/retoucher"


def wish_of(talker: Talker, prompt: str = "A lighthouse", model: str = SKETCHER, **more: Any) -> Wish:
    return Wish(prompt, talker.studio.catalogue.get(model), **more)


async def ask(talker: Talker, prompt: str = "A lighthouse", model: str = SKETCHER, **more: Any) -> Generation:
    generation = await talker.do(request_pictures, wish_of(talker, prompt, model, **more))
    assert isinstance(generation, Generation)
    return generation


async def made(
    talker: Talker, prompt: str = "A lighthouse", model: str = SKETCHER, **more: Any
) -> Generation:
    """The same, once it has ended; the worker has to be started."""
    return await ended(talker, await ask(talker, prompt, model, **more))


async def ended(talker: Talker, generation: Generation) -> Generation:
    return await soon(lambda: (found := talker.generation(generation.id)).is_finished and found)


async def soon(condition: Callable[[], Any]) -> Any:
    """Let the loop run until a condition holds, and return what it gave. It is looked at outside the loop."""
    waits = pauses(20.0)
    while not (found := await asyncio.to_thread(condition)):
        await asyncio.sleep(next(waits))
    return found


def job_of(talker: Talker, generation: Generation) -> Job:
    return lists.list_of_generations(talker.studio.db, talker.who.id, [generation.id])[generation.id]


def pictures_of(talker: Talker, generation: Generation) -> list[Asset]:
    return assets.list_made(talker.studio.db, talker.who.id, [generation.id]).get(generation.id, [])


def asked_for(sandbox_url: str, prompt: str) -> list[dict[str, Any]]:
    """What the provider was asked for with these words, oldest first."""
    exchanges = httpx.get(f"{sandbox_url}/_requests").json()["data"]
    bodies = [exchange["body"] for exchange in exchanges if isinstance(exchange["body"], dict)]
    return [body for body in bodies if body.get("prompt") == prompt]


class Halting(Adapter):
    """The real adapter, but what it gives is told to `reached` first, which may take its time or the process."""

    reached: Callable[[str], Any]

    async def make_images(
        self, provider: Provider, request: ImageRequest, **more: Any
    ) -> AsyncGenerator[ImageEvent, None]:
        await self._tell("asking")
        async for event in super().make_images(provider, request, **more):
            yield event
            await self._tell(f"took {type(event).__name__}")

    async def _tell(self, step: str) -> None:
        waiting = self.reached(step)
        if waiting is not None:
            await waiting
