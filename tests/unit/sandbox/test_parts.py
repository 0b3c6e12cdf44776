"""The pieces that need no server."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio.sandbox.catalogue import Model, prices
from studio.sandbox.chunks import Chunks, quoted
from studio.sandbox.wish import Pace, pieces, read_pace, read_wish
from studio.sandbox.writer import brief, long_answer

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


@given(TEXTS)
def test_a_quoted_text_is_its_json(text: str) -> None:
    assert json.loads(quoted(text)) == text


def test_a_content_chunk_equals_one_that_is_encoded_whole() -> None:
    chunks = Chunks("gen-1", "sandbox/scribe", 1)

    assert chunks.content('a "b" \n ü') == chunks.delta({"role": "assistant", "content": 'a "b" \n ü'})


@given(TEXTS)
def test_the_writer_writes_about_anything(text: str) -> None:
    wish = read_wish(json.dumps({"messages": [{"role": "user", "content": text}]}).encode())

    assert long_answer(brief(wish, turn=0))


@pytest.mark.parametrize(
    ("header", "pace"),
    [
        ("events_per_second=25;events=250;first_ms=50", Pace(25, 250, 0.05)),
        ("first_ms=0", Pace(None, None, 0.0)),
        ("events_per_second=0", Pace(None, None, None)),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_pace_header(header: str, pace: Pace | None) -> None:
    assert read_pace(header) == pace


@pytest.mark.parametrize(
    ("pricing", "images", "cost"),
    [
        (prices("0.0000005", "0.0000015", image="0.0005"), 1, Decimal("0.0015")),
        (prices("0.0000005", "0.0000015", image="0.0005"), 0, Decimal("0.001")),
        (prices("0", "0"), 3, Decimal(0)),
        ({"prompt": "-1", "completion": "-1"}, 0, None),
        ({"prompt": "0.1"}, 0, None),
        (None, 0, None),
    ],
)
def test_an_unknown_price_gives_no_cost(
    pricing: dict[str, str] | None, images: int, cost: Decimal | None
) -> None:
    model = Model("sandbox/x", "X", "", 1, pricing)

    assert model.cost_usd(prompt_tokens=200, completion_tokens=600, images=images) == cost
