"""The noun: an item is what the gallery shows of a text, a picture or a video."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from studio.moments import iso

UNDO_DAYS = 30
_TICKS_PER_MILLISECOND = 4096


class Kind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"


class Origin(StrEnum):
    MADE = "made"
    UPLOADED = "uploaded"


class Place(IntEnum):
    """Where a word stands, and how much it counts there: what a person named counts most."""

    TEXT = 1
    MODEL = 2
    PROMPT = 4
    NAME = 6  # of a file
    ALBUM = 7
    TITLE = 8  # of the conversation
    TAG = 10


@dataclass(frozen=True, slots=True)
class Item:
    """`id` is that of the asset, or of the generation of a text; its order is that of time."""

    id: UUID
    person_id: UUID
    kind: str
    origin: str
    model: str
    title: str
    excerpt: str
    made_at: datetime
    generation_id: UUID | None = None
    asset_id: UUID | None = None
    conversation_id: UUID | None = None
    is_starred: bool = False
    deleted_at: datetime | None = None

    @property
    def number(self) -> int:
        return number_of(self.id)

    @property
    def url(self) -> str:
        return f"/gallery/{self.id}"

    def as_json(self) -> dict[str, Any]:
        """What a list of items holds of each; an unknown value is null."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "origin": self.origin,
            "model": self.model or None,
            "title": self.title,
            "excerpt": self.excerpt,
            "starred": self.is_starred,
            "generation_id": None if self.generation_id is None else str(self.generation_id),
            "asset_id": None if self.asset_id is None else str(self.asset_id),
            "conversation_id": None if self.conversation_id is None else str(self.conversation_id),
            "made_at": iso(self.made_at),
            "deleted_at": iso(self.deleted_at),
        }


@dataclass(frozen=True, slots=True)
class ItemTexts:
    """The words an item is found by, as they were written."""

    prompt: str = ""
    text: str = ""
    title: str = ""
    name: str = ""

    def by_place(self, model: str) -> dict[Place, str]:
        return {
            Place.PROMPT: self.prompt,
            Place.TEXT: self.text,
            Place.TITLE: self.title,
            Place.NAME: self.name,
            Place.MODEL: model,
        }


def number_of(item_id: UUID) -> int:
    """
    The 60 bits of time in an id of ours (ids.new_id): milliseconds and 1/4096 of them.

    One process makes all ids and never the same time twice, so it stands for the id wherever an order or a narrow key
    is wanted.
    """
    return ((item_id.int >> 80) << 12) | ((item_id.int >> 64) & 0xFFF)


def number_at(moment: datetime) -> int:
    """The number that an item made at this moment would have."""
    milliseconds = moment.replace(tzinfo=UTC).timestamp() * 1000
    return int(milliseconds * _TICKS_PER_MILLISECOND)


def made_around(item_id: UUID) -> datetime:
    """The moment in an id of ours, in UTC."""
    return datetime.fromtimestamp(number_of(item_id) // _TICKS_PER_MILLISECOND / 1000, UTC).replace(
        tzinfo=None
    )


def person_key(person_id: UUID) -> int:
    """
    31 random bits of a person's id. Two people may share them: what belongs to whom is decided by the whole id.
    """
    return person_id.int & 0x7FFF_FFFF
