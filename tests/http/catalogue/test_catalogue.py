"""The models over HTTP: for programs, for the picker, and the price while one types."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.support.html import Html
from tests.support.people import Caller
from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import FAST, HX, Talk


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/api/models"), ("GET", "/fragments/models"), ("POST", "/fragments/estimates")],
)
def test_charlie_and_a_forged_token_are_asked_to_sign_in(talk: Talk, method: str, address: str) -> None:
    for caller in (talk.charlie, Caller(talk.client, "x" * 43)):  # type: ignore[arg-type]
        assert_signed_out(caller.request(method, address))


def test_somebody_elses_conversation_gives_no_price(talk: Talk) -> None:
    begun = talk.talked(talk.alice)

    def price(conversation_id: str):  # type: ignore[no-untyped-def]
        form = {"prompt": "x", "model": FAST, "conversation_id": conversation_id}
        return talk.bob.post("/fragments/estimates", data=form)

    assert_not_there(price(begun.conversation_id), price(str(uuid4())))


class TestForPrograms:
    def test_models_have_prices_as_decimal_strings_and_abilities(self, talk: Talk) -> None:
        found = {item["id"]: item for item in talk.alice.get("/api/models").json()["items"]}

        assert Decimal(found["sandbox/scribe"]["prompt_usd"]) == Decimal("0.0000005")
        assert found["sandbox/unpriced"]["prompt_usd"] is None
        assert Decimal(found[FAST]["prompt_usd"]) == 0
        assert found["sandbox/seer"]["input_modalities"] == ["text", "image"]
        assert found["sandbox/scribe"]["kinds"] == ["text"]
        assert found["sandbox/scribe"]["context_tokens"] == 131_072

    @pytest.mark.parametrize(("kind", "count"), [("text", 13), ("image", 1), ("video", 0), ("nonsense", 0)])
    def test_one_can_ask_for_one_kind(self, talk: Talk, kind: str, count: int) -> None:
        found = talk.alice.get("/api/models", params={"kind": kind}).json()

        assert (len(found["items"]), found["next"]) == (count, None)


class TestThePicker:
    def options(self, talk: Talk, typed: str) -> Html:
        answer = talk.alice.get("/fragments/models", params={"model": typed})
        assert answer.status_code == 200
        return Html(answer.text)

    def test_part_of_a_name_finds_it_with_its_price(self, talk: Talk) -> None:
        option = self.options(talk, "scri").one("[role=option]")

        assert option["data-value"] == "sandbox/scribe"
        assert "$0.50 in, $1.50 out per million" in option.text
        assert "131k context" in option.text

    def test_abilities_and_unknown_prices_are_told(self, talk: Talk) -> None:
        assert "sees pictures" in self.options(talk, "seer").text
        assert "thinks" in self.options(talk, "thinker").text
        assert "price unknown" in self.options(talk, "unpriced").text
        assert "free" in self.options(talk, "sprinter").text

    def test_a_whole_id_shows_all_and_marks_it(self, talk: Talk) -> None:
        page = self.options(talk, FAST)

        assert len(page.all("[role=option]")) == 13
        assert page.one('[aria-selected="true"]')["data-value"] == FAST

    def test_what_nobody_is_called_is_repeated_harmlessly(self, talk: Talk) -> None:
        page = self.options(talk, '<img src=x onerror="1">')

        assert page.one(".picker__empty").text == 'No model has “<img src=x onerror="1">” in its name.'
        assert page.all("img") == []


class TestThePrice:
    def price(self, talk: Talk, query: str = "", **form: str) -> Html:
        answer = talk.alice.post(f"/fragments/estimates{query}", data=form, headers=HX)
        assert answer.status_code == 200, answer.text
        return Html(answer.text)

    def test_it_follows_what_is_typed(self, talk: Talk) -> None:
        short = self.price(talk, prompt="x", model="sandbox/scribe", max_tokens="1")
        longer = self.price(talk, prompt="x" * 100_000, model="sandbox/scribe", max_tokens="1")

        def usd(page: Html) -> Decimal:
            return Decimal(page.one('[hx-target="#composer-price"]').text.removeprefix("≤ $"))

        assert usd(short) < usd(longer)

    @pytest.mark.parametrize(
        ("model", "text"),
        [(FAST, "free"), ("sandbox/unpriced", "price unknown"), ("nobody", "price unknown")],
    )
    def test_free_and_unknown_are_said(self, talk: Talk, model: str, text: str) -> None:
        page = self.price(talk, prompt="x", model=model)

        assert page.one('[hx-target="#composer-price"]').text == text

    def test_a_conversation_is_part_of_it(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "x" * 50_000, model="sandbox/scribe")
        form = {"prompt": "y", "model": "sandbox/scribe", "max_tokens": "1"}

        alone = self.price(talk, **form)
        inside = self.price(talk, **form, conversation_id=begun.conversation_id)
        empty = self.price(talk, **form, conversation_id="")

        assert inside.text != alone.text == empty.text

    def test_choosing_a_model_brings_its_settings_with_what_was_filled_in(self, talk: Talk) -> None:
        form = {"prompt": "x", "model": "sandbox/thinker", "temperature": "0.5", "reasoning_effort": "low"}

        page = self.price(talk, "?settings=1", **form)

        settings = page.one('[hx-target="#composer-settings"]')
        assert settings["hx-swap"] == "innerHTML"
        assert page.one('[name="temperature"]')["value"] == "0.5"
        assert page.one('[name="reasoning_effort"] [selected]')["value"] == "low"

    def test_settings_that_a_model_has_not_are_not_there(self, talk: Talk) -> None:
        page = self.price(talk, "?settings=1", prompt="x", model="sandbox/metronome")

        assert [field["name"] for field in page.all("input, select, textarea")] == [
            "system_prompt",
            "max_tokens",
        ]

    def test_a_mistake_that_is_being_typed_is_no_error(self, talk: Talk) -> None:
        page = self.price(talk, prompt="x", model="sandbox/scribe", max_tokens="12x", temperature="99")

        assert page.all("[aria-invalid], .field__error") == []

    def test_a_conversation_that_is_none_is_told(self, talk: Talk) -> None:
        answer = talk.alice.post("/fragments/estimates", data={"model": FAST, "conversation_id": "nonsense"})

        assert answer.status_code == 422
