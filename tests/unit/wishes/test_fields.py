"""The settings of a model as a form shows them."""

import pytest
from studio.providers import Choice, ImageSettings, Span, Strange, Switch
from studio.wishes.fields import fields_of, ratio_of

PAINTER = ImageSettings(
    {
        "n": Span(1, 4),
        "aspect_ratio": Choice(("1:1", "16:9", "9:16", "auto")),
        "quality": Choice(("auto", "low", "high")),
        "output_compression": Span(0, 100),
        "seed": Switch(),
        "tiling": Switch(),
        "mood": Strange("vector"),
        "input_references": Span(0, 4),
    }
)


def test_a_form_shows_what_the_model_has_and_nothing_else() -> None:
    names = [field.name for field in fields_of(PAINTER, {}, {})]

    assert names == ["n", "aspect_ratio", "quality", "output_compression", "seed", "tiling"]
    assert fields_of(ImageSettings(), {}, {}) == []


def test_a_model_that_makes_one_picture_asks_for_no_number() -> None:
    assert fields_of(ImageSettings({"n": Span(1, 1)}), {}, {}) == []


def test_what_was_typed_stays_with_what_is_wrong_about_it() -> None:
    fields = fields_of(PAINTER, {"seed": "lots", "quality": "best"}, {"seed": "A whole number."})

    found = {field.name: field for field in fields}
    assert (found["seed"].value, found["seed"].error) == ("lots", "A whole number.")
    assert [option.value for option in found["quality"].options if option.is_chosen] == ["best"]


def test_nothing_chosen_is_automatic_and_so_is_auto() -> None:
    for texts in ({}, {"quality": "auto"}):
        field = next(field for field in fields_of(PAINTER, texts, {}) if field.name == "quality")
        assert [(option.value, option.is_chosen) for option in field.options] == [
            ("", True),
            ("low", False),
            ("high", False),
        ]


def test_shapes_are_drawn_in_their_proportions() -> None:
    field = next(field for field in fields_of(PAINTER, {}, {}) if field.name == "aspect_ratio")

    drawn = {option.value: (option.width_px, option.height_px) for option in field.options}
    assert drawn == {"": (None, None), "1:1": (18, 18), "16:9": (18, 10), "9:16": (10, 18)}
    assert field.is_row


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("16:9", (160, 90)), ("2.4:1", (24, 10)), ("auto", None), ("1:0", None), ("0:0", None)],
)
def test_a_ratio_is_two_numbers_or_none(text: str, ratio: tuple[int, int] | None) -> None:
    assert ratio_of(text) == ratio
