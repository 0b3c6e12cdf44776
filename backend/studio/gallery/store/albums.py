"""The statements about albums and tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.db import Cursor, Database
from studio.moments import iso

_IDS = "(SELECT unnest($ids::UUID[]))"
# Few items are in the bin, and many are not: leaving out the few takes half the time of joining the many.
_DELETED = "(SELECT id FROM items WHERE person_id = $person_id AND deleted_at IS NOT NULL)"

# Of the album of the row.
_COUNT = f"(SELECT count(*) FROM album_items WHERE album_id = albums.id AND item_id NOT IN {_DELETED})"


@dataclass(frozen=True, slots=True)
class Album:
    """`count` is how many of its items are not in the bin."""

    id: UUID
    name: str
    created_at: datetime
    count: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "count": self.count,
            "created_at": iso(self.created_at),
        }


@dataclass(frozen=True, slots=True)
class Tag:
    """`tag` is folded, which is what is compared; `shown` as somebody wrote it."""

    tag: str
    shown: str
    count: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"tag": self.tag, "name": self.shown, "count": self.count}


def list_albums(db: Database, person_id: UUID) -> list[Album]:
    """By name."""
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT albums.id, albums.name, albums.created_at, count(kept.item_id)
            FROM albums
            LEFT JOIN (SELECT album_id, item_id FROM album_items WHERE item_id NOT IN {_DELETED}) AS kept
                ON kept.album_id = albums.id
            WHERE albums.person_id = $person_id
            GROUP BY albums.id, albums.name, albums.created_at
            ORDER BY lower(albums.name), albums.id
            """,
            {"person_id": person_id},
        ).fetchall()
    return [Album(*row) for row in rows]


def read_album(cursor: Cursor, person_id: UUID, album_id: UUID) -> Album | None:
    row = cursor.execute(
        f"SELECT id, name, created_at, {_COUNT} FROM albums WHERE id = $id AND person_id = $person_id",
        {"id": album_id, "person_id": person_id},
    ).fetchone()
    return None if row is None else Album(*row)


def find_album_named(cursor: Cursor, person_id: UUID, name: str) -> Album | None:
    """Capitals do not matter."""
    row = cursor.execute(
        """
        SELECT id, name, created_at
        FROM albums
        WHERE person_id = $person_id AND lower(name) = lower($name)
        """,
        {"person_id": person_id, "name": name},
    ).fetchone()
    return None if row is None else Album(*row)


def add_album(cursor: Cursor, person_id: UUID, album: Album) -> None:
    cursor.execute(
        """
        INSERT INTO albums (id, person_id, name, created_at)
        VALUES ($id, $person_id, $name, $created_at)
        """,
        {"id": album.id, "person_id": person_id, "name": album.name, "created_at": album.created_at},
    )


def set_album_name(cursor: Cursor, album_id: UUID, name: str) -> None:
    cursor.execute("UPDATE albums SET name = $name WHERE id = $id", {"id": album_id, "name": name})


def delete_album(cursor: Cursor, album_id: UUID) -> None:
    """The album; what is in it stays in the gallery."""
    cursor.execute("DELETE FROM album_items WHERE album_id = $id", {"id": album_id})
    cursor.execute("DELETE FROM albums WHERE id = $id", {"id": album_id})


def list_items_of_album(cursor: Cursor, album_id: UUID) -> list[UUID]:
    rows = cursor.execute("SELECT item_id FROM album_items WHERE album_id = $id", {"id": album_id}).fetchall()
    return [row[0] for row in rows]


def add_to_album(cursor: Cursor, album_id: UUID, ids: Sequence[UUID], moment: datetime) -> None:
    """Those that are in it already stay where they are."""
    cursor.execute(
        """
        INSERT INTO album_items (album_id, item_id, added_at)
        SELECT $album_id, unnest($ids::UUID[]), $moment
        ON CONFLICT (album_id, item_id) DO NOTHING
        """,
        {"album_id": album_id, "ids": list(ids), "moment": moment},
    )


