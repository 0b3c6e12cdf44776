"""The recipe travels inside the picture and comes back as it was; the picture stays what it is."""

import io
import json
import zlib
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image
from studio.assets.embedding import embedded, read_recipe
from studio.assets.recipe import FORMAT, Recipe, recipe_from
from studio.assets.xmp import xmp_of

from tests.support.xss_corpus import XSS_CORPUS
from tests.unit.assets.conftest import picture_bytes

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
PLATE = Recipe("image", "sandbox/painter", "Sandbox", "a plate", {"n": 2, "seed": 7}, 7, ("a" * 64,))

# A prompt is kept without half surrogate pairs, which no database takes.
HOSTILE = [text for text in XSS_CORPUS if not any("\ud800" <= letter <= "\udfff" for letter in text)]

words = some.text(some.characters(exclude_categories=["Cs"]), max_size=300)
recipes = some.builds(
    Recipe,
    kind=some.sampled_from(["text", "image", "video"]),
    model=words.map(lambda text: text[:200]),
    provider=words.map(lambda text: text[:200]),
    prompt=words | some.sampled_from(HOSTILE) | words.map(lambda text: text * 300),
    params=some.dictionaries(
        some.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True),
        words | some.integers(-(2**62), 2**62) | some.booleans() | some.floats(-1e9, 1e9) | some.none(),
        max_size=6,
    ),
    seed=some.none() | some.integers(0, 2**62),
    input_hashes=some.lists(some.from_regex(r"[0-9a-f]{64}", fullmatch=True), max_size=3).map(tuple),
    asked_at=some.none() | some.just("2026-11-24T15:00:00.123Z"),
    cost_usd=some.none() | some.just("0.040000000"),
    is_simulated=some.booleans(),
)


@cache
def plain(kind: str) -> bytes:
    return picture_bytes(kind)


def with_recipe(data: bytes, media_type: str, recipe: Recipe) -> bytes:
    copy = embedded(io.BytesIO(data), media_type, recipe)
    whole = b"".join(copy.blocks(lambda: io.BytesIO(data)))
    assert len(whole) == copy.length
    return whole


def pixels(data: bytes) -> tuple[str, bytes]:
    image = Image.open(io.BytesIO(data))
    return image.mode, image.tobytes()


@settings(max_examples=40, deadline=None)
@given(recipe=recipes, kind=some.sampled_from(sorted(KINDS)))
def test_what_is_put_in_comes_out_and_the_pixels_stay(recipe: Recipe, kind: str) -> None:
    data = with_recipe(plain(kind), KINDS[kind], recipe)

    assert read_recipe(io.BytesIO(data)) == recipe
    assert pixels(data) == pixels(plain(kind))


@settings(max_examples=40, deadline=None)
@given(recipe=recipes)
def test_the_packet_is_well_formed_whatever_the_prompt(recipe: Recipe) -> None:
    root = ElementTree.fromstring(xmp_of(recipe).decode())

    assert root.tag == "{adobe:ns:meta/}xmpmeta"
    assert [child.tag.rpartition("}")[2] for child in root.iter()].count("Description") == 1


def test_a_picture_says_in_standard_words_that_a_machine_made_it() -> None:
    packet = xmp_of(Recipe("image", "painter", "Sandbox", "<b>a & b</b>")).decode()
    found = {each.tag.rpartition("}")[2]: each.text for each in ElementTree.fromstring(packet).iter()}

    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert found["DigitalSourceType"] == source
    assert found["AISystemUsed"] == "Sandbox painter"
    assert found["AIPromptInformation"] == found["li"] == "<b>a & b</b>"
    assert found["CreatorTool"] == "All You Can GET"
    assert "compositeWithTrained" in xmp_of(PLATE).decode()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_recipe_takes_the_place_of_the_one_that_was_there(kind: str) -> None:
    first = with_recipe(plain(kind), KINDS[kind], PLATE)
    other = Recipe("image", "m", "p", "another plate " * 20_000)  # too long for one segment of a JPEG

    second = with_recipe(first, KINDS[kind], other)

    assert read_recipe(io.BytesIO(second)) == other
    assert second.count(b"W5M0MpCehiHzreSzNTczkc9d") == 1
    assert with_recipe(second, KINDS[kind], PLATE) == first
    assert pixels(second) == pixels(plain(kind))


