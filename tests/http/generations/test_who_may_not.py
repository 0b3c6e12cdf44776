"""Who may not, for every route of generations: the first test of each of them."""

from uuid import uuid4

import pytest

from tests.support.people import Caller
from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import BEAT, ENDLESS, FAST, Begun, Talk

ROUTES = [
    ("GET", "/api/generations/{id}"),
    ("GET", "/api/generations/{id}/events"),
    ("GET", "/api/generations/{id}/events?after=5"),
    ("POST", "/api/generations/{id}/cancellation"),
    ("DELETE", "/api/generations/{id}"),
]


@pytest.fixture(scope="module")
def hers(talk: Talk) -> Begun:
    return talk.talked(talk.alice)


@pytest.mark.parametrize(("method", "address"), [("POST", "/api/generations"), *ROUTES])
def test_charlie_and_a_forged_token_are_asked_to_sign_in(
    talk: Talk, hers: Begun, method: str, address: str
) -> None:
    body = {"json": {"model": FAST, "prompt": "Why?"}} if address == "/api/generations" else {}

    for caller in (talk.charlie, Caller(talk.client, "x" * 43)):  # type: ignore[arg-type]
        answer = caller.request(method, address.format(id=hers.generation_id), **body)
        assert_signed_out(answer)
        assert answer.json()["error"] == "signed_out"


@pytest.mark.parametrize(("method", "address"), ROUTES)
def test_somebody_elses_finished_generation_is_not_there(
    talk: Talk, hers: Begun, method: str, address: str
) -> None:
    others = talk.bob.request(method, address.format(id=hers.generation_id))

    assert_not_there(others, talk.bob.request(method, address.format(id=uuid4())))


@pytest.mark.parametrize(("method", "address"), ROUTES)
def test_somebody_elses_running_generation_is_not_there(talk: Talk, method: str, address: str) -> None:
    begun = talk.begin(talk.alice, ENDLESS, model=BEAT)

    others = talk.bob.request(method, address.format(id=begun.generation_id))
    still_runs = not talk.live(begun).is_over
    talk.stop(talk.alice, begun)

    assert_not_there(others, talk.bob.request(method, address.format(id=uuid4())))
    assert still_runs


@pytest.mark.parametrize(("method", "address"), ROUTES)
def test_an_id_that_is_none_is_not_there_either(talk: Talk, method: str, address: str) -> None:
    nonsense = talk.alice.request(method, address.format(id="nonsense"))

    assert_not_there(nonsense, talk.alice.request(method, address.format(id=uuid4())))


@pytest.mark.parametrize("field", ["conversation_id", "parent_id", "input_asset_ids"])
def test_nothing_of_somebody_else_can_be_asked_with(talk: Talk, hers: Begun, field: str) -> None:
    ids = {"conversation_id": hers.conversation_id, "parent_id": hers.generation_id}
    body = {"model": "sandbox/seer", "prompt": "Mine?"}
    before = talk.count("generations")

    def ask(id_: str):  # type: ignore[no-untyped-def]
        return talk.bob.post(
            "/api/generations", json={**body, field: [id_] if field.endswith("ids") else id_}
        )

    assert_not_there(ask(ids.get(field, str(uuid4()))), ask(str(uuid4())))
    assert talk.count("generations") == before


def test_nothing_has_happened_to_it_after_all_this(talk: Talk, hers: Begun) -> None:
    found = talk.alice.get(f"/api/generations/{hers.generation_id}").json()

    assert (found["state"], found["prompt"]) == ("done", "Why do plates stack?")