def remove_from_album(cursor: Cursor, album_id: UUID, ids: Sequence[UUID]) -> None:
    cursor.execute(
        f"DELETE FROM album_items WHERE album_id = $album_id AND item_id IN {_IDS}",
        {"album_id": album_id, "ids": list(ids)},
    )


def list_album_names(cursor: Cursor, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The names of the albums that each of these items is in."""
    return _grouped(
        cursor.execute(
            f"""
            SELECT album_items.item_id, albums.name
            FROM album_items
            JOIN albums ON albums.id = album_items.album_id
            WHERE album_items.item_id IN {_IDS}
            ORDER BY lower(albums.name)
            """,
            {"ids": list(ids)},
        ).fetchall()
    )


def list_albums_of_item(db: Database, person_id: UUID, item_id: UUID) -> list[Album]:
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT albums.id, albums.name, albums.created_at, {_COUNT}
            FROM albums
            JOIN album_items ON album_items.album_id = albums.id
            WHERE albums.person_id = $person_id AND album_items.item_id = $item_id
            ORDER BY lower(albums.name)
            """,
            {"person_id": person_id, "item_id": item_id},
        ).fetchall()
    return [Album(*row) for row in rows]


def list_albums_without(db: Database, person_id: UUID, item_id: UUID) -> list[Album]:
    """Those it may be put into; what they hold is not counted."""
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT id, name, created_at
            FROM albums
            WHERE person_id = $person_id
                AND id NOT IN (SELECT album_id FROM album_items WHERE item_id = $item_id)
            ORDER BY lower(name), id
            """,
            {"person_id": person_id, "item_id": item_id},
        ).fetchall()
    return [Album(*row) for row in rows]


def list_tags(db: Database, person_id: UUID, limit: int = 200) -> list[Tag]:
    """The most used first, as the newest item has them written: ids grow with time."""
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT tag, max_by(shown, item_id), count(*)
            FROM item_tags
            WHERE person_id = $person_id AND item_id NOT IN {_DELETED}
            GROUP BY tag
            ORDER BY count(*) DESC, tag
            LIMIT $limit
            """,
            {"person_id": person_id, "limit": limit},
        ).fetchall()
    return [Tag(*row) for row in rows]


def list_tags_of_item(db: Database, person_id: UUID, item_id: UUID) -> list[Tag]:
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT
                tag,
                shown,
                (SELECT count(*) FROM item_tags AS others WHERE person_id = $person_id AND others.tag = item_tags.tag
                    AND item_id NOT IN {_DELETED})
            FROM item_tags
            WHERE person_id = $person_id AND item_id = $item_id
            ORDER BY tag
            """,
            {"person_id": person_id, "item_id": item_id},
        ).fetchall()
    return [Tag(*row) for row in rows]


def add_tag(cursor: Cursor, person_id: UUID, ids: Sequence[UUID], tag: Tag) -> list[UUID]:
    """Give the items a tag; the ids of those that did not have it."""
    new = cursor.execute(
        """
        INSERT INTO item_tags (item_id, person_id, tag, shown)
        SELECT unnest($ids::UUID[]), $person_id, $tag, $shown
        ON CONFLICT (item_id, tag) DO NOTHING
        RETURNING item_id
        """,
        {"ids": list(ids), "person_id": person_id, "tag": tag.tag, "shown": tag.shown},
    ).fetchall()
    return [row[0] for row in new]


def remove_tag(cursor: Cursor, person_id: UUID, ids: Sequence[UUID], tag: str) -> None:
    cursor.execute(
        f"DELETE FROM item_tags WHERE person_id = $person_id AND tag = $tag AND item_id IN {_IDS}",
        {"person_id": person_id, "tag": tag, "ids": list(ids)},
    )


def list_tag_names(cursor: Cursor, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The tags of each of these items, as they are shown."""
    return _grouped(
        cursor.execute(
            f"SELECT item_id, shown FROM item_tags WHERE item_id IN {_IDS} ORDER BY tag", {"ids": list(ids)}
        ).fetchall()
    )


def _grouped(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for item_id, name in rows:
        found.setdefault(item_id, []).append(name)
    return found
