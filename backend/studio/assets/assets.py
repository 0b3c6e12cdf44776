"""Assets: uploaded pictures as rows beside their files; private to their owner."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.assets.files import FileStore
from studio.assets.picture import Picture
from studio.db import Database, Row, Statement
from studio.errors import Missing
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts
from studio.ids import new_id
from studio.moments import iso, now

_COLUMNS = "id, person_id, sha256, kind, media_type, bytes, width_px, height_px, name, created_at"

ADD_ASSET = Statement("""
    INSERT INTO assets (id, person_id, sha256, kind, media_type, bytes, width_px, height_px, name, created_at)
    SELECT
        unnest($id::UUID[]), unnest($person_id::UUID[]), unnest($sha256::VARCHAR[]), unnest($kind::VARCHAR[]),
        unnest($media_type::VARCHAR[]), unnest($bytes::BIGINT[]), unnest($width_px::INTEGER[]),
        unnest($height_px::INTEGER[]), unnest($name::VARCHAR[]), unnest($created_at::TIMESTAMP[])
""")


@dataclass(frozen=True, slots=True)
class Asset:
    id: UUID
    person_id: UUID
    sha256: str
    kind: str
    media_type: str
    bytes: int
    width_px: int | None
    height_px: int | None
    name: str
    created_at: datetime

    @property
    def url(self) -> str:
        return f"/media/{self.id}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "media_type": self.media_type,
            "bytes": self.bytes,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "duration_seconds": None,
            "name": self.name,
            "url": self.url,
            "thumbnail_url": self.url,
            "created_at": iso(self.created_at),
        }


def keep_picture(db: Database, files: FileStore, person_id: UUID, picture: Picture, name: str) -> Asset:
    """Store the bytes first, then the row: a crash between them leaves a file that nobody names, never the reverse."""
    files.keep(picture.sha256, picture.data)
    asset = Asset(
        id=new_id(),
        person_id=person_id,
        sha256=picture.sha256,
        kind="image",
        media_type=picture.media_type,
        bytes=len(picture.data),
        width_px=picture.width_px,
        height_px=picture.height_px,
        name=_printable(name),
        created_at=now(),
    )
    row = ADD_ASSET.row(**{column: getattr(asset, column) for column in ADD_ASSET.columns})
    db.write(row, *upload_rows(asset))
    return asset


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


def _printable(name: str) -> str:
    """A file's name without controls, halves of characters and what turns the direction of reading."""
    return "".join(character for character in name if character.isprintable())[:200] or "picture"


def list_assets(db: Database, person_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Asset]:
    """These assets of this person by id; what is not there or not theirs is left out."""
    if not ids:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {_COLUMNS}
            FROM assets
            WHERE person_id = $person_id AND id IN (SELECT unnest($ids::UUID[]))
            """,
            {"person_id": person_id, "ids": list(ids)},
        ).fetchall()
    return {row[0]: Asset(*row) for row in rows}


def get_asset(db: Database, person_id: UUID, asset_id: UUID) -> Asset:
    """One asset of this person; somebody else's is Missing."""
    found = list_assets(db, person_id, [asset_id])
    if asset_id not in found:
        raise Missing
    return found[asset_id]


def list_hashes(db: Database, person_id: UUID, ids: Sequence[UUID]) -> list[str]:
    """The content hashes of these assets in this order; raises Missing if one is not this person's."""
    found = list_assets(db, person_id, ids)
    if len(found) != len(set(ids)):
        raise Missing("One of the pictures is gone, or is not yours.", field="pictures")
    return [found[asset_id].sha256 for asset_id in ids]


def data_urls(db: Database, files: FileStore, person_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The pictures by id as data URLs, as every provider takes them (Ollama takes nothing else); only this person's."""
    return {asset_id: _data_url(files, asset) for asset_id, asset in list_assets(db, person_id, ids).items()}


def _data_url(files: FileStore, asset: Asset) -> str:
    with files.open(asset.sha256) as file:
        return f"data:{asset.media_type};base64,{base64.b64encode(file.read()).decode('ascii')}"
