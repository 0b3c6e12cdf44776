"""A form's and a program's settings of a wish: only what the model has, each mistake at its field."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio.errors import Invalid
from studio.images.wish import mistake_in_inputs
from studio.providers import Choice, ImageSettings, Span, Strange, Switch
from studio.wishes.settings import (
    canonical,
    offered,
    settings_of_form,
    settings_of_json,
)

EVERYTHING = ImageSettings(
    {
        "n": Span(1, 4),
        "aspect_ratio": Choice(("1:1", "16:9", "auto")),
        "resolution": Choice(("1K", "2K")),
        "size": Choice(("1024x1024", "2K")),
        "quality": Choice(("auto", "low", "high")),
        "output_format": Choice(("png", "jpeg")),
        "background": Choice(("opaque", "transparent")),
        "seed": Switch(),
        "input_references": Span(0, 2),
        "output_compression": Span(0, 100),
        "upscale": Switch(),
        "glow": Strange("aura"),
    }
)
NOTHING = ImageSettings()
FILLED = {
    "n": "2",
    "aspect_ratio": "16:9",
    "quality": " high ",
    "seed": "42",
    "output_compression": "80",
    "upscale": "on",
    "background": "",
}
CHOSEN = {
    "n": 2,
    "aspect_ratio": "16:9",
    "quality": "high",
    "seed": 42,
    "output_compression": 80,
    "upscale": True,
}


def test_a_form_and_a_program_say_the_same() -> None:
    assert settings_of_form(FILLED, EVERYTHING).checked() == CHOSEN
    assert settings_of_json({**CHOSEN, "background": None}, EVERYTHING).checked() == CHOSEN


def test_a_form_keeps_no_settings_of_the_model_before() -> None:
    assert settings_of_form(FILLED, NOTHING).checked() == {}
    assert (
        settings_of_form({**FILLED, "glow": "much", "input_references": "2"}, EVERYTHING).checked() == CHOSEN
    )


def test_a_program_learns_of_a_setting_that_the_model_does_not_have() -> None:
    read = settings_of_json({"quality": "high", "input_references": 2}, ImageSettings({"seed": Switch()}))

    assert read.mistakes == {
        "quality": "This model has no setting quality. It has seed.",
        "input_references": "This model has no setting input_references. It has seed.",
    }
    assert settings_of_json({"n": 1}, NOTHING).mistakes == {"n": "This model has no setting n. It has none."}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("n", "5", "The number of pictures must be a whole number from 1 to 4."),
        ("n", "0", "The number of pictures must be a whole number from 1 to 4."),
        ("n", "two", "The number of pictures must be a whole number from 1 to 4."),
        ("n", "1.5", "The number of pictures must be a whole number from 1 to 4."),
        ("n", "²", "The number of pictures must be a whole number from 1 to 4."),
        ("n", "9" * 5000, "The number of pictures must be a whole number from 1 to 4."),
        ("seed", "-1", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("seed", "2147483648", "The seed must be a whole number from 0 to 2,147,483,647."),
        (
            "aspect_ratio",
            "9:16",
            "This model does not have that choice. The aspect ratio can be 1:1, 16:9, auto.",
        ),
        ("quality", "HIGH", "This model does not have that choice. The quality can be auto, low, high."),
        ("output_compression", "101", "Output compression must be a whole number from 0 to 100."),
        ("upscale", "maybe", "Upscale is on or off."),
    ],
)
def test_each_mistake_is_a_sentence_at_its_field(name: str, text: str, sentence: str) -> None:
    read = settings_of_form({**FILLED, name: text}, EVERYTHING)

    assert read.mistakes == {name: sentence}
    with pytest.raises(Invalid) as invalid:
        read.checked()
    assert (invalid.value.field, invalid.value.text) == (name, sentence)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", "2"),
        ("n", True),
        ("n", 2.0),
        ("n", []),
        ("seed", False),
        ("upscale", "on"),
        ("quality", 5),
        ("quality", {}),
    ],
)
def test_json_has_types(name: str, value: object) -> None:
    assert list(settings_of_json({name: value}, EVERYTHING).mistakes) == [name]


def test_all_mistakes_come_at_once() -> None:
    read = settings_of_form({"n": "9", "quality": "best", "seed": "7"}, EVERYTHING)

    assert list(read.mistakes) == ["n", "quality"]
    assert read.values == {"seed": 7}


@pytest.mark.parametrize(
    ("chosen", "fields"),
    [
        ({"size": "1024x1024", "aspect_ratio": "1:1"}, ["size"]),
        ({"size": "1024x1024", "resolution": "1K"}, ["size"]),
        ({"size": "1024x1024", "aspect_ratio": "auto"}, []),
        ({"size": "2K", "aspect_ratio": "1:1"}, []),
        ({"background": "transparent", "output_format": "jpeg"}, ["background"]),
        ({"background": "transparent", "output_format": "png"}, []),
        ({"background": "transparent"}, []),
    ],
)
def test_what_does_not_go_together_is_told(chosen: dict[str, Any], fields: list[str]) -> None:
    assert list(settings_of_form(chosen, EVERYTHING).mistakes) == fields


def test_a_number_of_pictures_may_be_a_choice() -> None:
    known = ImageSettings({"n": Choice(("1", "2"))})

    assert settings_of_form({"n": "2"}, known).checked() == {"n": 2}
    assert settings_of_json({"n": 2}, known).checked() == {"n": 2}
    assert list(settings_of_json({"n": 3}, known).mistakes) == ["n"]


def test_only_one_number_is_said_to_be_so() -> None:
    read = settings_of_form({"n": "2"}, ImageSettings({"n": Span(1, 1)}))

    assert read.mistakes == {"n": "The number of pictures can only be 1 with this model."}


def test_a_person_chooses_among_what_is_offered() -> None:
    assert offered(EVERYTHING)[:3] == ("n", "aspect_ratio", "resolution")
    assert not {"input_references", "glow"} & set(offered(EVERYTHING))


@pytest.mark.parametrize(
    ("count", "references", "sentence"),
    [
        (0, None, None),
        (1, None, "This model takes no pictures, only words."),
        (2, Span(0, 2), None),
        (3, Span(0, 2), "This model takes at most 2 pictures to begin with, not 3."),
        (2, Span(0, 1), "This model takes at most 1 picture to begin with, not 2."),
        (0, Span(1, 4), "This model changes pictures: give it at least 1 picture."),
        (1, Span(1, 4), None),
    ],
)
def test_input_pictures_are_counted(count: int, references: Span | None, sentence: str | None) -> None:
    known = ImageSettings({"input_references": references} if references else {})

    assert mistake_in_inputs(count, known) == sentence


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.booleans()), st.randoms())
def test_the_same_choice_is_the_same_json(settings: dict[str, Any], random: Any) -> None:
    shuffled = list(settings.items())
    random.shuffle(shuffled)

    assert canonical(dict(shuffled)) == canonical(settings)
    assert json.loads(canonical(settings)) == {k: v for k, v in settings.items() if v is not None}


@given(st.dictionaries(st.sampled_from(list(EVERYTHING.by_name)), st.text(max_size=12)))
def test_whatever_is_typed_what_is_read_fits_the_model(texts: dict[str, str]) -> None:
    read = settings_of_form(texts, EVERYTHING)

    assert not set(read.values) & set(read.mistakes)
    if not read.mistakes:
        assert settings_of_json(read.values, EVERYTHING).checked() == read.values
