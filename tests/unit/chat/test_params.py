"""The settings of a question: what a form and a program may send."""

import math
from typing import Any

import pytest
from studio.chat.params import params_of_form, params_of_json
from studio.errors import Invalid

TOO_MUCH = 10**400


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0", 0.0),
        ("temperature", "2", 2.0),
        ("temperature", " 0,7 ", 0.7),
        ("temperature", "1e-3", 0.001),
        ("top_p", "1", 1.0),
        ("top_p", ".5", 0.5),
        ("max_tokens", "1", 1),
        ("max_tokens", " 1000000 ", 1_000_000),
        ("seed", "0", 0),
        ("seed", "2147483647", 2**31 - 1),
        ("reasoning_effort", "high", "high"),
    ],
)
def test_what_is_typed_becomes_a_number(name: str, text: str, value: object) -> None:
    assert params_of_form({name: text}) == {name: value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("temperature", "2.01"),
        ("temperature", "-0.1"),
        ("temperature", "nan"),
        ("temperature", "inf"),
        ("temperature", "-inf"),
        ("temperature", "1e400"),
        ("temperature", "warm"),
        ("temperature", "9" * 5000),
        ("temperature", "1\x00"),
        ("top_p", "1.1"),
        ("max_tokens", "0"),
        ("max_tokens", "-1"),
        ("max_tokens", "1.5"),
        ("max_tokens", "1000001"),
        ("max_tokens", "9" * 5000),
        ("max_tokens", "１２"),
        ("max_tokens", "1_000"),
        ("seed", "-1"),
        ("seed", "2147483648"),
        ("seed", "+1"),
        ("reasoning_effort", "hardest"),
    ],
)
def test_what_does_not_fit_is_named_at_its_field(name: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        params_of_form({name: text})

    assert refused.value.field == name
    assert refused.value.status == 422
    assert text[:200] not in refused.value.text or len(text) < 8


def test_what_is_left_empty_is_not_set() -> None:
    assert params_of_form({"temperature": "", "seed": "  ", "reasoning_effort": "", "prompt": "x"}) == {}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("temperature", 0, 0),
        ("temperature", 1.5, 1.5),
        ("top_p", 1, 1),
        ("max_tokens", 100, 100),
        ("max_tokens", 100.0, 100),
        ("seed", 2**31 - 1, 2**31 - 1),
        ("reasoning_effort", "low", "low"),
        ("stop", "END", ["END"]),
        ("stop", ["a", "b", "c", "d"], ["a", "b", "c", "d"]),
    ],
)
def test_what_a_program_sends_is_kept_as_the_number_it_is(name: str, value: Any, kept: Any) -> None:
    found = params_of_json({name: value})

    assert found == {name: kept}
    assert type(found[name]) is type(kept)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "0.7"),
        ("temperature", True),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", -1),
        ("temperature", 2.0001),
        ("temperature", [1]),
        ("temperature", {"value": 1}),
        ("top_p", TOO_MUCH),
        ("max_tokens", 0),
        ("max_tokens", -5),
        ("max_tokens", 1.5),
        ("max_tokens", TOO_MUCH),
        ("max_tokens", "100"),
        ("max_tokens", False),
        ("seed", -1),
        ("seed", 2**31),
        ("seed", 1e300),
        ("reasoning_effort", "enormous"),
        ("reasoning_effort", 3),
        ("reasoning_effort", ["low"]),
        ("stop", []),
        ("stop", ""),
        ("stop", ["a"] * 5),
        ("stop", [1]),
        ("stop", "x" * 201),
        ("stop", {"a": "b"}),
    ],
)
def test_what_a_program_sends_wrongly_is_named(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        params_of_json({name: value})

    assert refused.value.field == name


def test_unknown_names_are_named_and_the_known_ones_told() -> None:
    with pytest.raises(Invalid) as refused:
        params_of_json({"temperatur": 1, "top_k": 3})

    assert refused.value.field == "params"
    assert "temperatur, top_k" in refused.value.text
    assert "temperature" in refused.value.text.split("Known are")[1]


def test_a_thousand_unknown_names_of_a_thousand_letters_make_a_short_sentence() -> None:
    with pytest.raises(Invalid) as refused:
        params_of_json({str(number) * 1000: 1 for number in range(1000)})

    assert len(refused.value.text) < 500


def test_null_is_not_set() -> None:
    assert params_of_json({"temperature": None, "stop": None}) == {}
