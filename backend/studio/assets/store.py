"""Every SQL statement about assets."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from studio.assets.asset import Asset
from studio.db import Database, Row, Statement
from studio.errors import Missing, PictureDeleted

_COLUMNS = """
    id, person_id, sha256, kind, media_type, bytes, width_px, height_px, name, created_at, origin, generation_id,
    position, duration_seconds, deleted_at
"""

ADD_ASSET = Statement("""
    INSERT INTO assets (
        id, person_id, sha256, kind, media_type, bytes, width_px, height_px, name, created_at, origin, generation_id,
        position, duration_seconds
    )
    SELECT
        unnest($id::UUID[]), unnest($person_id::UUID[]), unnest($sha256::VARCHAR[]), unnest($kind::VARCHAR[]),
        unnest($media_type::VARCHAR[]), unnest($bytes::BIGINT[]), unnest($width_px::INTEGER[]),
        unnest($height_px::INTEGER[]), unnest($name::VARCHAR[]), unnest($created_at::TIMESTAMP[]),
        unnest($origin::VARCHAR[]), unnest($generation_id::UUID[]), unnest($position::INTEGER[]),
        unnest($duration_seconds::DOUBLE[])
""")

SET_DELETED = Statement(
    """
    UPDATE assets
    SET deleted_at = batch.deleted_at
    FROM (
        SELECT
            unnest($id::UUID[]) AS id, unnest($person_id::UUID[]) AS person_id,
            unnest($deleted_at::TIMESTAMP[]) AS deleted_at
    ) AS batch
    WHERE assets.id = batch.id AND assets.person_id = batch.person_id
    """,
    key="id",
)


def asset_row(asset: Asset) -> Row:
    """The row of a new asset, to be added to the commit that tells of it; its file is kept before."""
    return ADD_ASSET.row(**{column: getattr(asset, column) for column in ADD_ASSET.columns})


def deleted_row(person_id: UUID, asset_id: UUID, deleted_at: datetime | None) -> Row:
    """Puts an asset of this person away, or with None brings it back."""
    return SET_DELETED.row(id=asset_id, person_id=person_id, deleted_at=deleted_at)


def list_assets(
    db: Database, person_id: UUID, ids: Sequence[UUID], *, with_deleted: bool = False
) -> dict[UUID, Asset]:
    """These assets of this person by id; what is not there, put away or not theirs is left out."""
    if not ids:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {_COLUMNS}
            FROM assets
            WHERE person_id = $person_id AND id IN (SELECT unnest($ids::UUID[]))
                AND (deleted_at IS NULL OR $with_deleted)
            """,
            {"person_id": person_id, "ids": list(ids), "with_deleted": with_deleted},
        ).fetchall()
    return {row[0]: Asset(*row) for row in rows}


def list_sizes(db: Database, person_id: UUID, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The bytes of those of these assets that are this person's and not put away."""
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT id, bytes
            FROM assets
            WHERE person_id = $person_id AND deleted_at IS NULL AND id IN (SELECT unnest($ids::UUID[]))
            """,
            {"person_id": person_id, "ids": list(ids)},
        ).fetchall()
    return {row[0]: row[1] for row in rows}


def get_asset(db: Database, person_id: UUID, asset_id: UUID, *, with_deleted: bool = False) -> Asset:
    """One asset of this person; somebody else's is Missing, and so is one put away."""
    found = list_assets(db, person_id, [asset_id], with_deleted=with_deleted)
    if asset_id not in found:
        raise Missing
    return found[asset_id]


def list_hashes(db: Database, person_id: UUID, ids: Sequence[UUID]) -> list[str]:
    """
    The content hashes of these assets in this order.

    Raises Missing if one is not this person's, PictureDeleted if one lies in the bin: what a person has deleted is not
    sent to a provider again.
    """
    found = list_assets(db, person_id, ids, with_deleted=True)
    if len(found) != len(set(ids)):
        raise Missing("One of the pictures is gone, or is not yours.", field="pictures")
    if any(asset.deleted_at is not None for asset in found.values()):
        raise PictureDeleted
    return [found[asset_id].sha256 for asset_id in ids]


def find_by_hashes(db: Database, person_id: UUID, hashes: Sequence[str]) -> dict[str, UUID]:
    """For each content the newest picture of this person that has it; without what was put away."""
    if not hashes:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT sha256, max(id)
            FROM assets
            WHERE person_id = $person_id AND kind = 'image' AND deleted_at IS NULL
                AND sha256 IN (SELECT unnest($hashes::VARCHAR[]))
            GROUP BY sha256
            """,
            {"person_id": person_id, "hashes": list(hashes)},
        ).fetchall()
    return dict(rows)


def find_upload(db: Database, person_id: UUID, sha256: str, name: str) -> Asset | None:
    """What this person brought with this content under this name and did not put away; the newest."""
    with db.read() as cursor:
        row = cursor.execute(
            f"""
            SELECT {_COLUMNS}
            FROM assets
            WHERE person_id = $person_id AND sha256 = $sha256 AND name = $name AND origin = 'uploaded'
                AND deleted_at IS NULL
            ORDER BY id DESC
            LIMIT 1
            """,
            {"person_id": person_id, "sha256": sha256, "name": name},
        ).fetchone()
    return Asset(*row) if row else None


def list_made(db: Database, person_id: UUID, generation_ids: Sequence[UUID]) -> dict[UUID, list[Asset]]:
    """What these generations of this person made, by generation, in its order; without what was put away."""
    if not generation_ids:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {_COLUMNS}
            FROM assets
            WHERE person_id = $person_id AND generation_id IN (SELECT unnest($ids::UUID[])) AND deleted_at IS NULL
            ORDER BY position, id
            """,
            {"person_id": person_id, "ids": list(generation_ids)},
        ).fetchall()
    found: dict[UUID, list[Asset]] = {}
    for row in rows:
        asset = Asset(*row)
        if asset.generation_id is not None:
            found.setdefault(asset.generation_id, []).append(asset)
    return found


def list_named_hashes(db: Database) -> set[str]:
    """The content that any row names, also one put away."""
    with db.read() as cursor:
        return {row[0] for row in cursor.execute("SELECT DISTINCT sha256 FROM assets").fetchall()}


def is_named(db: Database, sha256: str) -> bool:
    """
    Whether a row names the content, or the notes of a job that is open: it came before a kill, and the job's end will.

    One statement, so that a note which becomes a row meanwhile is seen as one of the two.
    """
    with db.read() as cursor:
        row = cursor.execute(
            """
            SELECT 1
            WHERE EXISTS (SELECT 1 FROM assets WHERE sha256 = $sha256)
                OR EXISTS (SELECT 1 FROM jobs WHERE finished_at IS NULL AND contains(notes, $sha256))
            """,
            {"sha256": sha256},
        ).fetchone()
    return row is not None


def forget_deleted(db: Database, before: datetime) -> list[str]:
    """Remove the rows that were put away before this moment; the content they named, which others may still name."""
    return db.transact(
        lambda cursor: [
            row[0]
            for row in cursor.execute(
                "DELETE FROM assets WHERE deleted_at < $before RETURNING sha256", {"before": before}
            ).fetchall()
        ]
    )
