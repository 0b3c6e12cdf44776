"""
A process that makes videos and is killed at a given edge: `python -m tests.support.videos_child DIR URL [EDGE]`.

It works on what is in the database until nothing is open, then ends with 0. With an EDGE it dies there by SIGKILL: an
edge of the handler, or one between two of them, in the files and in the commit that ends it all.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from studio.assets.files import POSTER, Draft, FileStore, Kept
from studio.db import Database
from studio.jobs.store import claims, lists
from studio.jobs.worker import Worker
from studio.providers import Adapter
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.patience import Patience

from tests.support.dying import Reached, die_around_the_end
from tests.support.videos import sandbox_at


class MortalFiles(FileStore):
    """A file store with an edge behind each name that it gives."""

    def __init__(self, root: Path, reached: Reached) -> None:
        super().__init__(root)
        self._reached = reached

    def keep_draft(self, draft: Draft) -> Kept:
        kept = super().keep_draft(draft)
        self._reached("moved")
        return kept

    def keep_preview(self, draft: Draft, sha256: str, variant: str, ending: str) -> Path:
        path = super().keep_preview(draft, sha256, variant, ending)
        if variant == POSTER:
            self._reached("moved the poster")
        return path


def main(place: Path, url: str, edge: str) -> None:
    def reached(here: str) -> None:
        if here == edge:
            os.kill(os.getpid(), signal.SIGKILL)

    die_around_the_end(reached)
    with Database.open(place / "app.db", threads=1, wait_seconds=10) as db:
        claims.void_leases(db)
        asyncio.run(work(db, place, url, reached))


async def work(db: Database, place: Path, url: str, reached: Reached) -> None:
    async def edge(name: str) -> None:
        reached(name)

    files, provider = MortalFiles(place / "media", reached), sandbox_at(url)
    async with Adapter(film_pause_seconds=0.01) as adapter:
        maker = VideoMaker(
            db,
            files,
            adapter,
            provider,
            Fetching(files, adapter, provider, 5_000_000),
            lambda _, __: None,
            Patience(look_seconds=0.02),
            edge=edge,
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
