"""Which ends of jobs their people have heard of."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from studio.db import Cursor, Database
from studio.jobs.job import Job
from studio.jobs.store.rows import COLUMNS, job_of

_UNTOLD = """
    person_id = $person_id AND generation_id IN (SELECT unnest($ids::UUID[])) AND finished_at IS NOT NULL
    AND told IS NULL
"""


def list_people_waiting(db: Database) -> list[UUID]:
    """Everybody who has a job open, or one whose end nobody told them of."""
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT person_id FROM jobs WHERE finished_at IS NULL OR told IS NULL"
        ).fetchall()
    return [row[0] for row in rows]


def tell(db: Database, person_id: UUID, since: datetime | None) -> list[Job]:
    """
    What this person has not heard of, marked as told by a notice, in the order of the ends.

    With what other pages told since a moment, for a page that was looked at then: one that is open hears of everything
    once. What was seen on its own card is left out. Each job is new to one page only, however many ask at once.
    """
    with db.read() as cursor:
        row = cursor.execute(
            """
            SELECT count(*)
            FROM jobs
            WHERE person_id = $person_id AND finished_at IS NOT NULL AND told IS NULL
            """,
            {"person_id": person_id},
        ).fetchone()
    fresh = db.transact(lambda cursor: _mark(cursor, person_id)) if row and row[0] else []
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {COLUMNS}
            FROM jobs
            WHERE person_id = $person_id AND (
                id IN (SELECT unnest($fresh::UUID[]))
                OR told = 'notice' AND finished_at >= $since::TIMESTAMP
            )
            ORDER BY finished_at, id
            """,
            {"person_id": person_id, "fresh": fresh, "since": since},
        ).fetchall()
    return [job_of(row) for row in rows]


def saw_ends(db: Database, person_id: UUID, generation_ids: Sequence[UUID]) -> None:
    """This person saw these ends on the cards, or in the list of jobs: no page tells of them."""
    named = {"person_id": person_id, "ids": list(generation_ids)}
    with db.read() as cursor:
        row = cursor.execute(f"SELECT count(*) FROM jobs WHERE {_UNTOLD}", named).fetchone()
    if row and row[0]:
        db.transact(lambda cursor: cursor.execute(f"UPDATE jobs SET told = 'card' WHERE {_UNTOLD}", named))


def _mark(cursor: Cursor, person_id: UUID) -> list[UUID]:
    rows = cursor.execute(
        """
        UPDATE jobs
        SET told = 'notice'
        WHERE person_id = $person_id AND finished_at IS NOT NULL AND told IS NULL
        RETURNING id
        """,
        {"person_id": person_id},
    ).fetchall()
    return [row[0] for row in rows]
