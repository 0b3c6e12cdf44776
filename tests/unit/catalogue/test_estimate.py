"""What a question may cost: the worst case is a bound, and what is not known is never zero."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio.catalogue.estimate import PICTURE_TOKENS, estimate_text
from studio.catalogue.model import Model, per_million
from studio.chat.composer import price_text

from tests.support.models import model


@given(
    st.integers(0, 10**6), st.integers(0, 300), st.integers(0, 8), st.one_of(st.none(), st.integers(1, 10**6))
)
@settings(max_examples=100, deadline=None)
def test_the_likely_cost_is_never_above_the_worst(
    size: int, messages: int, pictures: int, limit: int | None
) -> None:
    found = estimate_text(model(image_usd=Decimal("0.001")), size, messages, pictures, limit)

    assert found.worst_usd is not None and found.likely_usd is not None
    assert 0 <= found.likely_usd <= found.worst_usd


def test_a_token_for_every_byte_is_the_worst() -> None:
    found = estimate_text(model(), 1000, 0, 0, 100)

    assert found.input_tokens == 1000
    assert found.worst_usd == Decimal("0.001") + Decimal("0.0002")


def test_more_than_the_model_can_read_is_not_paid_for() -> None:
    found = estimate_text(model(context_tokens=4096), 10**9, 0, 0, 100)

    assert found.input_tokens == 4096


@pytest.mark.parametrize("missing", ["prompt_usd", "completion_usd"])
def test_an_unknown_price_is_unknown_and_not_zero(missing: str) -> None:
    prices: dict[str, Any] = {missing: None}
    found = estimate_text(model(**prices), 100, 1, 0, 100)

    assert (found.worst_usd, found.likely_usd) == (None, None)
    assert found.as_json()["worst_usd"] is None
    assert price_text(found) == "price unknown"


def test_a_free_model_is_free() -> None:
    found = estimate_text(model(prompt_usd=Decimal(0), completion_usd=Decimal(0)), 100, 1, 0, 100)

    assert found.as_json()["worst_usd"] == "0.000000000"
    assert price_text(found) == "free"


def test_even_the_smallest_price_is_not_free() -> None:
    found = estimate_text(model(prompt_usd=Decimal(0), completion_usd=Decimal("1e-12")), 1, 1, 0, 1)

    assert found.worst_usd == Decimal("0.000000001")
    assert price_text(found).startswith("≤ $0.")


@pytest.mark.parametrize(
    ("known", "longest"),
    [
        (model(), 8_192),
        (model(output_tokens_limit=1_000), 1_000),
        (model(context_tokens=2_000), 2_000),
        (model(supported_parameters=("max_tokens", "reasoning")), 16_384),
        (model(supported_parameters=("temperature",), output_tokens_limit=64_000), 64_000),
        (model(supported_parameters=("temperature",), context_tokens=128_000), 128_000),
        (model(supported_parameters=()), 8_192),
    ],
)
def test_the_longest_answer_is_what_we_ask_for_or_what_the_model_has(known: Model, longest: int) -> None:
    assert estimate_text(known, 0, 0, 0, None).output_tokens == longest


def test_a_limit_that_the_model_does_not_take_is_no_limit() -> None:
    without = model(supported_parameters=("temperature",), output_tokens_limit=64_000)

    assert estimate_text(without, 0, 0, 0, 10).output_tokens == 64_000
    assert estimate_text(model(), 0, 0, 0, 10).output_tokens == 10


def test_answers_that_nothing_bounds_have_no_worst_case() -> None:
    found = estimate_text(model(supported_parameters=("temperature",)), 100, 1, 0, 50)

    assert found.worst_usd is None
    assert found.likely_usd is not None
    assert price_text(found) == "price unknown"


def test_pictures_and_requests_are_paid_for() -> None:
    plain = estimate_text(model(), 0, 0, 0, 1)
    seen = estimate_text(model(image_usd=Decimal("0.5"), request_usd=Decimal("0.25")), 0, 0, 3, 1)

    assert seen.worst_usd is not None and plain.worst_usd is not None
    assert seen.worst_usd - plain.worst_usd == Decimal("1.75") + 3 * PICTURE_TOKENS * Decimal("0.000001")


def test_conditional_prices_count_for_the_worst_case_only() -> None:
    dear = replace(model(), pricing={"most_prompt": "0.00001", "most_completion": "0.00002"})

    assert estimate_text(dear, 1000, 0, 0, 100).worst_usd == Decimal("0.01") + Decimal("0.002")
    assert (
        estimate_text(dear, 1000, 0, 0, 100).likely_usd == estimate_text(model(), 1000, 0, 0, 100).likely_usd
    )


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "?"),
        (Decimal(0), "free"),
        (Decimal("0.0000005"), "$0.50"),
        (Decimal("0.000015"), "$15.00"),
        (Decimal("0.00000001"), "$0.01"),
        (Decimal("0.000000001"), "$0.001"),
    ],
)
def test_prices_are_told_for_a_million_tokens(usd: Decimal | None, text: str) -> None:
    assert per_million(usd) == text
