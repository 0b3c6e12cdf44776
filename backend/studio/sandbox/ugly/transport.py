"""Items 1 to 4, 6 and 7: the same answer, badly carried."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from studio.sandbox.chunks import DONE, PROCESSING
from studio.sandbox.performers import Ask, Performer
from studio.sandbox.steps import SSE, Drop, Reply, Step
from studio.sandbox.ugly.behaviour import TEXT, Behaviour, Outcome, ordinary, streamed, whole
from studio.sandbox.wish import pieces

GAP_SECONDS = 0.02
LATE_HEADERS_SECONDS = 2.0
CLOSING_EVENTS = 3  # finish, usage, [DONE]
HALF_TEXT = "".join(pieces(TEXT)[:6])
LINE_SEPARATORS = "one\u2028two\u2029three\x85four"
BOM = b"\xef\xbb\xbf"


def _apart(parts: Iterable[bytes], *, gap_seconds: float = GAP_SECONDS) -> Iterator[Step]:
    """Each part in a write and, as far as the network agrees, a packet of its own."""
    for number, part in enumerate(parts):
        yield number * gap_seconds
        yield part


def _after(seconds: float, *, comment_every: float | None = None) -> Callable[[list[bytes]], Iterator[Step]]:
    def spoil(events: list[bytes]) -> Iterator[Step]:
        count = 0 if comment_every is None else int(seconds / comment_every)
        for number in range(count):
            yield number * (comment_every or 0.0)
            yield PROCESSING
        yield seconds
        yield from events

    return spoil


def _pause_in_the_middle(events: list[bytes]) -> Iterator[Step]:
    yield from events[:6]
    yield 10.0
    yield from events[6:]


def _steady(events: list[bytes]) -> Iterator[Step]:
    yield from _apart(events, gap_seconds=0.04)


def _split(events: list[bytes], places: Callable[[bytes], list[int]]) -> Iterator[Step]:
    """One body, cut at the given places."""
    body = b"".join(events)
    cuts = [0, *places(body), len(body)]
    yield from _apart(body[start:end] for start, end in pairwise(cuts))


def _inside_characters(body: bytes) -> list[int]:
    return [place for place in range(1, len(body)) if body[place] & 0xC0 == 0x80]


def _inside(mark: bytes, offset: int) -> Callable[[bytes], list[int]]:
    def places(body: bytes) -> list[int]:
        return [at + offset for at in range(len(body)) if body.startswith(mark, at)]

    return places


def _replaced(old: bytes, new: bytes) -> Callable[[list[bytes]], Iterator[Step]]:
    def spoil(events: list[bytes]) -> Iterator[Step]:
        yield from (event.replace(old, new) for event in events)

    return spoil


def _over_several_lines(events: list[bytes]) -> Iterator[Step]:
    for event in events[:-1]:
        pretty = json.dumps(json.loads(event.removeprefix(b"data: ")), indent=1, ensure_ascii=False)
        yield b"".join(b"data: " + line.encode() + b"\n" for line in pretty.split("\n")) + b"\n"
    yield DONE


def _with_other_fields(events: list[bytes]) -> Iterator[Step]:
    yield b"retry: 3000\n\n"
    for number, event in enumerate(events):
        yield b"event: message\nid: %d\nsurprise: yes\nlonely\n" % number + event


def _with_comments(events: list[bytes]) -> Iterator[Step]:
    for event in events:
        yield b": \n\n:\n" + event


def _then_gone(how: Drop, keep: slice, tail: bytes = b"") -> Callable[[list[bytes]], Iterator[Step]]:
    def spoil(events: list[bytes]) -> Iterator[Step]:
        yield from events[keep]
        yield tail
        yield how

    return spoil


def _mid_event(events: list[bytes]) -> Iterator[Step]:
    """Breaks off inside a character: after the first of the two bytes of `é`."""
    yield from events[:6]
    yield events[6].partition(b"\xa9")[0]
    yield Drop.CLOSE


def _data_after_done(events: list[bytes]) -> Iterator[Step]:
    yield from events
    yield events[0]
    yield b'data: {"error":{"code":500,"message":"too late to matter"}}\n\n'


def _json_instead(ask: Ask) -> Reply:
    return whole(ask)


def _json_after_blank_lines(ask: Ask) -> Reply:
    plain = whole(ask)

    def script() -> Iterator[Step]:
        for number in range(5):
            yield number * 0.1
            yield b"\n         "
        yield from (step for step in plain.script if isinstance(step, bytes))

    return Reply(200, script())


def _slow_headers(ask: Ask) -> Reply:
    if not ask.wish.is_stream:
        plain = whole(ask)
        return Reply(200, plain.script, plain.media_type, headers_after=LATE_HEADERS_SECONDS)
    return Reply(200, ordinary(ask), SSE, headers_after=LATE_HEADERS_SECONDS)


def _no_headers(how: Drop) -> Performer:
    return lambda ask: Reply(200, (), drop_first=how)


def _only_headers(ask: Ask) -> Reply:
    return Reply(200, (GAP_SECONDS, Drop.CLOSE), SSE if ask.wish.is_stream else "application/json")


TRANSPORT: dict[str, Behaviour] = {
    "slow-headers": Behaviour(1, "Even the headers come after two seconds", _slow_headers),
    "silence": Behaviour(1, "Headers at once, then five seconds of silence", streamed(_after(5.0))),
    "silence-30": Behaviour(1, "Headers at once, then thirty seconds of silence", streamed(_after(30.0))),
    "comments": Behaviour(
        1, "Five seconds of nothing but comments, two a second", streamed(_after(5.0, comment_every=0.5))
    ),
    "burst": Behaviour(2, "The whole stream in one write", streamed(lambda events: [b"".join(events)])),
    "steady": Behaviour(2, "An event every 40 ms", streamed(_steady)),
    "long-pause": Behaviour(2, "Ten seconds of silence in mid answer", streamed(_pause_in_the_middle)),
    "one-byte": Behaviour(
        3,
        "Every byte in a write of its own",
        streamed(lambda events: [bytes([byte]) for byte in b"".join(events)]),
    ),
    "cut-utf8": Behaviour(
        3, "Writes end inside UTF-8 characters", streamed(lambda events: _split(events, _inside_characters))
    ),
    "cut-data": Behaviour(
        3, "Writes end inside `data:`", streamed(lambda events: _split(events, _inside(b"data: ", 2)))
    ),
    "cut-crlf": Behaviour(
        3,
        "Writes end between CR and LF",
        streamed(lambda events: _split([e.replace(b"\n", b"\r\n") for e in events], _inside(b"\r\n", 1))),
    ),
    "several-in-one": Behaviour(
        3,
        "Several events in one write, and a write that ends in mid event",
        streamed(lambda events: _split(events, lambda body: [len(body) // 3, 2 * len(body) // 3])),
    ),
    "crlf": Behaviour(4, "Lines end with CR LF", streamed(_replaced(b"\n", b"\r\n"))),
    "cr": Behaviour(
        4, "Lines end with CR alone, which the SSE standard allows", streamed(_replaced(b"\n", b"\r"))
    ),
    "no-space": Behaviour(4, "`data:` without a space", streamed(_replaced(b"data: ", b"data:"))),
    "multi-line-data": Behaviour(4, "One JSON object over many `data:` lines", streamed(_over_several_lines)),
    "event-id-retry": Behaviour(
        4, "`event:`, `id:`, `retry:` and unknown fields", streamed(_with_other_fields)
    ),
    "empty-comment": Behaviour(4, "Empty comments between the events", streamed(_with_comments)),
    "bom": Behaviour(4, "A byte order mark before the first event", streamed(lambda events: [BOM, *events])),
    "line-separator": Behaviour(
        4,
        "U+2028, U+2029 and U+0085 inside the JSON, which are no line ends for SSE",
        streamed(list, LINE_SEPARATORS),
        text=LINE_SEPARATORS,
    ),
    "json-instead": Behaviour(6, "JSON although a stream was asked for", _json_instead),
    "json-after-blank-lines": Behaviour(6, "JSON with blank lines before it", _json_after_blank_lines),
    "drop-before-headers": Behaviour(
        7, "Hangs up before the headers", _no_headers(Drop.CLOSE), Outcome.REFUSED, text="", finish=None
    ),
    "reset-before-headers": Behaviour(
        7,
        "Resets the connection before the headers",
        _no_headers(Drop.RESET),
        Outcome.REFUSED,
        text="",
        finish=None,
    ),
    "drop-after-headers": Behaviour(
        7, "Hangs up after the headers", _only_headers, Outcome.CUT, text="", finish=None
    ),
    "drop-mid-event": Behaviour(
        7,
        "Hangs up in the middle of an event",
        streamed(_mid_event),
        Outcome.CUT,
        text=HALF_TEXT,
        finish=None,
    ),
    "reset-mid-answer": Behaviour(
        7,
        "Resets the connection between two events",
        streamed(lambda events: [*events[:6], GAP_SECONDS, Drop.RESET]),
        Outcome.CUT,
        text=HALF_TEXT,
        finish=None,
    ),
    "drop-after-finish": Behaviour(
        7,
        "Hangs up after the finish chunk: the text is whole, the usage is missing",
        streamed(_then_gone(Drop.CLOSE, slice(0, 1 - CLOSING_EVENTS))),
    ),
    "drop-after-usage": Behaviour(
        7, "Hangs up after the usage chunk, before [DONE]", streamed(_then_gone(Drop.CLOSE, slice(0, -1)))
    ),
    "end-without-done": Behaviour(7, "A clean end without [DONE]", streamed(lambda events: events[:-1])),
    "end-without-finish": Behaviour(
        7,
        "A clean end in mid answer, without finish reason and [DONE]",
        streamed(lambda events: events[:6]),
        Outcome.CUT,
        text=HALF_TEXT,
        finish=None,
    ),
    "data-after-done": Behaviour(7, "Further events after [DONE]", streamed(_data_after_done)),
}
