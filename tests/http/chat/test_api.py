"""Conversations and estimates for programs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from studio.chat import store
from studio.chat.conversation import Conversation
from studio.ids import new_id
from studio.moments import now

from tests.support.talking import FAST, HX, Talk


def test_a_conversation_is_told_with_all_its_branches(talk: Talk) -> None:
    begun = talk.talked(
        talk.alice, "First?", system_prompt="Be brief.", temperature="0.5", model="sandbox/scribe"
    )
    answer = talk.alice.post(f"/fragments/messages/{begun.question_id}/edits", data={"prompt": "Better?"})
    talk.finished(talk.begun(talk.alice, answer))

    found = talk.alice.get(f"/api/conversations/{begun.conversation_id}").json()

    assert (found["title"], found["model"], found["system_prompt"]) == (
        "First?",
        "sandbox/scribe",
        "Be brief.",
    )
    assert found["params"] == {"temperature": 0.5}
    assert [(m["role"], m["shown"]) for m in found["messages"]] == [
        ("user", False), ("assistant", False), ("user", True), ("assistant", True),
    ]  # fmt: skip
    assert found["messages"][0]["text"] == "First?"
    assert "Be brief." in found["messages"][1]["text"]
    assert found["messages"][1]["parent_id"] == found["messages"][0]["id"]
    assert found["created_at"].endswith("Z")


def test_the_list_goes_on_at_next(talk: Talk) -> None:
    who = talk.join("frieda@example.org", "Frieda")
    moment = now()
    talk.studio.db.write(
        *(
            store.add_conversation(
                Conversation(
                    new_id(),
                    UUID(who.id),
                    str(number),
                    "m",
                    "",
                    {},
                    None,
                    False,
                    moment - timedelta(seconds=number),
                    moment - timedelta(seconds=number),
                )
            )
            for number in range(55)
        )
    )

    first = who.get("/api/conversations").json()
    second = who.get(first["next"]).json()

    assert [item["title"] for item in first["items"] + second["items"]] == [
        str(number) for number in range(55)
    ]
    assert second["next"] is None


def test_a_moment_of_another_time_zone_is_that_moment(talk: Talk) -> None:
    talk.talked(talk.alice)
    later = (now() + timedelta(hours=1)).isoformat()

    assert talk.alice.get("/api/conversations", params={"before": later + "Z"}).json()["items"]
    assert not talk.alice.get("/api/conversations", params={"before": later + "+09:00"}).json()["items"]


def test_deleting_is_answered_with_nothing_and_then_it_is_not_there(talk: Talk) -> None:
    begun = talk.talked(talk.alice)
    address = f"/api/conversations/{begun.conversation_id}"

    first, second = talk.alice.delete(address), talk.alice.delete(address)

    assert (first.status_code, first.content, second.status_code) == (204, b"", 404)
    assert talk.alice.get(address).status_code == 404
    back = talk.alice.post(f"{begun.url}/deletion", data={"value": "remove"}, headers=HX)
    assert back.status_code == 200


class TestEstimates:
    def ask(self, talk: Talk, **body: Any) -> Any:
        return talk.alice.post("/api/estimates", json={"model": "sandbox/scribe", "prompt": "Why?", **body})

    def test_the_worst_case_is_a_bound_and_money_is_a_decimal_string(self, talk: Talk) -> None:
        found = self.ask(talk).json()
        asked = talk.alice.post("/api/generations", json={"model": "sandbox/scribe", "prompt": "Why?"}).json()
        with talk.stream(talk.alice, f"/api/generations/{asked['id']}/events") as events:
            events.read()
        cost = talk.alice.get(f"/api/generations/{asked['id']}").json()["cost_usd"]

        assert Decimal(found["likely_usd"]) <= Decimal(found["worst_usd"])
        assert 0 < Decimal(cost) <= Decimal(found["worst_usd"])

    def test_a_limit_makes_it_cheaper_and_a_conversation_dearer(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "Why? " * 500, model="sandbox/scribe")

        plain, limited = self.ask(talk).json(), self.ask(talk, params={"max_tokens": 10}).json()
        inside = self.ask(talk, conversation_id=begun.conversation_id).json()

        assert Decimal(limited["worst_usd"]) < Decimal(plain["worst_usd"]) < Decimal(inside["worst_usd"])
        assert limited["output_tokens_at_most"] == 10

    def test_an_unknown_price_is_null_and_a_free_one_zero(self, talk: Talk) -> None:
        unknown, free = self.ask(talk, model="sandbox/unpriced").json(), self.ask(talk, model=FAST).json()

        assert (unknown["worst_usd"], unknown["likely_usd"]) == (None, None)
        assert free["worst_usd"] == "0.000000000"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"model": "sandbox/nobody"}, "model"),
            ({"kind": "music"}, "kind"),
            ({"params": {"max_tokens": True}}, "max_tokens"),
            ({"params": {"nonsense": 1}}, "params"),
            ({"surprise": 1}, "surprise"),
        ],
    )
    def test_a_mistake_names_its_field(self, talk: Talk, body: dict[str, Any], field: str) -> None:
        answer = self.ask(talk, **body)

        assert answer.status_code == 422
        assert answer.json()["field"] == field

    def test_somebody_elses_conversation_is_not_there(self, talk: Talk) -> None:
        begun = talk.talked(talk.bob)

        assert self.ask(talk, conversation_id=begun.conversation_id).status_code == 404
        assert self.ask(talk, conversation_id=str(uuid4())).status_code == 404