@pytest.mark.parametrize(
    "options",
    [{"lossless": True}, {"quality": 50}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_kind_of_webp_takes_a_recipe(mode: str, options: dict[str, Any]) -> None:
    data = picture_bytes("WEBP", (61, 33), mode, **options)

    marked = with_recipe(data, "image/webp", PLATE)

    assert read_recipe(io.BytesIO(marked)) == PLATE
    assert pixels(marked) == pixels(data)
    assert b"trainedAlgorithmicMedia" in Image.open(io.BytesIO(marked)).info["xmp"].replace(b"WithT", b"t")


def test_a_recipe_file_is_read_like_a_picture() -> None:
    assert read_recipe(io.BytesIO(json.dumps(PLATE.as_json()).encode())) == PLATE
    assert read_recipe(io.BytesIO(b"\xef\xbb\xbf" + PLATE.as_bytes())) == PLATE


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "program"}, {"prompt": 7}, {"prompt": None}, {"format": "else"}, {"version": 0}, {"version": "99"},
        {"prompt": "x" * 400_001},
    ],
)  # fmt: skip
def test_what_is_no_recipe_is_none(told: dict[str, Any]) -> None:
    assert recipe_from(json.dumps({**PLATE.as_json(), **told}).encode()) is None


def test_of_a_hostile_recipe_only_plain_values_are_taken() -> None:
    told = {
        **PLATE.as_json(), "params": {"n": 1, "evil": {"a": []}, "__class__": 1, "big": 10**400, "half": "\ud800"},
        "seed": "7", "input_hashes": ["../../etc/passwd", "b" * 64, 7], "asked_at": "<script>", "cost_usd": "1e99",
        "is_simulated": "yes", "model": {"x": 1},
    }  # fmt: skip

    found = recipe_from(json.dumps(told).encode())

    assert found is not None
    assert found.params == {"n": 1, "half": "?"}
    assert (found.seed, found.input_hashes, found.model) == (None, ("b" * 64,), "")
    assert (found.asked_at, found.cost_usd, found.is_simulated) == (None, None, False)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\0\0",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"\xff\xd8\xff\xe1\0\x01" * 9, b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffiTXtaycg\0", b"\xff\xd8" + b"\xff" * 100_000,
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0iTXt\0\0\0\0" * 30_000,
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x10iTXtaycg\0\1\0\0\0" + zlib.compress(b"x")[:7] + b"\0\0\0\0",
    ],
)  # fmt: skip
def test_a_hostile_file_has_no_recipe(data: bytes) -> None:
    assert read_recipe(io.BytesIO(data)) is None


@settings(max_examples=60, deadline=None)
@given(
    kind=some.sampled_from(sorted(KINDS)),
    damage=some.lists(some.tuples(some.floats(0, 1), some.binary(max_size=9)), max_size=5),
)
def test_a_damaged_file_is_read_without_a_crash(kind: str, damage: list[tuple[float, bytes]]) -> None:
    data = bytearray(with_recipe(plain(kind), KINDS[kind], PLATE))
    for place, put in damage:
        at = int(place * len(data))
        data[at : at + len(put)] = put

    found = read_recipe(io.BytesIO(bytes(data)))

    assert found is None or isinstance(found, Recipe)


def test_hostile_xmp_costs_one_pass_and_expands_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "&b;&b;">]><x xmlns:aycg="x"><aycg:Recipe>&a;</aycg:Recipe></x>'
    for packet in (entities, b"aycg:Recipe>" + b" " * 1_000_000, b"aycg:Recipe>A" * 70_000):
        from studio.assets.xmp import recipe_in

        assert recipe_in(packet) is None


def test_a_file_that_can_hold_no_recipe_is_copied_as_it_is() -> None:
    assert with_recipe(b"\xff\xd8\xffnot really", "image/jpeg", PLATE) == b"\xff\xd8\xffnot really"


def test_the_format_is_named() -> None:
    assert PLATE.as_json()["format"] == FORMAT
