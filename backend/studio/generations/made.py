"""A generation together with the files it made."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from studio.assets import store as assets
from studio.assets.making import MadeFile, made_asset
from studio.db import Database, Row
from studio.gallery.indexing import items_rows
from studio.gallery.item import Item, ItemTexts
from studio.generations import store
from studio.generations.generation import Generation
from studio.markdown import title_from


def whole_json(db: Database, generation: Generation) -> dict[str, Any]:
    """As programs get it, with its assets."""
    made = []
    if generation.kind != "text" and generation.is_finished:
        made = assets.list_made(db, generation.person_id, [generation.id]).get(generation.id, [])
    return generation.as_json([asset.as_json() for asset in made])


def current_json(db: Database, person_id: UUID, generation_id: UUID) -> dict[str, Any]:
    """The same, as it is in the database now; raises Missing."""
    return whole_json(db, store.get_generation(db, person_id, generation_id))


def made_rows(generation: Generation, files: Sequence[MadeFile], *, untitled: str) -> list[Row]:
    """Each file as an asset, and as an item of the gallery that is found by its prompt."""
    title = title_from(generation.prompt, otherwise=untitled)
    kept = [
        made_asset(generation.person_id, generation.id, made, position, generation.prompt)
        for position, made in enumerate(files)
    ]
    items = [
        Item(
            id=asset.id,
            person_id=asset.person_id,
            kind=asset.kind,
            origin="made",
            model=generation.model,
            title=title,
            excerpt="",
            made_at=asset.created_at,
            generation_id=generation.id,
            asset_id=asset.id,
        )
        for asset in kept
    ]
    texts = ItemTexts(prompt=generation.prompt)
    return [*(assets.asset_row(asset) for asset in kept), *items_rows(items, texts)]
