"""What can be done with assets: keep an uploaded picture, hand pictures to a model, put away and bring back."""

import base64
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from studio.assets import store
from studio.assets.asset import Asset, Origin, printable
from studio.assets.files import FileStore
from studio.assets.picture import DECODING, Picture
from studio.assets.previews import MEDIA_TYPES, MODEL_SIDE_PX
from studio.db import Database, Row
from studio.errors import Conflict, Invalid, Missing
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts
from studio.ids import new_id
from studio.moments import now

# Every provider takes these; of what else we keep, and of what is larger, a model is sent another form.
SENT_AS_THEY_ARE = ("image/png", "image/jpeg", "image/webp")
# Of one request, which is held in memory; a photograph of 2048 px has one or two million.
SENT_BYTES_LIMIT = 64_000_000


class TooMuchTakenIn(Invalid):
    code = "too_much_taken_in"
    field = "pictures"


def uploaded_asset(person_id: UUID, picture: Picture, name: str) -> Asset:
    """The asset of a picture that was taken in; its row is the caller's to write."""
    return Asset(
        id=new_id(),
        person_id=person_id,
        sha256=picture.sha256,
        kind="image",
        media_type=picture.media_type,
        bytes=picture.bytes,
        width_px=picture.width_px,
        height_px=picture.height_px,
        name=printable(name),
        created_at=now(),
        origin=Origin.UPLOADED,
    )


def keep_picture(db: Database, person_id: UUID, picture: Picture, name: str) -> Asset:
    """The row after the file: a crash between them leaves a file that nobody names, never the reverse."""
    asset = uploaded_asset(person_id, picture, name)
    db.write(store.asset_row(asset), *upload_rows(asset))
    return asset


def keep_picture_once(db: Database, person_id: UUID, picture: Picture, name: str) -> Asset:
    """The same, but what this person brought before under this name is not kept again: forms are sent again."""
    before = store.find_upload(db, person_id, picture.sha256, printable(name))
    return before or keep_picture(db, person_id, picture, name)


def put_away_rows(person_id: UUID, ids: Sequence[UUID], moment: datetime | None) -> list[Row]:
    """Rows that delete these assets of this person, or with None undo that; after 30 days they are forgotten."""
    return [store.deleted_row(person_id, asset_id, moment) for asset_id in ids]


def upload_rows(asset: Asset) -> list[Row]:
    """What was brought as an item of the gallery, found by the name of its file; for the commit that keeps it."""
    item = Item(
        id=asset.id,
        person_id=asset.person_id,
        kind=asset.kind,
        origin="uploaded",
        model="",
        title=asset.name,
        excerpt="",
        made_at=asset.created_at,
        asset_id=asset.id,
    )
    return item_rows(item, ItemTexts(name=asset.name))


def refuse_without(db: Database, person_id: UUID, ids: Sequence[UUID]) -> None:
    """Raises Conflict if one of these pictures, which were asked with before, was deleted since."""
    if len(store.list_assets(db, person_id, ids)) != len(set(ids)):
        raise Conflict(
            "A picture to begin with was deleted. Bring it back from the bin, or press Change to go on without it."
        )


def for_model(files: FileStore, asset: Asset) -> tuple[str, Path]:
    """Media type and file of what a model is sent: at most 2048 px on its longer side, made once and kept."""
    is_small = max(asset.width_px or 0, asset.height_px or 0) <= MODEL_SIDE_PX
    if is_small and asset.media_type in SENT_AS_THEY_ARE:
        return asset.media_type, files.path(asset.sha256)
    from studio.assets.shrinking import is_transparent, make_for_model

    for ending in ("jpg", "png"):
        made = files.preview_path(asset.sha256, "model", ending)
        if made.exists():
            return MEDIA_TYPES[ending], made
    ending = "png" if is_transparent(files, asset.sha256) else "jpg"
    with DECODING:
        return MEDIA_TYPES[ending], make_for_model(files, asset.sha256, ending)


def pictures_for_model(
    db: Database, files: FileStore, person_id: UUID, ids: Sequence[UUID]
) -> list[tuple[str, bytes]]:
    """
    Media type and content of what a model is sent of each of these pictures, in their order.

    One that was put away since it was asked with still serves; raises Missing if one is gone, TooMuchTakenIn before
    they are read where they are too large together.
    """
    found = store.list_assets(db, person_id, ids, with_deleted=True)
    if len(found) != len(set(ids)):
        raise Missing("One of the pictures to begin with is gone.")
    sent = [for_model(files, found[asset_id]) for asset_id in ids]
    total = sum(path.stat().st_size for _, path in sent)
    if total > SENT_BYTES_LIMIT:
        raise TooMuchTakenIn(
            f"These pictures have {total / 1e6:.0f} MB together, and a model is sent {SENT_BYTES_LIMIT / 1e6:.0f} MB "
            "at most. Take in fewer of them, or smaller ones."
        )
    return [(media_type, path.read_bytes()) for media_type, path in sent]


def data_urls(db: Database, files: FileStore, person_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The pictures by id as data URLs, as every provider takes them (Ollama takes nothing else); only this person's."""
    return {
        asset_id: _data_url(files, asset) for asset_id, asset in store.list_assets(db, person_id, ids).items()
    }


def _data_url(files: FileStore, asset: Asset) -> str:
    media_type, path = for_model(files, asset)
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
