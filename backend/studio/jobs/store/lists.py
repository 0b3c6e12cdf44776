"""Looking at jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.db import Cursor, Database
from studio.errors import Missing
from studio.jobs.job import Job
from studio.jobs.store.rows import COLUMNS, job_of


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs; None is all. `before` is the id of the last one of the page before."""

    person_id: UUID | None = None
    states: tuple[str, ...] = ()
    kind: str | None = None
    before: UUID | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Jobs of one kind in one state; the age is that of the one which has been due longest."""

    kind: str
    state: str
    jobs: int
    oldest_due_at: datetime | None


def find_job(cursor: Cursor, job_id: UUID) -> Job | None:
    row = cursor.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = $id", {"id": job_id}).fetchone()
    return None if row is None else job_of(row)


def get_job(db: Database, job_id: UUID, person_id: UUID | None = None) -> Job:
    """One job; of this person, if one is named. Raises Missing."""
    with db.read() as cursor:
        job = find_job(cursor, job_id)
    if job is None or person_id not in (None, job.person_id):
        raise Missing
    return job


def list_jobs(db: Database, wanted: Filter, limit: int) -> list[Job]:
    """
    The newest first.

    `list_contains` and no subquery: over 100,000 jobs that is 12 ms instead of 22, for one person's as for all.
    """
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {COLUMNS}
            FROM jobs
            WHERE ($person_id::UUID IS NULL OR person_id = $person_id::UUID)
                AND ($kind::VARCHAR IS NULL OR kind = $kind::VARCHAR)
                AND (len($states::VARCHAR[]) = 0 OR list_contains($states::VARCHAR[], state))
                AND ($before::UUID IS NULL OR id < $before::UUID)
            ORDER BY id DESC
            LIMIT $limit
            """,
            {
                "person_id": wanted.person_id,
                "kind": wanted.kind,
                "states": list(wanted.states),
                "before": wanted.before,
                "limit": limit,
            },
        ).fetchall()
    return [job_of(row) for row in rows]


def list_named(db: Database, person_id: UUID, ids: Sequence[UUID]) -> list[Job]:
    """Those of these jobs that are there and this person's, the newest first."""
    if not ids:
        return []
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {COLUMNS}
            FROM jobs
            WHERE person_id = $person_id AND id IN (SELECT unnest($ids::UUID[]))
            ORDER BY id DESC
            """,
            {"person_id": person_id, "ids": list(ids)},
        ).fetchall()
    return [job_of(row) for row in rows]


def list_unfinished_of(db: Database, person_id: UUID) -> list[UUID]:
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT id FROM jobs WHERE person_id = $person_id AND finished_at IS NULL",
            {"person_id": person_id},
        ).fetchall()
    return [row[0] for row in rows]


def find_open_retry(cursor: Cursor, job_id: UUID) -> tuple[UUID, UUID | None] | None:
    """The job that repeats this one and has not ended, and its generation."""
    row = cursor.execute(
        "SELECT id, generation_id FROM jobs WHERE retry_of = $retry_of AND finished_at IS NULL",
        {"retry_of": job_id},
    ).fetchone()
    return (row[0], row[1]) if row else None


def count_waiting(cursor: Cursor, person_id: UUID, kind: str) -> int:
    """How many jobs of this kind wait for this person."""
    row = cursor.execute(
        """
        SELECT count(*)
        FROM jobs
        WHERE finished_at IS NULL AND person_id = $person_id AND kind = $kind AND state = 'waiting'
        """,
        {"person_id": person_id, "kind": kind},
    ).fetchone()
    assert row is not None
    return int(row[0])


def list_of_generations(db: Database, person_id: UUID, generation_ids: Sequence[UUID]) -> dict[UUID, Job]:
    """The newest job of each of these generations of this person."""
    if not generation_ids:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {COLUMNS}
            FROM jobs
            WHERE person_id = $person_id AND generation_id IN (SELECT unnest($ids::UUID[]))
            ORDER BY id
            """,
            {"person_id": person_id, "ids": list(generation_ids)},
        ).fetchall()
    jobs = [job_of(row) for row in rows]
    return {job.generation_id: job for job in jobs if job.generation_id is not None}


def count_jobs(db: Database) -> list[Counted]:
    """How many there are of each kind and state."""
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT kind, state, count(*), min(due_at) FILTER (state = 'waiting')
            FROM jobs
            GROUP BY kind, state
            ORDER BY kind, state
            """
        ).fetchall()
    return [Counted(*row) for row in rows]
