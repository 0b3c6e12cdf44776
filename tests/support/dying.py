"""Edges that no handler of a job has: inside the commit that ends it, and right behind it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from studio.db import Cursor
from studio.jobs.job import End, Job
from studio.jobs.store import changes

Reached = Callable[[str], None]


def die_around_the_end(reached: Reached) -> None:
    """Edges inside the commit of the end, when all is written and nothing durable, and right behind it."""
    finish = changes.finish

    def mortal_finish(cursor: Cursor, job: Job, end: End, moment: datetime) -> None:
        finish(cursor, job, end, moment)
        reached("written")

    def told(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if event["event"] == "job.ended":
            reached("committed")
        return event

    changes.finish = mortal_finish
    structlog.configure(processors=[told, structlog.processors.KeyValueRenderer()])
