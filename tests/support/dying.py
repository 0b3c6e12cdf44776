"""Edges that no handler of a job has: inside the commits of its steps and of its end, and right behind that."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from studio.db import Cursor, Row
from studio.jobs.job import Again, End, Job
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


def die_in_steps(reached: Reached) -> None:
    """Edges inside the commits of a step and of a rest, when all is written and nothing durable."""
    record, rest = changes.record, changes.rest

    def mortal_record(cursor: Cursor, job: Job, step: changes.Step, rows: Sequence[Row]) -> Job:
        recorded = record(cursor, job, step, rows)
        reached(f"recording {step.name} from {job.step}")
        return recorded

    def mortal_rest(cursor: Cursor, job: Job, again: Again) -> None:
        rest(cursor, job, again)
        reached(f"resting at {again.step} from {job.step}")

    changes.record, changes.rest = mortal_record, mortal_rest
