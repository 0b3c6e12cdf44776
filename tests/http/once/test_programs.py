"""The header Idempotency-Key: a program that tries again gets what it began, and never begins it twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.filming import SAME, TINY, Film
from tests.support.painting import SKETCHER
from tests.support.people import Caller
from tests.support.talking import FAST

BODIES = [
    {"kind": "text", "model": FAST},
    {"kind": "image", "model": SKETCHER},
    {"kind": "video", "model": TINY, "params": SAME},
]
KINDS = pytest.mark.parametrize("body", BODIES, ids=["text", "image", "video"])


def send(who: Caller, body: dict[str, Any], key: str | None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return who.post("/api/generations", json=body, headers=headers)


@KINDS
def test_requests_at_the_same_moment_are_one_generation(film: Film, body: dict[str, Any]) -> None:
    key, together = str(uuid4()), Barrier(6)
    wish = {**body, "prompt": f"Once as {body['kind']}"}
    before = film.count("generations")

    def press(_: int) -> httpx.Response:
        together.wait()
        return send(film.alice, wish, key)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(press, range(6)))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert film.count("generations") == before + 1


@KINDS
def test_a_repeat_gives_it_as_it_is_now(film: Film, body: dict[str, Any]) -> None:
    key, wish = str(uuid4()), {**body, "prompt": f"As it is now: {body['kind']}"}
    first = send(film.alice, wish, key).json()
    ended = film.ended(film.alice, first["id"])

    again = send(film.alice, wish, f'"{key}"')

    assert (again.status_code, again.json()) == (201, ended)


@KINDS
def test_another_body_with_the_same_key_is_refused(film: Film, body: dict[str, Any]) -> None:
    key, wish = str(uuid4()), {**body, "prompt": "One thing"}
    send(film.alice, wish, key)
    before = film.count("generations")

    answer = send(film.alice, {**wish, "prompt": "Another thing"}, key)

    told = answer.json()
    assert (answer.status_code, told["error"], told["field"]) == (
        422,
        "idempotency_key_reused",
        "Idempotency-Key",
    )
    assert "another request" in told["message"]
    assert film.count("generations") == before


def test_a_question_in_a_conversation_is_asked_once(film: Film) -> None:
    begun = film.talked(film.alice, "For a program")
    body = {"kind": "text", "model": FAST, "prompt": "Go on", "conversation_id": begun.conversation_id}
    key = str(uuid4())

    answers = [send(film.alice, body, key) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_somebody_else_may_have_the_same_key(film: Film) -> None:
    key, body = str(uuid4()), {"kind": "text", "model": FAST, "prompt": "Ours"}

    ids = {send(who, body, key).json()["id"] for who in (film.alice, film.bob)}

    assert len(ids) == 2


def test_what_was_refused_has_not_taken_its_key(film: Film) -> None:
    key, body = str(uuid4()), {"kind": "image", "model": SKETCHER, "prompt": ""}

    refused, taken = (send(film.alice, wish, key) for wish in (body, {**body, "prompt": "A jug"}))

    assert (refused.status_code, refused.json()["field"], taken.status_code) == (422, "prompt", 201)


@pytest.mark.parametrize("key", ["", '""', "k" * 256])
def test_a_key_that_is_none_is_told(film: Film, key: str) -> None:
    answer = send(film.alice, {"kind": "text", "model": FAST, "prompt": "Hello"}, key)

    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_without_a_key_each_is_one_of_its_own(film: Film) -> None:
    body = {"kind": "text", "model": FAST, "prompt": "Twice on purpose"}

    assert len({send(film.alice, body, None).json()["id"] for _ in range(2)}) == 2
