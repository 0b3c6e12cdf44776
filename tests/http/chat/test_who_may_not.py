"""Who may not, for every route of conversations and messages: the first test of each of them."""

from uuid import uuid4

import pytest

from tests.support.ids import NOBODYS
from tests.support.people import Caller
from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import HX, Begun, Talk

CONVERSATION_ROUTES = [
    ("GET", "/fragments/conversations/{id}"),
    ("GET", "/fragments/conversations/{id}?rename=1"),
    ("GET", "/fragments/conversations/{id}/live"),
    ("GET", f"/fragments/conversations/{{id}}/messages?before={NOBODYS}"),
    ("POST", "/fragments/conversations/{id}/messages"),
    ("GET", "/fragments/conversations/{id}/title"),
    ("POST", "/fragments/conversations/{id}/title"),
    ("POST", "/fragments/conversations/{id}/pin"),
    ("POST", "/fragments/conversations/{id}/archive"),
    ("POST", "/fragments/conversations/{id}/deletion"),
    ("GET", "/api/conversations/{id}"),
    ("DELETE", "/api/conversations/{id}"),
]
ANSWER_ROUTES = [
    ("GET", "/fragments/messages/{id}"),
    ("GET", "/fragments/messages/{id}/events"),
    ("GET", "/fragments/messages/{id}/events?after=99"),
    ("POST", "/fragments/messages/{id}/regenerations"),
    ("POST", "/fragments/messages/{id}/continuations"),
    ("POST", "/fragments/messages/{id}/selection"),
]
QUESTION_ROUTES = [
    ("GET", "/fragments/messages/{id}"),
    ("GET", "/fragments/messages/{id}/edit"),
    ("POST", "/fragments/messages/{id}/edits"),
    ("POST", "/fragments/messages/{id}/selection"),
]
GENERATION_ROUTES = [("POST", "/fragments/generations/{id}/cancellation")]
COMMON_ROUTES = [
    ("GET", "/fragments/conversations"),
    ("GET", "/fragments/conversations/new"),
    ("GET", "/fragments/create"),
    ("POST", "/fragments/conversations"),
    ("GET", "/api/conversations"),
    ("POST", "/api/estimates"),
]
FORM = {"prompt": "Mine now?", "model": "sandbox/sprinter", "title": "Mine"}


def send(who: Caller, method: str, address: str, **headers: str):  # type: ignore[no-untyped-def]
    body = {"json": {}} if address.startswith("/api") else {"data": FORM}
    return who.request(method, address, headers=headers, **(body if method == "POST" else {}))


@pytest.fixture(scope="module")
def hers(talk: Talk) -> Begun:
    """Alice's conversation, which nobody else may as much as notice."""
    return talk.talked(talk.alice, "Alice's secret soup?")


@pytest.mark.parametrize(
    ("method", "address"),
    [*COMMON_ROUTES, *CONVERSATION_ROUTES, *ANSWER_ROUTES, *QUESTION_ROUTES, *GENERATION_ROUTES],
)
def test_charlie_and_a_forged_token_are_asked_to_sign_in(
    talk: Talk, hers: Begun, method: str, address: str
) -> None:
    ids = {
        "conversations": hers.conversation_id,
        "messages": hers.answer_id,
        "generations": hers.generation_id,
    }
    place = address.format(id=ids.get(address.split("/")[2], ""))

    for caller in (talk.charlie, Caller(talk.client, "x" * 43)):  # type: ignore[arg-type]
        assert_signed_out(send(caller, method, place))


@pytest.mark.parametrize("headers", [{}, HX], ids=["plain", "htmx"])
@pytest.mark.parametrize(("method", "address"), CONVERSATION_ROUTES)
def test_somebody_elses_conversation_is_not_there(
    talk: Talk, hers: Begun, method: str, address: str, headers: dict[str, str]
) -> None:
    others = send(talk.bob, method, address.format(id=hers.conversation_id), **headers)
    missing = send(talk.bob, method, address.format(id=uuid4()), **headers)

    assert_not_there(others, missing)


@pytest.mark.parametrize(("method", "address"), ANSWER_ROUTES)
def test_somebody_elses_answer_is_not_there(talk: Talk, hers: Begun, method: str, address: str) -> None:
    others = send(talk.bob, method, address.format(id=hers.answer_id))

    assert_not_there(others, send(talk.bob, method, address.format(id=uuid4())))


@pytest.mark.parametrize(("method", "address"), QUESTION_ROUTES)
def test_somebody_elses_question_is_not_there(talk: Talk, hers: Begun, method: str, address: str) -> None:
    others = send(talk.bob, method, address.format(id=hers.question_id))

    assert_not_there(others, send(talk.bob, method, address.format(id=uuid4())))


@pytest.mark.parametrize(("method", "address"), GENERATION_ROUTES)
def test_somebody_elses_generation_is_not_there(talk: Talk, hers: Begun, method: str, address: str) -> None:
    others = send(talk.bob, method, address.format(id=hers.generation_id))

    assert_not_there(others, send(talk.bob, method, address.format(id=uuid4())))


@pytest.mark.parametrize(
    ("method", "address"), [*CONVERSATION_ROUTES, *ANSWER_ROUTES, *QUESTION_ROUTES, *GENERATION_ROUTES]
)
def test_an_id_that_is_none_is_not_there_either(talk: Talk, method: str, address: str) -> None:
    nonsense = send(talk.alice, method, address.format(id="nonsense"))

    assert_not_there(nonsense, send(talk.alice, method, address.format(id=uuid4())))


def test_an_administrator_reads_nobodys_conversation(talk: Talk, hers: Begun) -> None:
    assert talk.ruth.get(hers.url).status_code == 404
    assert talk.ruth.get(f"/api/conversations/{hers.conversation_id}").status_code == 404
    assert "secret soup" not in talk.ruth.get("/fragments/conversations").text


def test_nothing_of_it_has_changed_after_all_this(talk: Talk, hers: Begun) -> None:
    found = talk.alice.get(f"/api/conversations/{hers.conversation_id}").json()

    assert found["title"] == "Alice's secret soup?"
    assert (found["pinned"], found["archived_at"], len(found["messages"])) == (False, None, 2)


@pytest.mark.parametrize(("method", "address"), [*ANSWER_ROUTES[:-1], *QUESTION_ROUTES[1:3]])
def test_messages_of_a_deleted_conversation_are_not_there(talk: Talk, method: str, address: str) -> None:
    begun = talk.talked(talk.alice)
    talk.alice.post(f"{begun.url}/deletion", data={"value": "set"})
    id_ = begun.question_id if "edit" in address else begun.answer_id

    assert send(talk.alice, method, address.format(id=id_)).status_code == 404
