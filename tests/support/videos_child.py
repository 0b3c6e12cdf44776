"""
A process that makes videos and is killed at a given edge: `python -m tests.support.videos_child DIR URL [EDGE]`.

It works on what is in the database until nothing is open, then ends with 0. With an EDGE it dies there by SIGKILL.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from studio.assets.files import FileStore
from studio.db import Database
from studio.jobs.store import claims, lists
from studio.jobs.worker import Worker
from studio.providers import Adapter
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.patience import Patience

from tests.support.videos import sandbox_at


def main(place: Path, url: str, edge: str) -> None:
    async def kill_at(reached: str) -> None:
        if reached == edge:
            os.kill(os.getpid(), signal.SIGKILL)

    with Database.open(place / "app.db", threads=1, wait_seconds=10) as db:
        claims.void_leases(db)
        asyncio.run(work(db, place, url, kill_at))


async def work(db: Database, place: Path, url: str, kill_at) -> None:  # type: ignore[no-untyped-def]
    files, provider = FileStore(place / "media"), sandbox_at(url)
    async with Adapter(film_pause_seconds=0.01) as adapter:
        maker = VideoMaker(
            db,
            files,
            adapter,
            provider,
            Fetching(files, adapter, provider, 5_000_000),
            lambda _, __: None,
            Patience(look_seconds=0.02),
            edge=kill_at,
        )
        worker = Worker(db, [maker])
        worker.start()
        while any(
            counted.state in ("waiting", "running")
            for counted in await asyncio.to_thread(lists.count_jobs, db)
        ):
            await asyncio.sleep(0.005)
        await worker.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
