"""The statements about videos: of their page, and about what was asked for and who has which."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from studio.db import Database


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
    """Other jobs that asked the same provider for the same words by the same model, and never heard a name for it."""
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT other.id, other.finished_at IS NULL, other.notes, theirs.params, theirs.input_hashes
            FROM jobs
            JOIN generations ON generations.id = jobs.generation_id
            JOIN jobs AS other
                ON other.kind = jobs.kind AND other.id <> jobs.id
                AND other.provider_id IS NOT DISTINCT FROM jobs.provider_id
            JOIN generations AS theirs ON theirs.id = other.generation_id
            WHERE jobs.id = $job_id AND other.step = 'submitting' AND other.provider_job_id IS NULL
                AND theirs.model = generations.model AND theirs.prompt = generations.prompt
            """,
            {"job_id": job_id},
        ).fetchall()
    return [Namesake(row[0], row[1], *(json.loads(text) for text in row[2:])) for row in rows]


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
