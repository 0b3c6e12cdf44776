"""
WebM: EBML, elements in one segment. The recipe is a tag of the segment, behind all that is there.

Nothing moves, since places in a segment are counted from its beginning. A segment whose length is told has its length
told anew, in as many bytes; one without a length goes to the end of the file anyway.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from studio.assets.containers import Malformed, Piece, Span, exactly, metadata
from studio.assets.recipe import Recipe
from studio.assets.xmp import recipe_in, xmp_of

SIGNATURE = b"\x1a\x45\xdf\xa3"
NAME = b"XMP"  # of our tag: as in the other containers it holds the whole packet

_SEGMENT, _CLUSTER, _VOID, _TAGS = 0x18538067, 0x1F43B675, 0xEC, 0x1254C367
_TAG, _TARGETS, _SIMPLE = 0x7373, 0x63C0, 0x67C8
_TAG_NAME, _TAG_TEXT = 0x45A3, 0x4487
# What stands in a cluster, and so ends at what does not where the cluster has no length.
_IN_CLUSTER = frozenset({0xE7, 0x5854, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, _VOID, 0xBF})
_WIDEST = 8
# Blocks are walked one by one where a cluster has no length: an hour of film with sound has 300,000.
_ELEMENTS_LIMIT = 400_000


@dataclass(frozen=True, slots=True)
class Element:
    """`body.end` is the end of what is around it where its own length is not told."""

    id: int
    start: int
    length_at: int
    body: Span
    is_open: bool


@dataclass(slots=True)
class _Walk:
    """A file, and how many elements of it may still be looked at: however they are nested, it is a bounded time."""

    file: BinaryIO
    left: int = _ELEMENTS_LIMIT


def pieces(file: BinaryIO, end: int, recipe: Recipe) -> Iterator[Piece]:
    """The file with the recipe as its last tag; a tag of ours that is there becomes free space."""
    walk = _Walk(file)
    segment = _segment(walk, end)
    ours = [each for each in _children(walk, segment) if each.id == _TAGS and _packet(walk, each) is not None]
    tag = _tags(xmp_of(recipe))
    at = segment.length_at
    yield Span(0, at)
    if not segment.is_open:
        yield _length(len(segment.body) + len(tag), segment.body.start - segment.length_at)
        at = segment.body.start
    for old in ours:
        yield Span(at, old.start)
        yield _void(old.body.end - old.start)
        at = old.body.end
    yield Span(at, segment.body.end)
    yield tag


def find(file: BinaryIO, end: int) -> Recipe | None:
    walk = _Walk(file)
    for each in _children(walk, _segment(walk, end)):
        if each.id == _TAGS and (packet := _packet(walk, each)) is not None:
            found = recipe_in(packet)
            if found is not None:
                return found
    return None


def _segment(walk: _Walk, end: int) -> Element:
    """The one segment; raises Malformed where there is something behind it, which our tag would not belong to."""
    head = _element(walk, 0, end)
    segment = _element(walk, head.body.end, end)
    if head.id != int.from_bytes(SIGNATURE, "big") or segment.id != _SEGMENT or segment.body.end != end:
        raise Malformed
    return segment


def _children(walk: _Walk, parent: Element) -> Iterator[Element]:
    at = parent.body.start
    while at < parent.body.end:
        child = _element(walk, at, parent.body.end)
        if child.is_open:
            if child.id != _CLUSTER:
                raise Malformed
            at = _end_of_cluster(walk, child)
            continue
        yield child
        at = child.body.end


def _end_of_cluster(walk: _Walk, cluster: Element) -> int:
    at = cluster.body.start
    while at < cluster.body.end:
        block = _element(walk, at, cluster.body.end)
        if block.id not in _IN_CLUSTER:
            return at
        if block.is_open:
            raise Malformed
        at = block.body.end
    return at


def _element(walk: _Walk, at: int, end: int) -> Element:
    """Raises Malformed where it does not lie within `end`, or where too many were looked at."""
    walk.left -= 1
    if walk.left < 0:
        raise Malformed
    walk.file.seek(at)
    id_, id_width = _number(walk.file, 4, keeps_marker=True)
    length, length_width = _number(walk.file, _WIDEST, keeps_marker=False)
    start = at + id_width + length_width
    is_open = length == (1 << (7 * length_width)) - 1
    body = Span(start, end if is_open else start + length)
    if body.end > end:
        raise Malformed
    return Element(id_, at, at + id_width, body, is_open)


def _number(file: BinaryIO, widest: int, *, keeps_marker: bool) -> tuple[int, int]:
    """A number and how many bytes it takes; the highest bit that is set says so."""
    first = exactly(file, 1)[0]
    width = 9 - first.bit_length()
    if width > widest:
        raise Malformed
    value = first if keeps_marker else first & (0xFF >> width)
    return int.from_bytes(bytes([value]) + exactly(file, width - 1), "big"), width


def _packet(walk: _Walk, tags: Element) -> bytes | None:
    """What our tag among these holds."""
    simples = (
        simple
        for tag in _children(walk, tags)
        if tag.id == _TAG
        for simple in _children(walk, tag)
        if simple.id == _SIMPLE
    )
    for simple in simples:
        parts = {each.id: each.body for each in _children(walk, simple)}
        name, text = parts.get(_TAG_NAME), parts.get(_TAG_TEXT)
        if name and text and len(name) == len(NAME) and metadata(walk.file, name) == NAME:
            return metadata(walk.file, text)
    return None


def _tags(packet: bytes) -> bytes:
    simple = _written(_SIMPLE, _written(_TAG_NAME, NAME) + _written(_TAG_TEXT, packet))
    return _written(_TAGS, _written(_TAG, _written(_TARGETS, b"") + simple))


def _written(id_: int, body: bytes) -> bytes:
    return id_.to_bytes((id_.bit_length() + 7) // 8, "big") + _length(len(body), _WIDEST) + body


def _void(length: int) -> bytes:
    """An element of nothing, of so many bytes in all."""
    return b"\xec" + _length(length - 1 - _WIDEST, _WIDEST) + bytes(length - 1 - _WIDEST)


def _length(value: int, width: int) -> bytes:
    """Raises Malformed where it does not fit; all bits set would say that it is not told."""
    if not 0 <= value < (1 << (7 * width)) - 1:
        raise Malformed
    return ((1 << (7 * width)) | value).to_bytes(width, "big")
