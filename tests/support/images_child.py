"""
A process that makes pictures and is killed on its way.

It works on what is in the database and dies by SIGKILL when the step is reached; without a STEP it ends when nothing is
open.
"""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr
from studio.assets.files import FileStore
from studio.catalogue import store as providers
from studio.db import Database
from studio.images.board import Board
from studio.images.making import PictureMaker
from studio.jobs.store import claims, lists
from studio.jobs.worker import Worker
from studio.moments import now
from studio.providers import Provider

from tests.support.dying import die_around_the_end
from tests.support.images import Halting


def main(place: Path, sandbox_url: str, step: str) -> None:
    def reached(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    die_around_the_end(reached)
    with Database.open(place / "app.db", threads=1, wait_seconds=10) as db:
        claims.void_leases(db)
        asyncio.run(work(db, place, sandbox_url, reached))


async def work(db: Database, place: Path, sandbox_url: str, reached: object) -> None:
    provider = Provider("", "Sandbox", "sandbox", sandbox_url, SecretStr("sk-sandbox"), is_simulated=True)
    provider_id = await asyncio.to_thread(providers.remember_provider, db, provider, now())
    provider = replace(provider, id=provider_id)
    async with Halting() as adapter:
        adapter.reached = reached  # type: ignore[assignment]
        maker = PictureMaker(db, FileStore(place / "media"), adapter, provider, Board(), lambda *_: None)
        worker = Worker(db, [maker])
        worker.start()
        while any(
            counted.state in ("waiting", "running")
            for counted in await asyncio.to_thread(lists.count_jobs, db)
        ):
            await asyncio.sleep(0.005)
        await worker.close()
