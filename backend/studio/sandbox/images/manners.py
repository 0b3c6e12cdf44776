"""
Everything a provider may do wrong with pictures, by name: `BAD["slow"]` behaves as the model `sandbox/image-slow`.

`item` is the number in the protocol reference's list of what a fake upstream must emulate. Each answers on every
endpoint for pictures, and in a chat that asks for them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from studio.sandbox.catalogue import Model
from studio.sandbox.chunks import event
from studio.sandbox.errors import documented, error_reply, moderated, rate_limited
from studio.sandbox.images.manner import Manners, Piece, Usage
from studio.sandbox.images.models import ANY_QUALITY, FREE, YES, ImageModel, Parameters, between, choice_of
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
BALANCE = "This request requires at least $1.00 in balance for image or video output"
PRIVATE = "http://169.254.169.254/latest/meta-data/picture.png"
LOOPBACK = "http://127.0.0.1:9/picture.png"
FOREIGN = "https://pictures.example/picture.png"
FILE = "file:///etc/passwd"
SLOW_SECONDS, SLOWEST_SECONDS = 10.0, 600.0
HUGE_BYTES, HUGER_BYTES = 15 * 1024 * 1024, 45 * 1024 * 1024  # 20 MB and 60 MB of base64

Pictures = Callable[[list[Piece]], list[Piece]]


def _each(change: Callable[[Piece], Piece]) -> Pictures:
    return lambda pictures: [change(piece) for piece in pictures]


def _said(media_type: str | None) -> Pictures:
    return _each(lambda piece: replace(piece, media_type=media_type))


def _instead(data: bytes, media_type: str) -> Pictures:
    return _each(lambda piece: Piece(data, media_type))


def _linked(address: str) -> Pictures:
    return _each(lambda piece: replace(piece, address=address, is_link=True))


def _padded(size: int) -> Pictures:
    """
    A valid PNG of a size: the surplus stands in a private chunk before the end, which decoders skip.

    Random bytes would take seconds to draw; zeros are as long.
    """
    import zlib

    def pad(piece: Piece) -> Piece:
        body, end = piece.data[:-12], piece.data[-12:]
        filler = b"spAr" + bytes(max(0, size - len(piece.data)))
        chunk = (len(filler) - 4).to_bytes(4) + filler + zlib.crc32(filler).to_bytes(4)
        return replace(piece, data=body + chunk + end)

    return _each(pad)


def _gigantic(pieces: list[Piece]) -> list[Piece]:
    """A decompression bomb: a few kilobytes that say 30,000 x 30,000 pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return [Piece(bomb, "image/png") for _ in pieces]


