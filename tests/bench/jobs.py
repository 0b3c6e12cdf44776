"""
How fast jobs are claimed, with many waiting and many that ended long ago.

    python -m tests.bench.jobs [--waiting 500] [--ended 100000]

A claim takes up to three jobs at a time until room or jobs run out, as durable as any commit; nothing else goes on.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from studio.db import Database, migrate
from studio.ids import new_id
from studio.jobs.job import Done, new_job
from studio.jobs.rules import Rules
from studio.jobs.store import changes, claims, lists
from studio.jobs.store.rows import add_job
from studio.moments import now
from studio.paths import MIGRATIONS

from tests.bench.figures import conditions, milliseconds

PEOPLE, PROVIDERS = [new_id() for _ in range(20)], [new_id() for _ in range(2)]
RULES = {"video": Rules(at_once=200, at_once_per_person=40, at_once_per_provider=200)}
REPEATS = 30
KEPT_RUNNING = 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=500)
    parser.add_argument("--ended", type=int, default=100_000)
    wanted = parser.parse_args()
    print(conditions())
    for ended in (0, wanted.ended):
        with tempfile.TemporaryDirectory() as place, Database.open(Path(place) / "app.db") as db:
            migrate(db, MIGRATIONS)
            fill(db, wanted.waiting, ended)
            print(f"{wanted.waiting} waiting of {len(PEOPLE)} people, {ended} ended")
            print("  the place in the line:", milliseconds(timed(lambda db=db: claims.positions(db, now()))))
            print("  claim:", milliseconds(claim_all(db)))
            print(
                "  when is the next due:",
                milliseconds(timed(lambda db=db: claims.next_due(db, ["video"], now()))),
            )
            print(
                "  a page of 50:", milliseconds(timed(lambda db=db: lists.list_jobs(db, lists.Filter(), 50)))
            )


def fill(db: Database, waiting: int, ended: int) -> None:
    moment = now()
    db.transact(
        lambda cursor: cursor.execute(
            """
            INSERT INTO jobs (
                id, kind, person_id, pace, state, step, priority, attempts, due_at, deadline_at, is_cancel_wished,
                notes, created_at, started_at, finished_at
            )
            SELECT
                uuidv7(), 'video', $person_id, '8 s', 'done', 'end', 100, 1, $moment, $moment, false, '{}', $moment,
                $moment - to_minutes(number), $moment
            FROM range($ended) AS made (number)
            """,
            {"person_id": PEOPLE[0], "moment": moment, "ended": ended},
        )
    )
    jobs = (
        new_job(
            "video",
            random.choice(PEOPLE),
            moment=moment,
            lasts=timedelta(hours=1),
            step="begin",
            provider_id=random.choice(PROVIDERS),
        )
        for _ in range(waiting)
    )
    db.write(*map(add_job, jobs))


def claim_all(db: Database) -> list[float]:
    """Seconds of each claim; from `KEPT_RUNNING` on, what is claimed is done at once."""
    seconds, claimed = [], 0
    while True:
        moment = now()
        wanted = claims.Claim(new_id(), moment, moment + timedelta(seconds=60), 3, RULES)
        began = time.perf_counter()
        jobs = db.transact(lambda cursor, wanted=wanted: claims.claim(cursor, wanted))  # type: ignore[misc]
        seconds.append(time.perf_counter() - began)
        claimed += len(jobs)
        if not jobs:
            return seconds
        for job in jobs if claimed > KEPT_RUNNING else []:
            db.transact(lambda cursor, job=job: changes.finish(cursor, job, Done(), now()))  # type: ignore[misc]


def timed(work: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main()
