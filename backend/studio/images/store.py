"""The statements of the page of pictures."""

from uuid import UUID

from studio.db import Database


def list_recent(db: Database, person_id: UUID, before: UUID | None, limit: int) -> list[UUID]:
    """
    Requests for pictures of this person, newest first: ids of generations.

    Without what was forgotten, and without those whose pictures were all put away.
    """
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT id
            FROM generations
            WHERE person_id = $person_id AND kind = 'image' AND prompt <> ''
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
