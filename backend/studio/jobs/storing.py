"""Writing down what cannot be had a second time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import duckdb
import structlog

from studio.db import Cursor, Database
from studio.db.writer import QueueFull
from studio.jobs.job import Job
from studio.jobs.waiting import to_the_end

log = structlog.get_logger()
T = TypeVar("T")

AGAIN_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
# A disk without room, a queue without, a file that something else holds for a moment.
PASSING = (duckdb.OperationalError, QueueFull, OSError)


@dataclass(slots=True)
class Storing:
    """
    Shared by all claims of one worker; `is_leaving` says that the process was asked to end.

    `late` counts what could not be written yet: files that no row names may be what it is about to name.
    """

    db: Database
    is_leaving: Callable[[], bool]
    late: int = 0

    async def until_done(
        self, job: Job, write: Callable[[Cursor], T], then: Callable[[T], object] = lambda _: None
    ) -> T:
        """
        What the write gives, once it is durable; tried until it is or the process ends.

        A disk that is full for a while must not undo what was done and paid, nor lose the name under which it can be
        had. What no time will mend is raised at once: LeaseLost, a broken rule, a text that cannot be kept; so is
        everything while the process ends. Who is cancelled meanwhile is so behind the try that is under way; `then` is
        told what was written all the same.
        """
        tries = 0
        try:
            while True:
                try:
                    return await to_the_end(self.db.transact_soon(write), then)
                except PASSING as error:
                    log.error("job.not_stored_yet", id=str(job.id), kind=job.kind, error=type(error).__name__)
                    if self.is_leaving():
                        raise
                self.late += not tries
                tries += 1
                await asyncio.sleep(AGAIN_SECONDS[min(tries, len(AGAIN_SECONDS)) - 1])
        finally:
            self.late -= tries > 0
