"""JPEG: segments up to the pixels; XMP is one APP1, and a recipe too long for it goes into APP4 segments of ours."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from studio.assets.containers import METADATA_LIMIT, PARTS_LIMIT, Malformed, Piece, Span, exactly, metadata
from studio.assets.recipe import Recipe, recipe_from
from studio.assets.xmp import recipe_in, xmp_of

SIGNATURE = b"\xff\xd8\xff"
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
MORE_XMP_NAME = b"http://ns.adobe.com/xmp/extension/\0"
OUR_NAME = b"AYCG recipe\0"
SEGMENT_BYTES = 65_533

_APP0, _APP1, _APP4, _START_OF_SCAN, _END = 0xE0, 0xE1, 0xE4, 0xDA, 0xD9
_NAME_BYTES = 40


def pieces(file: BinaryIO, end: int, recipe: Recipe) -> Iterator[Piece]:
    """The file with XMP behind what must come first (JFIF, Exif); XMP that was there before goes."""
    begun_at, is_open = 0, True
    for marker, whole, name in _segments(file, end):
        stays_first = marker == _APP0 or (marker == _APP1 and name.startswith(b"Exif\0"))
        if is_open and not stays_first:
            yield Span(0, whole.start)
            yield from _ours(recipe)
            begun_at, is_open = whole.start, False
        if (marker == _APP1 and name.startswith((XMP_NAME, MORE_XMP_NAME))) or _is_ours(marker, name):
            if whole.start > begun_at:
                yield Span(begun_at, whole.start)
            begun_at = whole.end
    if is_open:
        raise Malformed
    yield Span(begun_at, end)


def find(file: BinaryIO, end: int) -> Recipe | None:
    """From XMP, else from our segments put together in their order."""
    parts: list[bytes] = []
    for marker, whole, name in _segments(file, end):
        if marker == _APP1 and name.startswith(XMP_NAME):
            found = recipe_in(metadata(file, Span(whole.start + 4 + len(XMP_NAME), whole.end)))
            if found is not None:
                return found
        elif _is_ours(marker, name):
            parts.append(metadata(file, Span(whole.start + 4 + len(OUR_NAME), whole.end)))
            if sum(map(len, parts)) > METADATA_LIMIT:
                raise Malformed
    return recipe_from(b"".join(parts)) if parts else None


def _ours(recipe: Recipe) -> Iterator[bytes]:
    packet = xmp_of(recipe)
    if len(XMP_NAME) + len(packet) <= SEGMENT_BYTES:
        yield _segment(_APP1, XMP_NAME + packet)
        return
    yield _segment(_APP1, XMP_NAME + xmp_of(recipe, with_recipe=False))
    whole, room = recipe.as_bytes(), SEGMENT_BYTES - len(OUR_NAME)
    for start in range(0, len(whole), room):
        yield _segment(_APP4, OUR_NAME + whole[start : start + room])


def _segments(file: BinaryIO, end: int) -> Iterator[tuple[int, Span, bytes]]:
    """Marker, whole segment and how its content begins, up to and with the one behind which the pixels begin."""
    at = 2
    for _ in range(PARTS_LIMIT):
        file.seek(at)
        if exactly(file, 1) != b"\xff":
            raise Malformed
        marker = exactly(file, 1)[0]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _END or marker in range(0xD0, 0xD9) or marker == 0x01:
            raise Malformed
        whole = Span(at, at + 2 + struct.unpack(">H", exactly(file, 2))[0])
        if whole.end > end or len(whole) < 4:
            raise Malformed
        yield marker, whole, file.read(min(_NAME_BYTES, len(whole) - 4))
        if marker == _START_OF_SCAN:
            return
        at = whole.end
    raise Malformed


def _is_ours(marker: int, name: bytes) -> bool:
    return marker == _APP4 and name.startswith(OUR_NAME)


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