def _fewer(pictures: list[Piece]) -> list[Piece]:
    return pictures[: max(1, len(pictures) // 2)]


def _more(pictures: list[Piece]) -> list[Piece]:
    return [*pictures, *pictures]


def _one_broken(pictures: list[Piece]) -> list[Piece]:
    """The first as it should be, the others cut off."""
    return [pictures[0], *map(_truncated, pictures[1:])]


def _truncated(piece: Piece) -> Piece:
    return replace(piece, data=piece.data[: len(piece.data) // 3])


def _misspelt(piece: Piece) -> Piece:
    text = base64.b64encode(piece.data).decode()
    return replace(piece, spelling=f"{text[:40]}***not*base64***{text[40:200]}")


def _newlines(piece: Piece) -> Piece:
    return replace(piece, spelling=base64.encodebytes(piece.data).decode())


def _data_url(piece: Piece) -> Piece:
    return replace(piece, spelling=f"data:{piece.media_type};base64,{base64.b64encode(piece.data).decode()}")


def _expired(piece: Piece) -> Piece:
    return replace(piece, is_link=True, lives_seconds=-1.0)


def _link(piece: Piece) -> Piece:
    return replace(piece, is_link=True)


def _link_to_html(piece: Piece) -> Piece:
    return Piece(HTML, "text/html", is_link=True)


def _cut(how: Drop) -> Callable[[Iterable[Step]], Iterator[Step]]:
    """Half of the largest thing goes out, then the line is dead."""

    def wire(script: Iterable[Step]) -> Iterator[Step]:
        for step in script:
            if isinstance(step, Later):
                yield Later(lambda make=step.make: (body := make())[: len(body) // 2])  # type: ignore[misc]
                yield how
            yield step

    return wire


def _nothing(script: Iterable[Step]) -> Iterator[Step]:
    """Headers, the usual time, and not one byte."""
    yield from (step for step in script if isinstance(step, float))
    yield Drop.CLOSE


def _ends_early(script: Iterable[Step]) -> Iterator[Step]:
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


def _blank_lines(script: Iterable[Step]) -> Iterator[Step]:
    yield from (b"\n", b"\n          ")
    yield from script


def _without_cost(usage: Usage) -> Usage:
    return {key: value for key, value in usage.items() if key not in ("cost", "cost_details")}


def _costs(cost: float | None) -> Callable[[Usage], Usage]:
    return lambda usage: {**usage, "cost": cost, "cost_details": {"upstream_inference_cost": cost}}


def _error(status: int, message: str, **metadata: object) -> Callable[[str, str], Reply]:
    return lambda model, prompt: error_reply(status, message, metadata)


def _documented(status: int) -> Callable[[str, str], Reply]:
    return lambda model, prompt: documented(status, at=0.2)


def _no_picture(model: str, prompt: str) -> Reply:
    """What is left when a text model stands behind an image endpoint: words, and an empty list."""
    return json_reply({"created": 0, "data": [], "message": REFUSAL_WORDS}, at=0.3)


def _error_in_200(model: str, prompt: str) -> Reply:
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


def _breaks(script: Iterable[Step]) -> Iterator[Step]:
    """In a stream, an error after the first partial; as JSON, a body with an error."""
    for step in script:
        yield step
        if isinstance(step, Later):
            yield BROKEN_STREAM
            return


def _html_page(body: bytes) -> bytes:
    return HTML


BAD: dict[str, Manners] = {
    # 23: the shape of the answer
    "few": Manners(23, "Half as many pictures as asked for", pictures=_fewer),
    "more": Manners(23, "Twice as many pictures as asked for", pictures=_more),
    "none": Manners(23, "An empty list and a sentence, HTTP 200", refuse=_no_picture, words=REFUSAL_WORDS),
    "svg": Manners(23, "SVG with a script in it", pictures=_instead(SVG, "image/svg+xml")),
    "svg-as-png": Manners(23, "SVG that is called PNG", pictures=_instead(SVG, "image/png")),
    "wrong-type": Manners(23, "PNG that is called JPEG", pictures=_said("image/jpeg")),
    "odd-type": Manners(23, "A picture that is called a program", pictures=_said("application/x-msdownload")),
    "no-type": Manners(23, "No media_type", pictures=_said(None)),
    "no-usage": Manners(23, "No usage", usage=lambda usage: None),
    "no-cost": Manners(23, "Usage without a cost", usage=_without_cost),
    "cost-null": Manners(23, "The cost is null", usage=_costs(None)),
    "cost-dear": Manners(23, "The cost is a hundred times the price list's", usage=_costs(4.0)),
    # 24: the bytes
    "huge": Manners(24, "A valid picture of 20 MB in base64", pictures=_padded(HUGE_BYTES)),
    "huger": Manners(24, "A valid picture of 60 MB in base64", pictures=_padded(HUGER_BYTES)),
    "huge-junk": Manners(24, "20 MB of base64 that is no picture", pictures=_instead(bytes(HUGE_BYTES), "image/png")),
    "bomb": Manners(24, "A small PNG of 30,000 x 30,000 pixels", pictures=_gigantic),
    "broken": Manners(24, "A picture that ends after a third", pictures=_each(_truncated)),
    "one-broken": Manners(24, "One good picture, the others cut off", pictures=_one_broken),
    "html": Manners(24, "HTML in place of the picture's bytes", pictures=_instead(HTML, "image/png")),
    "html-page": Manners(24, "A page of a captive portal, HTTP 200", body=_html_page, media_type="text/html"),
    "text": Manners(24, "Plain words in place of the picture's bytes", pictures=_instead(b"not a picture", "image/png")),
    "empty": Manners(24, "A picture of no bytes", pictures=_instead(b"", "image/png")),
    "bad-base64": Manners(24, "Base64 with characters that are none", pictures=_each(_misspelt)),
    "base64-lines": Manners(24, "Base64 in lines of 76, which is fine", pictures=_each(_newlines)),
    "data-url": Manners(24, "A data URL where base64 belongs", pictures=_each(_data_url)),
    # 25: the stream
    "stream-error": Manners(25, "An error event after the first partial picture", wire=_breaks),
    "stream-ends": Manners(25, "A stream that ends before the picture", wire=_ends_early),
    "cuts-off": Manners(25, "Hangs up in the middle of the picture", wire=_cut(Drop.CLOSE)),
    "resets": Manners(25, "Resets the connection in the middle of the picture", wire=_cut(Drop.RESET)),
    "silent": Manners(25, "Headers and then nothing", wire=_nothing),
    "blank-lines": Manners(25, "Blank lines before the answer", wire=_blank_lines),
    "slow": Manners(25, "Takes ten seconds", seconds=SLOW_SECONDS),
    "slowest": Manners(25, "Takes ten minutes", seconds=SLOWEST_SECONDS),
    # 26: a chat
    "words-only": Manners(26, "A refusal in words, no picture", refuse=None, words=REFUSAL_WORDS, pictures=lambda _: []),
    "bare": Manners(26, "Neither type nor index in a chat", is_bare_in_chat=True),
    "several": Manners(26, "Three pictures at once", pictures=lambda pictures: (pictures * 3)[:3]),
    # 27: links
    "link": Manners(27, "A link that works for an hour", pictures=_each(_link)),
    "expired-link": Manners(27, "A link that has expired", pictures=_each(_expired)),
    "html-link": Manners(27, "A link to a page of HTML", pictures=_each(_link_to_html)),
    "private-link": Manners(27, "A link to the metadata server of a cloud", pictures=_linked(PRIVATE)),
    "loopback-link": Manners(27, "A link to this machine", pictures=_linked(LOOPBACK)),
    "foreign-link": Manners(27, "A link to another host, which does not exist", pictures=_linked(FOREIGN)),
    "file-link": Manners(27, "A link to a file", pictures=_linked(FILE)),
    # 16 to 19, as far as they concern pictures
    "refuses": Manners(18, "A moderator flags every prompt", refuse=moderated),
    "policy": Manners(16, "The content policy, as a 400", refuse=_error(400, "Your request was rejected by the safety system.", error_type="content_policy_violation")),
    "no-balance": Manners(18, "402: a dollar of balance is needed", refuse=_error(402, BALANCE, limit_source="openrouter_key_limit")),
    "rate-limited": Manners(17, "429, Retry-After: 2", refuse=lambda model, prompt: rate_limited(model, "2")),
    "unavailable": Manners(16, "502", refuse=_documented(502)),
    "overloaded": Manners(16, "503", refuse=_documented(503)),
    "timeout": Manners(16, "524", refuse=_documented(524)),
    "error-200": Manners(19, "An error in a 200", refuse=_error_in_200),
}  # fmt: skip


def _model(
    name: str, parameters: Parameters, rates: dict[tuple[str, str], str] | None, summary: str
) -> ImageModel:
    listing = Model(
        id=f"sandbox/image-{name}",
        name=f"Sandbox: Ugly, image {name}",
        description=f"{summary}.",
        created=1_780_100_000,
        pricing=FREE,
        inputs=("text", "image"),
        outputs=("image",),
        parameters=(),
    )
    return ImageModel(listing, parameters, rates, streams=True, seconds=0.5)


USUAL: Parameters = {
    "aspect_ratio": choice_of("1:1", "16:9"),
    "size": choice_of("64x64", "256x256", "1024x1024"),
    "n": between(1, 4),
    "input_references": between(0, 4),
    "seed": YES,
}
RATE = {("1K", ANY_QUALITY): "0.04"}

# Item 21: entries that are odd in what they list.
ODD: tuple[ImageModel, ...] = (
    _model("plain", {}, RATE, "Lists no parameter at all"),
    _model("one", {"n": between(1, 1), "aspect_ratio": choice_of("1:1")}, RATE, "One picture, one shape"),
    _model("unpriced", USUAL, None, "Does not say what it costs"),
    _model(
        "strange",
        {
            "aspect_ratio": choice_of("1:1", "16:9", "7:13", "auto"),
            "sparkle": {"type": "dial", "stops": 11},
            "seed": {"type": "boolean"},
        },
        RATE,
        "Unknown parameters, types and shapes",
    ),
)
BAD_MODELS: tuple[ImageModel, ...] = (
    *ODD,
    *(_model(name, USUAL, RATE, manners.summary) for name, manners in BAD.items()),
)
BAD_MANNERS: dict[str, Manners] = {f"sandbox/image-{name}": manners for name, manners in BAD.items()}
