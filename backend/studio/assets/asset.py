"""The noun: a file with its owner, what it is, and where it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from studio.assets.previews import SMALLEST, TILE_WIDTHS, WIDTHS, preview_size
from studio.moments import iso

NAME_LIMIT = 200
ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
_KNOWN_ENDINGS = {*ENDINGS.values(), "jpeg", "heic", "bmp", "tif", "tiff"}


class Origin(StrEnum):
    UPLOADED = "uploaded"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Asset:
    """`origin` is None for what was uploaded before that was told; `position` counts the outputs of a generation."""

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
    origin: str | None = None
    generation_id: UUID | None = None
    position: int | None = None
    duration_seconds: float | None = None
    deleted_at: datetime | None = None

    @property
    def url(self) -> str:
        return f"/media/{self.id}"

    @property
    def thumbnail_url(self) -> str:
        return f"{self.url}?w={SMALLEST}"

    @property
    def sources(self) -> str:
        """For `srcset`: each preview that is smaller than the next, with the width it really has."""
        return self._sources(WIDTHS)

    @property
    def tile_sources(self) -> str:
        """The same for a tile in a grid: only what takes few bytes."""
        return self._sources(TILE_WIDTHS)

    def _sources(self, widths: Sequence[int]) -> str:
        if not (self.width_px and self.height_px):
            return ""
        found: dict[int, str] = {}
        for width in widths:
            real, _ = preview_size(self.width_px, self.height_px, width)
            found.setdefault(real, f"{self.url}?w={width} {real}w")
        return ", ".join(found.values())

    @property
    def file_name(self) -> str:
        """The name to save it under: as it was told, but ending in what it really is."""
        stem, _, ending = self.name.rpartition(".")
        told = stem if stem and ending.lower() in _KNOWN_ENDINGS else self.name
        return f"{clean_stem(told) or 'picture'}.{ENDINGS.get(self.media_type, 'bin')}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "kind": self.kind,
            "media_type": self.media_type,
            "bytes": self.bytes,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "duration_seconds": self.duration_seconds,
            "name": self.name,
            "origin": self.origin or Origin.UPLOADED.value,
            "generation_id": None if self.generation_id is None else str(self.generation_id),
            "url": self.url,
            "thumbnail_url": self.thumbnail_url,
            "created_at": iso(self.created_at),
        }


def clean_stem(name: str) -> str:
    """The name without what a system would read as a path or as something hidden; may be empty."""
    return "".join("_" if character in '/\\:*?"<>|' else character for character in _visible(name)).strip(
        " ."
    )


def printable(name: str) -> str:
    """A file's name without controls, halves of characters and what turns the direction of reading; never empty."""
    return _visible(name) or "picture"


def _visible(name: str) -> str:
    return "".join(character for character in name if character.isprintable())[:NAME_LIMIT]
