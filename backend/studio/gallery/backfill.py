"""
Indexing everything anew, in the background, after an upgrade that finds words differently.

What was made before there was a gallery becomes an item here too. The way is noted in the very commit of each batch,
so a process that is killed goes on where it stopped. What is made meanwhile is indexed by its own commit: it lies
behind the end that was fixed when this began.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from studio.db import Database, Row
from studio.gallery.indexing import SEARCH_VERSION, item_rows_anew, place_rows
from studio.gallery.item import Item, ItemTexts, Place, number_of
from studio.gallery.store import backfill as store
from studio.ids import new_id

log = structlog.get_logger()

BATCH = 100
# Between batches: answers that end meanwhile must not wait behind a queue of old ones.
PAUSE_SECONDS = 0.05
VERSION, WAY = "search_version", "search_way"
_FIRST = UUID(int=0)

# The rows of items for these texts (id, whose): given by whoever knows generations, since this feature does not.
TextRows = Callable[[Database, Sequence[tuple[UUID, UUID]]], list[Row]]


@dataclass(frozen=True, slots=True)
class Way:
    """How far it is: `stage` texts, then assets; `done` is the last one indexed, `end` the last one to do."""

    version: str
    stage: str
    done: UUID
    end: UUID

    def __str__(self) -> str:
        return f"{self.version} {self.stage} {self.done} {self.end}"


async def keep_indexed(db: Database, text_rows: TextRows) -> None:
    """Index everything anew if that was done for another version, or is not done to its end."""
    try:
        way = await asyncio.to_thread(begin, db)
        while way is not None:
            way = await asyncio.to_thread(step, db, way, text_rows)
            await asyncio.sleep(PAUSE_SECONDS)
    except Exception as error:
        log.error("gallery.not_indexed", exc_info=error)


def begin(db: Database) -> Way | None:
    """Where to go on; None if there is nothing to do."""
    if store.find_note(db, VERSION) == SEARCH_VERSION:
        return None
    noted = (store.find_note(db, WAY) or "").split()
    if len(noted) == 4 and noted[0] == SEARCH_VERSION:
        return Way(noted[0], noted[1], UUID(noted[2]), UUID(noted[3]))
    way = Way(SEARCH_VERSION, "texts", _FIRST, new_id())
    store.begin(db, [store.note(WAY, str(way))])
    return way


def step(db: Database, way: Way, text_rows: TextRows) -> Way | None:
    """Index one batch and note it, in one commit; None after the last one."""
    if way.stage == "texts":
        texts = store.list_texts(db, way.done, way.end, BATCH)
        ids = [item_id for item_id, _ in texts]
        rows = text_rows(db, texts) if texts else []
        owners = dict(texts)
    else:
        assets = store.list_asset_rows(db, way.done, way.end, BATCH)
        ids = [row[0] for row in assets]
        rows = [found for row in assets for found in _asset_rows(row)]
        owners = {row[0]: row[1] for row in assets}
    rows += _shelf_rows(db, owners)
    following = _following(way, ids)
    notes = [store.note(WAY, str(following))] if following else [store.note(VERSION, SEARCH_VERSION)]
    db.write(*rows, *notes)
    if following is None:
        log.info("gallery.indexed", version=SEARCH_VERSION)
    return following


def _following(way: Way, ids: Sequence[UUID]) -> Way | None:
    if len(ids) == BATCH:
        return Way(way.version, way.stage, ids[-1], way.end)
    return Way(way.version, "assets", _FIRST, way.end) if way.stage == "texts" else None


def _asset_rows(row: tuple[object, ...]) -> list[Row]:
    asset_id, person_id, kind, origin, name, created_at, deleted_at, generation_id, model, prompt = row
    item = Item(
        id=asset_id,  # type: ignore[arg-type]
        person_id=person_id,  # type: ignore[arg-type]
        kind=str(kind),
        origin=str(origin),
        model=str(model),
        title=str(prompt)[:120] or str(name),
        excerpt="",
        made_at=created_at,  # type: ignore[arg-type]
        generation_id=generation_id,  # type: ignore[arg-type]
        asset_id=asset_id,  # type: ignore[arg-type]
        deleted_at=deleted_at,  # type: ignore[arg-type]
    )
    return item_rows_anew(item, ItemTexts(prompt=str(prompt), name=str(name)))


def _shelf_rows(db: Database, owners: dict[UUID, UUID]) -> list[Row]:
    """The words of tags and albums: what people have sorted is found by it again."""
    if not owners:
        return []
    tags, albums = store.list_shelf_names(db, list(owners))
    return [
        row
        for place, names in ((Place.TAG, tags), (Place.ALBUM, albums))
        for item_id, written in names
        for row in place_rows(number_of(item_id), owners[item_id], place, written)
    ]
