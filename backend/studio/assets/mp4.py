"""MP4: boxes. The recipe is XMP in a box of its own behind all others; an index at the end is moved to the front."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from studio.assets.containers import PARTS_LIMIT, Malformed, Piece, Span, exactly, metadata
from studio.assets.recipe import Recipe
from studio.assets.xmp import recipe_in, xmp_of

SIGNATURE = b"ftyp"  # at byte 4
INDEX_LIMIT = 64_000_000
XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # of Adobe's XMP specification, part 3

_PARENTS = (b"trak", b"mdia", b"minf", b"stbl")
_WIDTHS = {b"stco": (4, 2**32), b"co64": (8, 2**64)}


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    whole: Span
    body: Span
    is_to_the_end: bool = False  # its length is told as "all that follows"


def pieces(file: BinaryIO, end: int, recipe: Recipe) -> Iterator[Piece]:
    """
    The file with XMP behind it. No box moves, since the index tells where in the file each picture lies; XMP that is
    there already becomes free space.
    """
    boxes = list(_boxes(file, end))
    if not boxes or boxes[-1].is_to_the_end:
        raise Malformed
    at = 0
    for box in boxes:
        if _is_xmp(file, box):
            yield Span(at, box.whole.start + 4)
            yield b"free"
            at = box.whole.start + 8
    yield Span(at, end)
    packet = xmp_of(recipe)
    yield struct.pack(">I4s16s", 24 + len(packet), b"uuid", XMP_ID) + packet


def find(file: BinaryIO, end: int) -> Recipe | None:
    for box in _boxes(file, end):
        if _is_xmp(file, box):
            found = recipe_in(metadata(file, Span(box.body.start + 16, box.body.end)))
            if found is not None:
                return found
    return None


def check_whole(file: BinaryIO, end: int) -> None:
    """Raises Malformed where the last box promises more than came, or the index or the pictures are not there."""
    kinds = {box.kind for box in _boxes(file, end)}
    if b"moov" not in kinds or not kinds & {b"mdat", b"moof"}:
        raise Malformed


def index_in_front(file: BinaryIO, end: int) -> tuple[Piece, ...]:
    """
    The file with its index before its pictures, so that it plays while it loads; nothing is encoded anew.

    As it is where it is so already, and where it cannot be done without knowing more than boxes: in fragments, or
    beyond what its index can count. Raises Malformed.
    """
    boxes = list(_boxes(file, end))
    kinds = [box.kind for box in boxes]
    as_it_is = (Span(0, end),)
    if b"moof" in kinds or kinds.count(b"moov") != 1 or b"mdat" not in kinds or boxes[-1].is_to_the_end:
        return as_it_is
    index = boxes[kinds.index(b"moov")]
    front = boxes[0].whole.end if kinds[0] == b"ftyp" else 0
    if index.whole.start < boxes[kinds.index(b"mdat")].whole.start or len(index.whole) > INDEX_LIMIT:
        return as_it_is
    file.seek(index.whole.start)
    moov = bytearray(exactly(file, len(index.whole)))
    try:
        _shift(moov, len(index.whole) - len(index.body), len(moov), Span(front, index.whole.start))
    except (OverflowError, struct.error):
        return as_it_is
    return (
        Span(0, front),
        bytes(moov),
        Span(front, index.whole.start),
        Span(index.whole.end, end),
    )


def _shift(moov: bytearray, start: int, end: int, moved: Span, depth: int = 0) -> None:
    """Add the length of the index to each place in it that lies in what moves behind it."""
    at = start
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", moov, at)
        if length < 8 or at + length > end:
            raise Malformed
        if kind in _PARENTS and depth < len(_PARENTS):
            _shift(moov, at + 8, at + length, moved, depth + 1)
        elif kind in _WIDTHS:
            _shift_places(moov, at, length, kind, moved)
        at += length


def _shift_places(moov: bytearray, at: int, length: int, kind: bytes, moved: Span) -> None:
    width, limit = _WIDTHS[kind]
    count = struct.unpack_from(">I", moov, at + 12)[0]
    if 16 + count * width > length:
        raise Malformed
    form = f">{count}{'I' if width == 4 else 'Q'}"
    places = struct.unpack_from(form, moov, at + 16)
    shifted = [place + len(moov) if moved.start <= place < moved.end else place for place in places]
    if any(place >= limit for place in shifted):
        raise OverflowError
    struct.pack_into(form, moov, at + 16, *shifted)


def _boxes(file: BinaryIO, end: int) -> Iterator[Box]:
    """The boxes of the file; raises Malformed where they do not fill it exactly."""
    at = 0
    for _ in range(PARTS_LIMIT):
        if at == end:
            return
        file.seek(at)
        length, kind = struct.unpack(">I4s", exactly(file, 8))
        head, is_to_the_end = 8, length == 0
        if length == 1:
            head, length = 16, struct.unpack(">Q", exactly(file, 8))[0]
        if is_to_the_end:
            length = end - at
        if length < head or at + length > end or (at == 0 and kind != SIGNATURE):
            raise Malformed
        yield Box(kind, Span(at, at + length), Span(at + head, at + length), is_to_the_end)
        at += length
    raise Malformed


def _is_xmp(file: BinaryIO, box: Box) -> bool:
    if box.kind != b"uuid" or len(box.body) < 16 or len(box.whole) - len(box.body) != 8:
        return False
    file.seek(box.body.start)
    return exactly(file, 16) == XMP_ID
