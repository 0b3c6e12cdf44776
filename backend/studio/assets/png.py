"""PNG: chunks of length, type, data and checksum; ours are two iTXt, directly behind the header."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from studio.assets.containers import PARTS_LIMIT, Malformed, Piece, Span, exactly, metadata
from studio.assets.recipe import Recipe, recipe_from
from studio.assets.xmp import recipe_in, xmp_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
OUR_KEYWORD = b"aycg"

_OURS = (XMP_KEYWORD + b"\0", OUR_KEYWORD + b"\0")
_KEYWORD_BYTES = 80


def pieces(file: BinaryIO, end: int, recipe: Recipe) -> Iterator[Piece]:
    """The file with XMP and recipe; XMP that was there before goes, since a file may have only one."""
    begun_at, is_open = 0, True
    for kind, whole, _ in _chunks(file, end):
        if kind == b"IHDR":
            yield Span(0, whole.end)
            yield _text_chunk(XMP_KEYWORD, xmp_of(recipe, with_recipe=False))
            yield _text_chunk(OUR_KEYWORD, recipe.as_bytes())
            begun_at, is_open = whole.end, False
        elif kind == b"iTXt" and _is_ours(file, whole):
            if whole.start > begun_at:
                yield Span(begun_at, whole.start)
            begun_at = whole.end
    if is_open:
        raise Malformed
    if end > begun_at:
        yield Span(begun_at, end)


def find(file: BinaryIO, end: int) -> Recipe | None:
    """From our chunk, else from XMP that another tool carried over from a JPEG or WebP."""
    for kind, whole, data in _chunks(file, end):
        if kind != b"iTXt":
            continue
        text = metadata(file, data) if _is_ours(file, whole) else b""
        keyword, _, rest = text.partition(b"\0")
        if rest[:1] != b"\0":  # compressed: we write none, and unpack none
            continue
        content = rest[2:].split(b"\0", 2)[-1]
        found = recipe_from(content) if keyword == OUR_KEYWORD else recipe_in(content)
        if found is not None:
            return found
    return None


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, Span, Span]]:
    """Type, whole chunk and its data, up to and with IEND. The file may be moved between two of them."""
    at = len(SIGNATURE)
    for _ in range(PARTS_LIMIT):
        file.seek(at)
        length, kind = struct.unpack(">I4s", exactly(file, 8))
        whole = Span(at, at + 12 + length)
        if whole.end > end:
            raise Malformed
        yield kind, whole, Span(at + 8, at + 8 + length)
        if kind == b"IEND":
            return
        at = whole.end
    raise Malformed


def _is_ours(file: BinaryIO, whole: Span) -> bool:
    file.seek(whole.start + 8)
    return file.read(_KEYWORD_BYTES).startswith(_OURS)


def _text_chunk(keyword: bytes, text: bytes) -> bytes:
    """An uncompressed iTXt without language."""
    body = b"iTXt" + keyword + b"\0\0\0\0\0" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
