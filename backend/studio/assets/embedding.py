"""
The recipe inside a picture or a video, put there and found again without decoding a pixel.

A file with a recipe is the same file with one piece more: `embedded` says which parts of the stored file come in
which order with what between them, so that megabytes are copied and never looked at.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from studio.assets import jpeg, mp4, png, webm, webp
from studio.assets.containers import Malformed, Piece, Span
from studio.assets.recipe import BYTES_LIMIT, Recipe, recipe_from

COPY_BYTES = 256 * 1024
EMBEDS = {
    "image/png": png.pieces,
    "image/jpeg": jpeg.pieces,
    "image/webp": webp.pieces,
    "video/mp4": mp4.pieces,
    "video/webm": webm.pieces,
}

_READERS = (
    (0, png.SIGNATURE, png.find),
    (0, jpeg.SIGNATURE, jpeg.find),
    (0, webp.SIGNATURE, webp.find),
    (4, mp4.SIGNATURE, mp4.find),
    (0, webm.SIGNATURE, webm.find),
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A file told as bytes of ours and spans of another file, in order."""

    pieces: tuple[Piece, ...]

    @property
    def length(self) -> int:
        return sum(len(piece) for piece in self.pieces)

    def blocks(self, open_file: Callable[[], BinaryIO]) -> Iterator[bytes]:
        """The bytes; the file is opened when the first are asked for, and closed behind the last."""
        with open_file() as file:
            for piece in self.pieces:
                if isinstance(piece, bytes):
                    yield piece
                    continue
                yield from _span(file, piece)


def embedded(file: BinaryIO, media_type: str, recipe: Recipe) -> Copy:
    """The file with its recipe; unchanged if it is of a kind, or so built, that it can hold none."""
    end = file.seek(0, 2)
    file.seek(0)
    try:
        return Copy(tuple(EMBEDS[media_type](file, end, recipe)))
    except (KeyError, Malformed):
        return Copy((Span(0, end),))


def read_recipe(file: BinaryIO) -> Recipe | None:
    """
    The recipe in a PNG, JPEG, WebP, MP4, WebM or JSON file, or None.

    Safe with what anybody sends: it reads headers and at most some megabytes of metadata, decodes no picture, unpacks
    nothing and parses no XML.
    """
    end = file.seek(0, 2)
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    for at, signature, find in _READERS:
        if head.startswith(signature, at):
            try:
                return find(file, end)
            except Malformed:
                return None
    return recipe_from(file.read(BYTES_LIMIT + 1)) if end <= BYTES_LIMIT else None


def _span(file: BinaryIO, span: Span) -> Iterator[bytes]:
    file.seek(span.start)
    left = len(span)
    while left:
        block = file.read(min(COPY_BYTES, left))
        if not block:
            raise EOFError("the stored file is shorter than it was")
        left -= len(block)
        yield block
