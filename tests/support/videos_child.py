"""
A process that makes videos and is killed at a given edge: `python -m tests.support.videos_child DIR URL [EDGE [KEY]]`.

It works on what is in the database until nothing is open, then ends with 0. With an EDGE it dies there by SIGKILL: an
edge of the handler, or one between two of them, in the files and in the commits. With a KEY it first tries the oldest
job again, as a button of that key does.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from studio.assets.files import POSTER, Draft, FileStore, Kept
from studio.db import Database
from studio.jobs.jobs import Jobs
from studio.jobs.store import claims, lists
from studio.jobs.worker import Worker
from studio.once.once import BegunBefore, Once
from studio.providers import Adapter
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.patience import Patience

from tests.support.dying import Reached, die_around_the_end, die_in_steps
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


def main(place: Path, url: str, edge: str = "", key: str = "") -> None:
    def reached(here: str) -> None:
        if here == edge:
            os.kill(os.getpid(), signal.SIGKILL)

    die_around_the_end(reached)
    die_in_steps(reached)
    with Database.open(place / "app.db", threads=1, wait_seconds=10) as db:
        claims.void_leases(db)
        asyncio.run(work(db, place, url, reached, key))


async def work(db: Database, place: Path, url: str, reached: Reached, key: str) -> None:
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
        if key:
            await asyncio.to_thread(try_again, db, worker, key, reached)
        worker.start()
        while any(
            counted.state in ("waiting", "running")
            for counted in await asyncio.to_thread(lists.count_jobs, db)
        ):
            await asyncio.sleep(0.005)
        await worker.close()


def try_again(db: Database, worker: Worker, key: str, reached: Reached) -> None:
    """With an edge inside its commit, when all is written, and one right behind it."""
    oldest = lists.list_jobs(db, lists.Filter(), 10)[-1]
    once = Once(oldest.person_id, key, "retry")
    with suppress(BegunBefore):
        Jobs(db, worker).retry(
            oldest.id, person_id=oldest.person_id, once=once, also=lambda cursor, _: reached("trying again")
        )
    reached("tried again")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
