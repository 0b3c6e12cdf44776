"""How the bad manners are done: to the pictures, to the bytes of an answer, to its usage, in place of it."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from studio.sandbox import errors
from studio.sandbox.chunks import event
from studio.sandbox.images.manner import Usage
from studio.sandbox.images.piece import Piece
from studio.sandbox.steps import Drop, Later, Reply, Step, json_reply

HTML = (
    b"<!doctype html><html><head><title>Sign in to the network</title></head>"
    b'<body><script>alert("picture")</script><h1>Please sign in</h1></body></html>'
)
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" onload="alert(1)">'
    b'<script>alert(2)</script><rect width="64" height="64" fill="#c33"/></svg>'
)
REFUSAL_WORDS = "I am sorry, but I cannot make a picture of that. Shall we try something else?"

Pictures = Callable[[list[Piece]], list[Piece]]


def each(change: Callable[[Piece], Piece]) -> Pictures:
    return lambda pictures: [change(piece) for piece in pictures]


def said(media_type: str | None) -> Pictures:
    return each(lambda piece: replace(piece, media_type=media_type))


def instead(data: bytes, media_type: str) -> Pictures:
    return each(lambda piece: Piece(data, media_type))


def linked(address: str) -> Pictures:
    return each(lambda piece: replace(piece, address=address, is_link=True))


def padded(size: int) -> Pictures:
    """
    A valid PNG of a size: the surplus stands in a private chunk before the end, which decoders skip.

    Random bytes would take seconds to draw; zeros are as long.
    """

    def pad(piece: Piece) -> Piece:
        body, end = piece.data[:-12], piece.data[-12:]
        filler = b"spAr" + bytes(max(0, size - len(piece.data)))
        chunk = (len(filler) - 4).to_bytes(4) + filler + zlib.crc32(filler).to_bytes(4)
        return replace(piece, data=body + chunk + end)

    return each(pad)


def gigantic(pieces: list[Piece]) -> list[Piece]:
    """A decompression bomb: a few kilobytes that say 30,000 x 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return [Piece(bomb, "image/png") for _ in pieces]


def fewer(pictures: list[Piece]) -> list[Piece]:
    return pictures[: max(1, len(pictures) // 2)]


def more(pictures: list[Piece]) -> list[Piece]:
    return [*pictures, *pictures]


def one_broken(pictures: list[Piece]) -> list[Piece]:
    """The first as it should be, the others cut off."""
    return [pictures[0], *map(truncated, pictures[1:])]


def truncated(piece: Piece) -> Piece:
    return replace(piece, data=piece.data[: len(piece.data) // 3])


def misspelt(piece: Piece) -> Piece:
    text = base64.b64encode(piece.data).decode()
    return replace(piece, spelling=f"{text[:40]}***not*base64***{text[40:200]}")


def newlines(piece: Piece) -> Piece:
    return replace(piece, spelling=base64.encodebytes(piece.data).decode())


def data_url(piece: Piece) -> Piece:
    return replace(piece, spelling=f"data:{piece.media_type};base64,{base64.b64encode(piece.data).decode()}")


def expired(piece: Piece) -> Piece:
    return replace(piece, is_link=True, lives_seconds=-1.0)


def link(piece: Piece) -> Piece:
    return replace(piece, is_link=True)


def link_to_html(piece: Piece) -> Piece:
    return Piece(HTML, "text/html", is_link=True)


def cut(how: Drop) -> Callable[[Iterable[Step]], Iterator[Step]]:
    """Half of the largest thing goes out, then the line is dead."""

    def wire(script: Iterable[Step]) -> Iterator[Step]:
        for step in script:
            if isinstance(step, Later):
                yield Later(lambda make=step.make: (body := make())[: len(body) // 2])  # type: ignore[misc]
                yield how
            yield step

    return wire


def nothing(script: Iterable[Step]) -> Iterator[Step]:
    """Headers, the usual time, and not one byte."""
    yield from (step for step in script if isinstance(step, float))
    yield Drop.CLOSE


def ends_early(script: Iterable[Step]) -> Iterator[Step]:
    """A stream that ends, properly, before the picture; as JSON, a body of half an object."""
    made = 0
    for step in script:
        made += isinstance(step, Later)
        if made > 1:
            return
        if isinstance(step, Later):
            yield Later(lambda make=step.make: make()[:200])  # type: ignore[misc]
        else:
            yield step


def blank_lines(script: Iterable[Step]) -> Iterator[Step]:
    yield from (b"\n", b"\n          ")
    yield from script


def without_cost(usage: Usage) -> Usage:
    return {key: value for key, value in usage.items() if key not in ("cost", "cost_details")}


def costs(cost: float | None) -> Callable[[Usage], Usage]:
    return lambda usage: {**usage, "cost": cost, "cost_details": {"upstream_inference_cost": cost}}


def error(status: int, message: str, **metadata: object) -> Callable[[str, str], Reply]:
    return lambda model, prompt: errors.error_reply(status, message, metadata)


def refused(status: int) -> Callable[[str, str], Reply]:
    return lambda model, prompt: errors.documented(status, at=0.2)


def no_picture(model: str, prompt: str) -> Reply:
    """What is left when a text model stands behind an image endpoint: words, and an empty list."""
    return json_reply({"created": 0, "data": [], "message": REFUSAL_WORDS}, at=0.3)


def error_in_200(model: str, prompt: str) -> Reply:
    return json_reply({"error": {"code": 502, "message": "Provider returned error"}}, at=0.2)


BROKEN_STREAM = event(
    {
        "type": "error",
        "error": {
            "message": "Upstream went away",
            "code": "server_error",
            "param": None,
            "type": "server_error",
        },
    }
)


def breaks(script: Iterable[Step]) -> Iterator[Step]:
    """In a stream, an error after the first partial; as JSON, a body with an error."""
    for step in script:
        yield step
        if isinstance(step, Later):
            yield BROKEN_STREAM
            return


def html_page(body: bytes) -> bytes:
    return HTML
