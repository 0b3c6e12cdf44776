"""A generation together with the files it made."""

from typing import Any
from uuid import UUID

from studio.assets import store as assets
from studio.db import Database
from studio.generations import store
from studio.generations.generation import Generation


def whole_json(db: Database, generation: Generation) -> dict[str, Any]:
    """As programs get it, with its assets."""
    made = []
    if generation.kind != "text" and generation.is_finished:
        made = assets.list_made(db, generation.person_id, [generation.id]).get(generation.id, [])
    return generation.as_json([asset.as_json() for asset in made])


def current_json(db: Database, person_id: UUID, generation_id: UUID) -> dict[str, Any]:
    """The same, as it is in the database now; raises Missing."""
    return whole_json(db, store.get_generation(db, person_id, generation_id))
