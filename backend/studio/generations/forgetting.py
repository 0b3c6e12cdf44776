"""Forgetting what was said and made; what it cost stays in the books."""

from uuid import UUID

from studio.db import Cursor, Database
from studio.gallery import removal
from studio.generations.store import WITHOUT_WORDS
from studio.jobs.store.changes import forget_provider_errors
from studio.moments import now
from studio.once.store import drop_keys_of


def forget(db: Database, generation_id: UUID) -> None:
    """
    Empty its words and those that the provider said about them, and what it began with; put away what it made, and
    take both out of the gallery. Everything that was measured stays. Without words and pictures it is on no list and
    cannot be repeated.

    Files that were put away go with the next housekeeping after the days of undo, unless somebody else needs them.
    """

    def work(cursor: Cursor) -> None:
        named = {"id": generation_id}
        cursor.execute(
            f"UPDATE generations SET input_hashes = '[]', {WITHOUT_WORDS} WHERE id = $id",
            named,
        )
        forget_provider_errors(cursor, generation_id)
        made = cursor.execute(
            """
            UPDATE assets
            SET deleted_at = coalesce(deleted_at, $deleted_at)
            WHERE generation_id = $id
            RETURNING id
            """,
            {**named, "deleted_at": now()},
        ).fetchall()
        drop_keys_of(cursor, generation_id)
        removal.drop_items(cursor, [generation_id, *(row[0] for row in made)])

    db.transact(work)
