"""Asking as a program: what comes back, and what a wrong request is told."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.support.talking import BEAT, ENDLESS, FAST, Talk

FIELDS = {
    "id", "kind", "state", "reason", "message", "model", "provider", "prompt", "params", "text", "reasoning",
    "assets", "input_tokens", "output_tokens", "reasoning_tokens", "cost_usd", "held_usd", "finish_reason",
    "asked_at", "started_at", "first_token_at", "finished_at", "parent_id", "conversation_id", "is_simulated",
}  # fmt: skip


def asked(talk: Talk, **body: Any) -> dict[str, Any]:
    answer = talk.alice.post("/api/generations", json={"model": FAST, "prompt": "Why?", **body})
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found


def finished(talk: Talk, generation_id: str) -> dict[str, Any]:
    *_, done = talk.events(talk.alice, f"/api/generations/{generation_id}/events")
    found = json.loads(done.data)
    assert isinstance(found, dict)
    return found


class TestAsking:
    def test_it_is_answered_at_once_with_an_id_and_a_state(self, talk: Talk) -> None:
        found = asked(talk, prompt=ENDLESS, model=BEAT)
        talk.alice.post(f"/api/generations/{found['id']}/cancellation")

        assert set(found) == FIELDS
        assert found["state"] in ("waiting", "running")
        assert (found["cost_usd"], found["finished_at"], found["conversation_id"]) == (None, None, None)

    def test_a_finished_one_has_everything(self, talk: Talk) -> None:
        found = finished(
            talk, asked(talk, model="sandbox/thinker", params={"max_tokens": 500, "seed": 3})["id"]
        )

        assert set(found) == FIELDS
        assert found["state"] == "done"
        assert found["params"] == {"max_tokens": 500, "seed": 3}
        assert Decimal(found["cost_usd"]) > 0
        assert isinstance(found["cost_usd"], str)
        assert found["reasoning"] and found["text"]
        moments = [
            datetime.fromisoformat(found[name]) for name in ("asked_at", "first_token_at", "finished_at")
        ]
        assert moments == sorted(moments)
        assert found["asked_at"].endswith("Z")

    def test_an_unknown_cost_is_null(self, talk: Talk) -> None:
        assert finished(talk, asked(talk, model="sandbox/unpriced")["id"])["cost_usd"] is None

    def test_in_a_conversation_it_is_the_next_question(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "First?")

        found = finished(talk, asked(talk, prompt="Second?", conversation_id=begun.conversation_id)["id"])

        messages = talk.alice.get(f"/api/conversations/{begun.conversation_id}").json()["messages"]
        assert found["conversation_id"] == begun.conversation_id
        assert [m["text"] for m in messages if m["role"] == "user"] == ["First?", "Second?"]

    def test_what_is_left_out_is_as_it_was_in_the_conversation(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, system_prompt="Be brief.", temperature="0.5")
        address = f"/api/conversations/{begun.conversation_id}"

        left_out = finished(talk, asked(talk, conversation_id=begun.conversation_id)["id"])
        kept = talk.alice.get(address).json()
        said = {"system_prompt": "", "params": {}}
        finished(talk, asked(talk, conversation_id=begun.conversation_id, **said)["id"])
        emptied = talk.alice.get(address).json()

        assert (kept["system_prompt"], kept["params"]) == ("Be brief.", {"temperature": 0.5})
        assert left_out["params"]["temperature"] == 0.5
        assert (emptied["system_prompt"], emptied["params"]) == ("", {})

    def test_a_conversation_that_is_answering_is_a_conflict(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, ENDLESS, model=BEAT)

        body = {"model": FAST, "prompt": "Impatient?", "conversation_id": begun.conversation_id}
        answer = talk.alice.post("/api/generations", json=body)
        talk.stop(talk.alice, begun)

        assert answer.status_code == 409
        assert answer.json()["error"] == "still_answering"

    def test_its_parent_is_told(self, talk: Talk) -> None:
        first = finished(talk, asked(talk)["id"])

        assert finished(talk, asked(talk, parent_id=first["id"])["id"])["parent_id"] == first["id"]

    def test_half_emoji_and_nul_do_no_harm(self, talk: Talk) -> None:
        found = finished(talk, asked(talk, prompt="plates\x00 \U0001f37d", system_prompt="x\x00")["id"])

        assert found["prompt"] == "plates \U0001f37d"


class TestMistakes:
    def send(self, talk: Talk, body: bytes | Iterator[bytes], status: int, **headers: str) -> dict[str, Any]:
        before = talk.count("generations")
        answer = talk.alice.post(
            "/api/generations", content=body, headers={"Content-Type": "application/json", **headers}
        )
        assert answer.status_code == status, answer.text
        assert talk.count("generations") == before
        found = answer.json()
        assert set(found) - {"field"} == {"error", "message", "request_id"}
        assert found["request_id"] == answer.headers["x-request-id"]
        assert len(found["message"]) < 500
        return dict(found)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"prompt": ""}, "prompt"),
            ({"prompt": "x" * 200_001}, "prompt"),
            ({"prompt": 5}, "prompt"),
            ({"prompt": None}, "prompt"),
            ({"model": "sandbox/nobody"}, "model"),
            ({"model": ["a"]}, "model"),
            ({"kind": "smell"}, "kind"),
            ({"system_prompt": "x" * 20_001}, "system_prompt"),
            ({"conversation_id": "nonsense"}, "conversation_id"),
            ({"input_asset_ids": "nonsense"}, "input_asset_ids"),
            ({"input_asset_ids": [str(UUID(int=n)) for n in range(9)], "model": "sandbox/seer"}, "pictures"),
            ({"input_asset_ids": [str(UUID(int=1))]}, "pictures"),
            ({"surprise": 1}, "surprise"),
            ({"params": []}, "params"),
            ({"params": {"temperature": "warm"}}, "temperature"),
            ({"params": {"temperature": -1}}, "temperature"),
            ({"params": {"max_tokens": 10**400}}, "max_tokens"),
            ({"params": {"max_tokens": -(10**20)}}, "max_tokens"),
            ({"params": {"seed": 1.5}}, "seed"),
            ({"params": {"top_k": 3}}, "params"),
            ({"params": {"model": "other/model"}}, "params"),
            ({"params": {"messages": []}}, "params"),
            ({"params": {"temperature": {"deep": [[[[1]]]]}}}, "temperature"),
        ],
    )
    def test_each_names_its_field_and_leaves_nothing_behind(
        self, talk: Talk, change: dict[str, Any], field: str
    ) -> None:
        body = json.dumps({"model": FAST, "prompt": "Why?", **change}).encode()

        assert self.send(talk, body, 422)["field"] == field

    @pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
    def test_numbers_that_are_none_fit_nowhere(self, talk: Talk, constant: bytes) -> None:
        body = b'{"model": "sandbox/sprinter", "prompt": "Why?", "params": {"temperature": %s}}' % constant

        assert self.send(talk, body, 422)["field"] == "temperature"

    @pytest.mark.parametrize("body", [b"", b"{", b"[1", b"nonsense", b'{"model": "a"', b"{'a': 1}"])
    def test_what_is_no_json_is_told_so(self, talk: Talk, body: bytes) -> None:
        found = self.send(talk, body, 422)

        assert found["error"] == "invalid"

    @pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"5"])
    def test_what_is_no_object_is_told_so(self, talk: Talk, body: bytes) -> None:
        self.send(talk, body, 422)

    def test_json_without_its_content_type_is_no_json(self, talk: Talk) -> None:
        self.send(
            talk, b'{"model": "sandbox/sprinter", "prompt": "Why?"}', 422, **{"Content-Type": "text/plain"}
        )

    def test_invalid_utf8_is_refused(self, talk: Talk) -> None:
        found = self.send(talk, b'{"model": "sandbox/sprinter", "prompt": "\xff\xfe"}', 400)

        assert found["message"] == "This request cannot be read."

    @pytest.mark.parametrize("place", [b'"prompt": "half \\ud800"', b'"prompt": "x", "model": "\\udc00"'])
    def test_half_a_character_is_told_or_replaced_and_never_breaks_anything(
        self, talk: Talk, place: bytes
    ) -> None:
        body = b'{"model": "sandbox/sprinter", %s}' % place
        answer = talk.alice.post(
            "/api/generations", content=body, headers={"Content-Type": "application/json"}
        )

        assert answer.status_code in (201, 422)
        answer.json()

    @pytest.mark.parametrize("depth", [200, 5_000, 200_000])
    def test_deep_json_is_refused(self, talk: Talk, depth: int) -> None:
        deep = b"[" * depth + b"]" * depth
        body = b'{"model": "sandbox/sprinter", "prompt": "Why?", "params": {"stop": %s}}' % deep

        answer = talk.alice.post(
            "/api/generations", content=body, headers={"Content-Type": "application/json"}
        )

        assert answer.status_code in (400, 422)
        assert set(answer.json()) <= {"error", "message", "request_id", "field"}

    def test_the_larger_part_of_the_internet_is_too_large(self, talk: Talk) -> None:
        def endless() -> Iterator[bytes]:
            for _ in range(40):
                yield b"x" * 1_000_000

        found = self.send(talk, endless(), 413)

        assert found["error"] == "too_large"


class TestLooking:
    def test_a_running_one_is_shown_with_the_words_so_far(self, talk: Talk) -> None:
        begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 3)

        found = talk.alice.get(f"/api/generations/{begun.generation_id}").json()
        talk.stop(talk.alice, begun)

        assert found["state"] == "running"
        assert found["text"].split()[:3] == ["1", "2", "3"]
        assert found["started_at"] and found["first_token_at"] and found["finished_at"] is None

    def test_looking_at_a_running_one_takes_nothing_from_it(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, "count 100 at 300 per second after 200 ms", model=BEAT)

        while talk.alice.get(f"/api/generations/{begun.generation_id}").json()["state"] != "done":
            pass

        text = talk.alice.get(f"/api/generations/{begun.generation_id}").json()["text"]
        assert text.split() == [str(number) for number in range(1, 101)]


class TestStopping:
    def test_what_came_is_kept_and_the_answer_says_how_it_ended(self, talk: Talk) -> None:
        begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 3)

        found = talk.alice.post(f"/api/generations/{begun.generation_id}/cancellation").json()

        assert (found["state"], found["reason"]) == ("cancelled", "cancelled")
        assert found["message"] == "Stopped by you. What came until then is kept."
        assert found["text"].split()[:3] == ["1", "2", "3"]

    def test_one_that_has_ended_is_left_as_it_is(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        found = talk.alice.post(f"/api/generations/{begun.generation_id}/cancellation").json()

        assert found["state"] == "done"


class TestForgetting:
    def test_the_words_are_gone_and_what_it_cost_stays(self, talk: Talk) -> None:
        found = finished(talk, asked(talk, prompt="Forget this soup", model="sandbox/scribe")["id"])

        answer = talk.alice.delete(f"/api/generations/{found['id']}")
        left = talk.alice.get(f"/api/generations/{found['id']}").json()

        assert (answer.status_code, answer.content) == (204, b"")
        assert (left["prompt"], left["text"], left["reasoning"]) == ("", "", "")
        assert left["cost_usd"] == found["cost_usd"]

    def test_one_that_runs_or_belongs_to_a_conversation_is_a_conflict(self, talk: Talk) -> None:
        running, begun = asked(talk, prompt=ENDLESS, model=BEAT)["id"], talk.talked(talk.alice)

        while_running = talk.alice.delete(f"/api/generations/{running}")
        inside = talk.alice.delete(f"/api/generations/{begun.generation_id}")
        talk.alice.post(f"/api/generations/{running}/cancellation")

        assert (while_running.status_code, inside.status_code) == (409, 409)
        assert "Stop it first" in while_running.json()["message"]
        assert "conversation" in inside.json()["message"]
