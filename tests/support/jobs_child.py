"""
A process with a worker that is killed at a given step.

It works on what is in the database until nothing is open, then ends with 0. With a STEP it dies there by SIGKILL.
"""

import asyncio
import os
import signal
from pathlib import Path

from studio.db import Database
from studio.jobs.store import claims, lists
from studio.jobs.worker import Worker

from tests.support.dying import die_around_the_end
from tests.support.jobs import Buyer, Shop


def main(place: Path, step: str) -> None:
    def kill_at(reached: str) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    die_around_the_end(kill_at)
    with Database.open(place / "app.db", threads=1, wait_seconds=10) as db:
        claims.void_leases(db)
        asyncio.run(work(db, Buyer(Shop(place / "shop"), kill_at)))


async def work(db: Database, buyer: Buyer) -> None:
    worker = Worker(db, [buyer])
    worker.start()
    while any(
        counted.state in ("waiting", "running") for counted in await asyncio.to_thread(lists.count_jobs, db)
    ):
        await asyncio.sleep(0.002)
    await worker.close()
