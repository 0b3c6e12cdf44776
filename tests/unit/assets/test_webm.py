"""The recipe in a WebM: a tag at its end, whether the segment has a length or not, and nothing else changed."""

import io
from pathlib import Path
from typing import Any

import av
import pytest
from studio.assets.embedding import embedded, read_recipe
from studio.assets.recipe import Recipe

from tests.support.films import film_in

RECIPE = Recipe("video", "sandbox/filmer", "Sandbox", "waves, “slowly” 🌊", {"duration": 4}, seed=7)


@pytest.fixture(params=["told", "open"])
def film(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    """With a segment whose length is told, and as a live stream writes it."""
    path = tmp_path / "film.webm"
    film_in(path, "libvpx-vp9", "yuv420p", container="webm", sound="libopus")
    if request.param == "told":
        return path.read_bytes()
    out = io.BytesIO()
    options = {"live": "1"}
    with av.open(str(path)) as source, av.open(out, "w", format="webm", options=options) as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    assert b"\x18\x53\x80\x67\x01" + b"\xff" * 7 in out.getvalue()
    return out.getvalue()


def with_recipe(data: bytes, recipe: Recipe = RECIPE) -> bytes:
    copy = embedded(io.BytesIO(data), "video/webm", recipe)
    joined = b"".join(copy.blocks(lambda: io.BytesIO(data)))
    assert copy.length == len(joined)
    return joined


def seen(data: bytes) -> list[Any]:
    """What a player finds: streams, length, packets, pictures, and the picture at its middle."""
    with av.open(io.BytesIO(data)) as film:
        facts: list[Any] = [(s.type, s.codec_context.name, s.time_base) for s in film.streams]
        facts += [(p.stream.index, p.pts, p.is_keyframe, bytes(p)) for p in film.demux() if p.size]
    with av.open(io.BytesIO(data)) as film:
        facts += [film.duration, *(frame.to_image().tobytes() for frame in film.decode(video=0))]
    with av.open(io.BytesIO(data)) as film:
        film.seek(500_000)
        facts.append(next(film.decode(video=0)).pts)
    return facts


def test_it_travels_with_the_film_and_changes_nothing_else(film: bytes) -> None:
    copy = with_recipe(film)

    assert read_recipe(io.BytesIO(copy)) == RECIPE
    assert read_recipe(io.BytesIO(film)) is None
    assert seen(copy) == seen(film)


def test_a_second_one_replaces_the_first(film: bytes) -> None:
    other = Recipe("video", "other/model", "Other", "sand")

    twice = with_recipe(with_recipe(film), other)

    assert read_recipe(io.BytesIO(twice)) == other
    assert twice.count(b"aycg:Recipe>") == 2  # one, opened and closed
    assert seen(twice) == seen(film)


@pytest.mark.parametrize("end", [0.2, 0.9])
def test_half_a_film_is_copied_as_it_is(film: bytes, end: float) -> None:
    half = with_recipe(film)[: round(len(film) * end)]

    assert read_recipe(io.BytesIO(half)) is None


def test_what_stands_behind_the_segment_keeps_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "film.webm"
    film_in(path, "libvpx-vp9", "yuv420p", container="webm")
    data = path.read_bytes() + b"more"

    assert with_recipe(data) == data


@pytest.mark.parametrize(
    "tail", [b"", b"\x00" * 40, b"\x18\x53\x80\x67", b"\x18\x53\x80\x67\xff" + b"\xec\xff" * 9]
)
def test_nonsense_that_begins_like_one_has_no_recipe(tail: bytes) -> None:
    assert read_recipe(io.BytesIO(b"\x1a\x45\xdf\xa3\x80" + tail)) is None


def test_a_million_tags_are_not_looked_at() -> None:
    empty = b"\x73\x73\x80" * 500_000  # tags with nothing in them
    tags = b"\x12\x54\xc3\x67" + (1 << 56 | len(empty)).to_bytes(8, "big") + empty
    data = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67" + b"\x01" + b"\xff" * 7 + tags

    assert with_recipe(data) == data
    assert read_recipe(io.BytesIO(data)) is None
