"""The statements about videos: of their page, and about what was asked for and who has which."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from studio.db import Database, Row, Statement

_REFUSE_TAKEN = Statement("""
SELECT error('another job of this provider has the video ' || provider_job_id)
FROM (SELECT unnest($id::UUID[]) AS id, unnest($provider_job_id::VARCHAR[]) AS provider_job_id) AS wanted
WHERE EXISTS (
    SELECT 1
    FROM jobs
    JOIN jobs AS other
        ON other.id <> jobs.id AND other.provider_id IS NOT DISTINCT FROM jobs.provider_id
    WHERE jobs.id = wanted.id AND other.provider_job_id = wanted.provider_job_id
)
""")


@dataclass(frozen=True, slots=True)
class Namesake:
    """A job whose request the provider got or did not get, with the words and the model of another one's."""

    job_id: UUID
    is_open: bool
    notes: Mapping[str, Any]
    params: Mapping[str, Any]
    input_hashes: list[str]


def list_recent(db: Database, person_id: UUID, before: UUID | None, limit: int) -> list[UUID]:
    """
    Requests for videos of this person, newest first: ids of generations.

    Without what was forgotten, and without those whose videos were all put away.
    """
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT id
            FROM generations
            WHERE person_id = $person_id AND kind = 'video' AND (prompt <> '' OR input_hashes <> '[]')
                AND ($before::UUID IS NULL OR id < $before::UUID)
                AND (
                    state <> 'done'
                    OR id IN (
                        SELECT generation_id
                        FROM assets
                        WHERE person_id = $person_id AND generation_id IS NOT NULL AND deleted_at IS NULL
                    )
                )
            ORDER BY id DESC
            LIMIT $limit
            """,
            {"person_id": person_id, "before": before, "limit": limit},
        ).fetchall()
    return [row[0] for row in rows]


def list_namesakes(db: Database, job_id: UUID) -> list[Namesake]:
    """
    Other jobs that asked the same provider for the same words by the same model, and never heard a name for it.

    White space around the words and all settings may differ.
    """
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT other.id, other.finished_at IS NULL, other.notes, theirs.params, theirs.input_hashes,
                theirs.prompt, generations.prompt
            FROM jobs
            JOIN generations ON generations.id = jobs.generation_id
            JOIN jobs AS other
                ON other.kind = jobs.kind AND other.id <> jobs.id
                AND other.provider_id IS NOT DISTINCT FROM jobs.provider_id
            JOIN generations AS theirs ON theirs.id = other.generation_id
            WHERE jobs.id = $job_id AND other.step = 'submitting' AND other.provider_job_id IS NULL
                AND theirs.model = generations.model
            """,
            {"job_id": job_id},
        ).fetchall()
    # Compared here: SQL takes other characters for white space than Python, which compares what a list shows.
    return [
        Namesake(job_id, is_open, *(json.loads(text) for text in texts))
        for job_id, is_open, *texts, theirs, ours in rows
        if theirs.strip() == ours.strip()
    ]


def refuse_taken(job_id: UUID, provider_job_id: str) -> Row:
    """
    Undoes the transaction that it is part of if another job of the same provider has this video.

    Raises duckdb.InvalidInputException in it.
    """
    return _REFUSE_TAKEN.row(id=job_id, provider_job_id=provider_job_id)


def list_known(db: Database, provider_ids: Sequence[str]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Which of these ids of a provider are taken: the model, the prompt and the params of what has each."""
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT known.id, generations.model, generations.prompt, generations.params
            FROM (
                SELECT provider_job_id AS id, generation_id
                FROM jobs
                WHERE provider_job_id IN (SELECT unnest($ids::VARCHAR[]))
                UNION
                SELECT provider_request_id, id
                FROM generations
                WHERE provider_request_id IN (SELECT unnest($ids::VARCHAR[]))
            ) AS known
            LEFT JOIN generations ON generations.id = known.generation_id
            """,
            {"ids": list(provider_ids)},
        ).fetchall()
    return {row[0]: (row[1] or "", row[2] or "", json.loads(row[3] or "{}")) for row in rows}
