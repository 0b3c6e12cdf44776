"""Every SQL statement about recipes that were brought and not used yet."""

from datetime import datetime
from uuid import UUID

from studio.db import Cursor, Database


def add_draft(
    db: Database, draft_id: UUID, person_id: UUID, recipe: str, moment: datetime, keep: int
) -> None:
    """The draft, in the place of the oldest when this person has `keep` already."""

    def work(cursor: Cursor) -> None:
        cursor.execute(
            """
            INSERT INTO recipe_drafts (id, person_id, recipe, created_at)
            VALUES ($id, $person_id, $recipe, $created_at)
            """,
            {"id": draft_id, "person_id": person_id, "recipe": recipe, "created_at": moment},
        )
        cursor.execute(
            """
            DELETE FROM recipe_drafts
            WHERE person_id = $person_id AND id NOT IN (
                SELECT id FROM recipe_drafts WHERE person_id = $person_id ORDER BY id DESC LIMIT $keep
            )
            """,
            {"person_id": person_id, "keep": keep},
        )

    db.transact(work)


def find_draft(db: Database, person_id: UUID, draft_id: UUID) -> str | None:
    """What was written there; None when it is gone or somebody else's."""
    with db.read() as cursor:
        row = cursor.execute(
            "SELECT recipe FROM recipe_drafts WHERE person_id = $person_id AND id = $id",
            {"person_id": person_id, "id": draft_id},
        ).fetchone()
    return str(row[0]) if row else None


def forget_drafts(db: Database, before: datetime) -> int:
    """How many were brought before this moment; they are gone now."""
    return db.transact(
        lambda cursor: len(
            cursor.execute(
                "DELETE FROM recipe_drafts WHERE created_at < $before RETURNING id", {"before": before}
            ).fetchall()
        )
    )
