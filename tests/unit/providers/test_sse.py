"""The event parser against the standard, however the bytes are cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio.providers.sse import SseEvent, SseParser, SseTooLong


def by_the_book(body: bytes) -> list[SseEvent]:
    """The standard's algorithm, literally, on the whole body at once; a last event without its empty line counts."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    events: list[SseEvent] = []
    data: list[str] = []
    name = ""
    for line in [*text.split("\n"), ""]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append(SseEvent(name, "\n".join(data)))
            data, name = [], ""
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
    return events


def parse(pieces: list[bytes]) -> list[SseEvent]:
    parser = SseParser()
    return [event for piece in pieces for event in parser.feed(piece)] + parser.close()


def cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(p % (len(body) + 1) for p in places), len(body)]
    return [body[a:b] for a, b in itertools.pairwise(edges)]


FIELDS = [
    "data: {}",
    "data:x",
    "data",
    "data:  two",
    "data: héllo 🎬",
    "data: \u2028\x0b\x85",
    "event: ping",
    "event:e",
]
OTHERS = ["", "", "", ": comment", ":", "id: 7", "retry: 1", "datax: no", " data: no", "event"]
LINES = st.sampled_from(FIELDS + OTHERS)
BODIES = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n"])), max_size=30).map(
    lambda lines: "".join(line + end for line, end in lines).encode()
)


@given(
    body=st.one_of(BODIES, st.binary(max_size=200), BODIES.map(lambda b: b"\xef\xbb\xbf" + b)),
    places=st.lists(st.integers(0, 2000), max_size=40),
)
def test_cutting_anywhere_changes_nothing(body: bytes, places: list[int]) -> None:
    assert parse(cut(body, places)) == by_the_book(body)


@given(body=BODIES)
def test_one_byte_at_a_time_changes_nothing(body: bytes) -> None:
    assert parse([body[i : i + 1] for i in range(len(body))]) == by_the_book(body)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_an_event_comes_out_with_the_last_byte_of_its_empty_line(end: bytes) -> None:
    parser = SseParser()

    before = parser.feed(b"data: x" + end)
    after = parser.feed(end)

    assert before == []
    assert after == [SseEvent("", "x")]


def test_a_cut_inside_crlf_and_inside_a_character_is_no_cut() -> None:
    assert parse([b"data: \xf0\x9f", b"\x8e\xac\r", b"\n\r", b"\ndata: y\r\n\r\n"]) == [
        SseEvent("", "🎬"),
        SseEvent("", "y"),
    ]


def test_several_lines_of_data_are_joined() -> None:
    assert parse([b'data: {"a":\ndata: 1}\n\n']) == [SseEvent("", '{"a":\n1}')]


def test_an_event_of_ten_megabytes_in_one_line_is_read() -> None:
    body = b"data: " + b"A" * 10_000_000 + b"\n\n"

    events = parse([body[i : i + 65536] for i in range(0, len(body), 65536)])

    assert len(events[0].data) == 10_000_000


@pytest.mark.parametrize("line", [b"data: " + b"A" * 2000, b"data: AAAA\n" * 40, b": " + b"c" * 2000])
def test_what_is_longer_than_the_bound_is_refused(line: bytes) -> None:
    parser = SseParser(most_bytes=1000)

    with pytest.raises(SseTooLong):
        parser.feed(line)


def test_many_events_below_the_bound_are_not_one_long_one() -> None:
    parser = SseParser(most_bytes=1000)

    events = parser.feed(b"data: AAAA\n\n" * 500)

    assert len(events) == 500
