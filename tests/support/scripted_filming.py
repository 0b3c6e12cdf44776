"""A worker that makes videos beside a provider which answers by a script."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from studio.assets.files import FileStore
from studio.db import Database
from studio.generations.generation import Generation
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.jobs.worker import Worker
from studio.providers import Adapter, Provider
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.patience import Patience

from tests.support.films import film_bytes
from tests.support.jobs import soon
from tests.support.scripted_server import END, ScriptedServer, answer, head, piece
from tests.support.videos import SANDBOX, ask, made

NAME = "gen-vid-1"
POLL, CONTENT = f"/v1/videos/{NAME}", f"/v1/videos/{NAME}/content?index=0"
BEGUN = answer(202, {"id": NAME, "status": "pending"})
COMPLETED = answer(200, {"id": NAME, "status": "completed", "usage": {"cost": 0.5}})
BAD_GATEWAY = answer(502, {"error": {"code": 502, "message": "Bad gateway"}})


def film() -> bytes:
    """The answer that is a video."""
    return head(200, "video/mp4") + piece(film_bytes()) + END


@dataclass
class Studio:
    """A worker that makes videos, and what came of one."""

    db: Database
    server: ScriptedServer
    worker: Worker
    adapter: Adapter
    provider: Provider

    def submissions(self) -> int:
        return sum(asked.method == "POST" for asked in self.server.asked)

    def downloads(self) -> int:
        return sum(asked.target == CONTENT for asked in self.server.asked)

    def job(self) -> Job:
        """The newest."""
        return lists.list_jobs(self.db, lists.Filter(), 10)[0]

    async def ask(self, before: Callable[[], None] = lambda: None) -> UUID:
        """The generation of a video that is asked for; `before` is called once it waits, before it is taken."""
        generation_id = await asyncio.to_thread(partial(ask, self.db, provider="Acme", is_simulated=False))
        await asyncio.to_thread(before)
        self.worker.wake()
        return generation_id

    async def ended(self, generation_id: UUID) -> Generation:
        await soon(lambda: self.job().is_finished)
        return made(self.db, generation_id)


@asynccontextmanager
async def studio(
    db: Database, place: Path, server: ScriptedServer, **patience: object
) -> AsyncIterator[Studio]:
    files = FileStore(place / "media")
    provider = Provider(SANDBOX, "Acme", "openrouter", server.url, SecretStr("sk-acme"))
    wanted = Patience(**{"look_seconds": 0.002, **patience})  # type: ignore[arg-type]
    async with Adapter(film_pause_seconds=0.001) as adapter:
        fetching = Fetching(files, adapter, provider, 5_000_000)
        maker = VideoMaker(db, files, adapter, provider, fetching, lambda _, __: None, wanted)
        worker = Worker(db, [maker])
        worker.start()
        try:
            yield Studio(db, server, worker, adapter, provider)
        finally:
            await worker.close()
