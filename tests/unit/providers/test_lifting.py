"""Pictures out of an answer while it comes: whatever the cuts, the same pictures and the same document."""

import base64
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio.providers import lifting
from studio.providers.lifting import LIFTED_FROM, Lifted, Lifter, TooMuch

LONG = bytes(range(256)) * 80  # 20 KB
ENCODED = base64.b64encode(LONG).decode()


def through(lifter: Lifter, body: bytes, size: int) -> bytes:
    pieces = [lifter.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return b"".join(pieces) + lifter.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@given(json_values, st.integers(1, 40), st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_holds_no_picture_passes_unchanged(document: Any, size: int, is_ascii: bool) -> None:
    body = json.dumps(document, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")

    assert through(Lifter(), body, size) == body


@given(st.binary(max_size=200), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_nothing_at_all_is_lost_of_bytes_that_are_no_json(body: bytes, size: int) -> None:
    assert through(Lifter(), body, size) == body


@given(
    st.lists(st.binary(max_size=40).map(lambda tail: LONG + tail), min_size=1, max_size=3),
    st.integers(500, 70_000),
    st.sampled_from(["plain", "data", "slashes", "unicode", "lines", "unpadded", "url-safe"]),
)
@settings(max_examples=60, deadline=None)
def test_pictures_come_out_whole_wherever_the_body_was_cut(
    pictures: list[bytes], size: int, spelling: str
) -> None:
    body = b'{"a \\" quote":"\\\\","data":[%s]}' % b",".join(spelt(data, spelling) for data in pictures)
    lifter = Lifter()

    document = json.loads(through(lifter, body, size))

    assert document['a " quote'] == "\\"
    media_type = "image/webp" if spelling == "data" else None
    assert [lifter.take(mark) for mark in document["data"]] == [Lifted(data, media_type) for data in pictures]
    assert lifter.held_bytes == 0


def spelt(data: bytes, spelling: str) -> bytes:
    """A JSON string of the data, as one encoder or another writes it."""
    encoded = base64.b64encode(data)
    if spelling == "data":
        encoded = b"data:image/webp;base64," + encoded
    elif spelling == "slashes":
        encoded = encoded.replace(b"/", b"\\/")
    elif spelling == "unicode":
        encoded = encoded.replace(b"+", b"\\u002B").replace(b"=", b"\\u003d")
    elif spelling == "lines":
        encoded = b"\\r\\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
    elif spelling == "unpadded":
        encoded = encoded.rstrip(b"=")
    elif spelling == "url-safe":
        encoded = base64.urlsafe_b64encode(data)
    return b'"' + encoded + b'"'


@pytest.mark.parametrize(
    "spoilt", [ENCODED[:-100] + "!" + ENCODED[-99:], ENCODED + "====", ENCODED + "\\\\", "=" + ENCODED]
)
def test_base64_that_is_none_is_no_picture(spoilt: str) -> None:
    lifter = Lifter()

    document = json.loads(through(lifter, b'{"b64_json":"%s"}' % spoilt.encode(), 1000))

    assert lifter.take(document["b64_json"]) is None


def test_a_picture_that_the_end_cut_off_is_none() -> None:
    lifter = Lifter()

    seen = through(lifter, b'{"b64_json":"' + ENCODED.encode(), 1000)

    assert lifter.take(seen.partition(b'":"')[2].decode()) is None


def test_a_picture_is_handed_out_once_and_no_server_can_forge_a_mark() -> None:
    lifter, other = Lifter(), Lifter()
    document = json.loads(through(lifter, b'["%s"]' % ENCODED.encode(), 1000))

    assert other.take(document[0]) is None
    assert lifter.take(document[0]) == Lifted(LONG, None)
    assert lifter.take(document[0]) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AAEC", Lifted(b"\0\1\2", None)),
        ("AAECAw", Lifted(b"\0\1\2\3", None)),
        ("data:image/PNG;base64,AAEC", Lifted(b"\0\1\2", "image/png")),
        ("data:image/png;charset=x;base64,AA EC", Lifted(b"\0\1\2", "image/png")),
        ("data:;base64,AAEC", Lifted(b"\0\1\2", None)),
        ("data:image/svg+xml,<svg/>", None),
        ("data:image/png;base64,", None),
        ("", None),
        ("no base64!", None),
        ("A", None),
        (None, None),
        (5, None),
    ],
)
def test_short_pictures_are_read_where_they_stand(text: object, found: Lifted | None) -> None:
    assert Lifter().take(text) == found


def test_words_without_a_blank_are_words() -> None:
    text = "é" * LIFTED_FROM

    assert json.loads(through(Lifter(), json.dumps(text, ensure_ascii=False).encode(), 999)) == text


def test_what_nobody_takes_is_let_go() -> None:
    lifter = Lifter()
    event = through(lifter, b'{"thought":"%s"}' % ENCODED.encode(), 1000).decode()

    assert lifter.held_bytes == len(LONG)
    lifter.forget(event)
    assert lifter.held_bytes == 0


def test_one_picture_and_all_together_have_a_limit() -> None:
    body = b'["%s","%s"]' % (ENCODED.encode(), ENCODED.encode())

    with pytest.raises(TooMuch):
        through(Lifter(most_picture_bytes=len(LONG) - 1), body, 1000)
    with pytest.raises(TooMuch):
        through(Lifter(most_held_bytes=2 * len(LONG) - 1), body, 1000)
    through(Lifter(len(LONG), 2 * len(LONG)), body, 1000)


def test_a_picture_is_in_memory_hardly_more_than_once() -> None:
    size = 12 * 2**20
    body = b'{"b64_json":"' + base64.b64encode(bytes(size)) + b'"}'
    lifter = Lifter()
    tracemalloc.start()
    try:
        document = json.loads(
            b"".join(lifter.feed(body[at : at + 131_072]) for at in range(0, len(body), 131_072))
        )
        picture = lifter.take(document["b64_json"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert picture is not None and len(picture.data) == size
    assert peak < 1.5 * size, f"{peak / size:.1f} times"


def test_the_limits_are_those_that_the_page_tells() -> None:
    assert (lifting.MOST_PICTURE_BYTES, lifting.MOST_HELD_BYTES) == (48 * 2**20, 160 * 2**20)
