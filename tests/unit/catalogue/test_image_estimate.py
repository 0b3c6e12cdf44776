"""What pictures may cost: a bound over all endpoints and variants, and never zero for what is not known."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio.catalogue.estimate import Estimate
from studio.catalogue.image_estimate import estimate_images
from studio.catalogue.model import Model
from studio.providers import Choice, ImagePrice, ImageSettings, Span

from tests.support.models import model

KNOWN = ImageSettings(
    {
        "n": Span(1, 4),
        "resolution": Choice(("1K", "2K")),
        "quality": Choice(("auto", "low", "high")),
        "size": Choice(("1024x1024",)),
    }
)


def painter(*offers: tuple[ImagePrice, ...], known: ImageSettings = KNOWN) -> Model:
    return model("p", image_way="images", image_settings=known, image_pricing=offers)


def line(
    usd: str, variant: str | None = None, billable: str = "output_image", unit: str = "image"
) -> ImagePrice:
    return ImagePrice(billable, unit, Decimal(usd), variant)


def costs(found: Estimate) -> tuple[str | None, str | None]:
    return tuple(
        None if usd is None else f"{usd.normalize():f}" for usd in (found.worst_usd, found.likely_usd)
    )  # type: ignore[return-value]


BY_VARIANT = (
    line("0.01", "1K low"),
    line("0.08", "1K high"),
    line("0.02", "2K low"),
    line("0.15", "2K high"),
    line("0.002", billable="input_reference"),
)


@pytest.mark.parametrize(
    ("chosen", "inputs", "expected"),
    [
        ({}, 0, ("0.15", "0.01")),
        ({"resolution": "1K"}, 0, ("0.08", "0.01")),
        ({"resolution": "2k", "quality": "low"}, 0, ("0.02", "0.02")),
        ({"resolution": "2K", "quality": "high", "n": 4}, 0, ("0.6", "0.6")),
        ({"resolution": "2K", "quality": "high", "n": 4}, 3, ("0.606", "0.606")),
        ({"quality": "auto"}, 0, ("0.15", "0.01")),
        ({"quality": "unheard-of"}, 0, ("0.15", "0.01")),
        ({"n": None}, 0, ("0.15", "0.01")),
    ],
)
def test_variants_hold_for_the_settings_that_they_name(
    chosen: dict[str, Any], inputs: int, expected: tuple[str, str]
) -> None:
    assert costs(estimate_images(painter(BY_VARIANT), chosen, inputs)) == expected


def test_the_dearest_endpoint_is_the_worst_and_the_cheapest_the_likely() -> None:
    found = estimate_images(painter((line("0.04"),), (line("0.03"),), (line("0.05"),)), {"n": 2}, 0)

    assert costs(found) == ("0.1", "0.06")


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ((), (None, None)),
        (((),), (None, None)),
        (((line("0.04"),), ()), (None, "0.04")),
        (((line("0.04"), line("1", billable="something_new")),), (None, None)),
        (((line("0.04"), line("1", unit="vibe", billable="input_image")),), ("0.04", "0.04")),
        (((line("0.04", unit="vibe"),),), (None, None)),
        (((line("1", billable="input_text", unit="token"),),), (None, None)),
        (((line("0"),),), ("0", "0")),
    ],
)
def test_what_is_not_known_is_not_zero(
    offers: tuple[tuple[ImagePrice, ...], ...], expected: tuple[str | None, str | None]
) -> None:
    assert costs(estimate_images(painter(*offers), {}, 0)) == expected


def test_an_input_in_an_unknown_unit_makes_the_price_unknown_once_there_is_one() -> None:
    strange = painter((line("0.04"), line("1", unit="vibe", billable="input_image")))

    assert costs(estimate_images(strange, {}, 1)) == (None, None)


def test_a_model_that_makes_no_pictures_has_no_price() -> None:
    assert costs(estimate_images(model(), {}, 0)) == (None, None)


@pytest.mark.parametrize(
    ("chosen", "worst"),
    [
        ({"size": "1000x1000"}, "0.01"),
        ({"size": "2000×1000", "n": 3}, "0.06"),
        ({"resolution": "1K"}, "0.012058624"),
        ({}, "0.048234496"),
    ],
)
def test_megapixels_come_from_the_size_or_the_largest_there_is(chosen: dict[str, Any], worst: str) -> None:
    assert costs(estimate_images(painter((line("0.01", unit="megapixel"),)), chosen, 0))[0] == worst


def test_nothing_that_bounds_the_size_is_no_bound() -> None:
    found = estimate_images(painter((line("0.01", unit="megapixel"),), known=ImageSettings()), {}, 0)

    assert costs(found) == (None, "0.011")


def test_tokens_have_a_bound_that_grows_with_the_picture() -> None:
    by_token = painter((line("0.00001", unit="token"),))

    small, large = (estimate_images(by_token, {"resolution": tier}, 0).worst_usd for tier in ("1K", "4K"))

    assert small == Decimal("0.08192")
    assert large is not None and large > 8 * small


def test_the_words_are_paid_for() -> None:
    offer = (line("0.04"), line("0.000001", billable="input_text", unit="token"))

    assert costs(estimate_images(painter(offer), {}, 0, prompt_bytes=1000)) == ("0.041", "0.04025")


@given(
    st.lists(
        st.lists(
            st.builds(
                ImagePrice,
                st.sampled_from(["output_image", "input_image", "input_reference", "input_text"]),
                st.sampled_from(["image", "megapixel", "token"]),
                st.decimals(0, 1, places=6),
                st.sampled_from([None, "1K", "2K", "low", "2K high", "odd"]),
            ),
            max_size=6,
        ).map(tuple),
        max_size=3,
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(1, 4),
            "resolution": st.sampled_from(["1K", "2K"]),
            "quality": st.sampled_from(["auto", "low", "high"]),
        },
    ),
    st.integers(0, 4),
    st.integers(0, 5000),
)
@settings(max_examples=200, deadline=None)
def test_the_likely_cost_is_never_above_the_worst(
    offers: list[tuple[ImagePrice, ...]], chosen: dict[str, Any], inputs: int, prompt_bytes: int
) -> None:
    found = estimate_images(painter(*offers), chosen, inputs, prompt_bytes=prompt_bytes)

    if found.worst_usd is not None:
        assert found.likely_usd is not None
        assert 0 <= found.likely_usd <= found.worst_usd
