"""WebP: RIFF chunks; XMP is the last of them, and needs the extended header that says so."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from studio.assets.containers import PARTS_LIMIT, Malformed, Piece, Span, exactly, metadata
from studio.assets.recipe import Recipe
from studio.assets.xmp import recipe_in, xmp_of

SIGNATURE = b"RIFF"
HEADER_BYTES = 12

_HAS_ALPHA, _HAS_XMP = 0x10, 0x04


def pieces(file: BinaryIO, end: int, recipe: Recipe) -> Iterator[Piece]:
    """The file with XMP; a simple one becomes an extended one, of the same pixels."""
    chunks = list(_chunks(file, end))
    if not chunks:
        raise Malformed
    first_kind, first, _ = chunks[0]
    extended = _extended_header(file, first_kind, first)
    kept = [whole for kind, whole, _ in chunks if kind not in (b"VP8X", b"XMP ")]
    packet = xmp_of(recipe)
    last = b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
    size = 4 + len(extended) + sum(map(len, kept)) + len(last)
    yield b"RIFF" + struct.pack("<I", size) + b"WEBP" + extended
    yield from kept
    yield last


def find(file: BinaryIO, end: int) -> Recipe | None:
    for kind, _, data in _chunks(file, end):
        if kind == b"XMP ":
            return recipe_in(metadata(file, data))
    return None


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, Span, Span]]:
    """Type, whole chunk with its padding, and its data."""
    file.seek(0)
    riff, size, name = struct.unpack("<4sI4s", exactly(file, HEADER_BYTES))
    if riff != b"RIFF" or name != b"WEBP" or size + 8 > end:
        raise Malformed
    at, end = HEADER_BYTES, size + 8
    for _ in range(PARTS_LIMIT):
        if at + 8 > end:
            return
        file.seek(at)
        kind, length = struct.unpack("<4sI", exactly(file, 8))
        whole = Span(at, at + 8 + length + length % 2)
        if whole.end > end:
            raise Malformed
        yield kind, whole, Span(at + 8, at + 8 + length)
        at = whole.end
    raise Malformed


def _extended_header(file: BinaryIO, kind: bytes, whole: Span) -> bytes:
    """The VP8X chunk: the one that is there with XMP announced, or a new one from the header of the pixels."""
    file.seek(whole.start + 8)
    if kind == b"VP8X":
        body = bytearray(exactly(file, 10))
        body[0] |= _HAS_XMP
        return b"VP8X" + struct.pack("<I", 10) + bytes(body)
    flags, width, height = _HAS_XMP, 0, 0
    if kind == b"VP8L":
        mark, bits = struct.unpack("<BI", exactly(file, 5))
        if mark != 0x2F:
            raise Malformed
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _HAS_ALPHA if bits >> 28 & 1 else 0
    elif kind == b"VP8 ":
        frame = exactly(file, 10)
        if frame[3:6] != b"\x9d\x01\x2a":
            raise Malformed
        width, height = (value & 0x3FFF for value in struct.unpack("<HH", frame[6:]))
    else:
        raise Malformed
    if not (width and height):
        raise Malformed
    size = int(width - 1).to_bytes(3, "little") + int(height - 1).to_bytes(3, "little")
    return b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + size
