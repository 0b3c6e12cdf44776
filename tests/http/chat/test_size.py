"""A page costs the same number of statements however long the conversation is, and a long one opens quickly."""

import statistics
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from studio.db.cursor import Cursor

from tests.http.chat.conftest import conversation_of
from tests.support.html import Html
from tests.support.people import Caller
from tests.support.talking import Begun, Talk

STATEMENTS_AT_MOST = 10
P95_SECONDS = 0.1
BUSY_MACHINE = 4  # times; the figure itself is measured by the benchmark


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """How many statements a visit executes: the fewest of several, for what works beside one adds its own."""
    executed: list[str] = []
    plain = Cursor.execute

    def counted(self: Cursor, sql: str, parameters: object = None) -> Cursor:
        executed.append(sql)
        return plain(self, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Cursor, "execute", counted)

    def once(work: Callable[[], object]) -> int:
        executed.clear()
        work()
        return len(executed)

    yield lambda *visits: min(once(visit) for visit in visits)


@pytest.mark.parametrize(
    "address",
    [
        "/fragments/conversations/{c}",
        "/fragments/conversations/{c}/messages?before={a}",
        "/fragments/conversations/{c}/live",
        "/fragments/messages/{a}",
        "/fragments/messages/{a}/events",
        "/fragments/messages/{q}/edit",
        "/api/conversations/{c}",
        "/api/generations/{g}",
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_conversation(
    talk: Talk, statements: Callable[[Callable[[], object]], int], address: str
) -> None:
    def first_visit(questions: int) -> Callable[[], object]:
        begun = conversation_of(talk, talk.alice, questions)
        place = address.format(
            c=begun.conversation_id, a=begun.answer_id, q=begun.question_id, g=begun.generation_id
        )
        return lambda: talk.alice.get(place).read()

    small, large = ([first_visit(questions) for _ in range(3)] for questions in (5, 20))
    talk.alice.get("/api/me")  # who calls is looked up once and then remembered

    assert statements(*small) == (costs := statements(*large))
    assert 0 < costs <= STATEMENTS_AT_MOST


def test_a_list_of_conversations_costs_the_same_however_many_there_are(
    talk: Talk, statements: Callable[[Callable[[], object]], int]
) -> None:
    few, many = talk.join("gustav@example.org", "Gustav"), talk.join("hanna@example.org", "Hanna")
    for _ in range(2):
        conversation_of(talk, few, 1)
    for _ in range(12):
        conversation_of(talk, many, 1)
    for who in (few, many):
        who.get("/api/me")

    def visits(who: Caller) -> list[Callable[[], object]]:
        return [lambda: who.get("/fragments/conversations")] * 3

    assert statements(*visits(few)) == statements(*visits(many))


def test_three_hundred_messages_open_quickly_and_show_their_end(talk: Talk, long: Begun) -> None:
    page, seconds = talk.page(talk.alice, long), []
    for _ in range(11):
        began = time.perf_counter()
        talk.alice.get(long.url).read()
        seconds.append(time.perf_counter() - began)

    assert len(page.all(".message")) == 40
    assert page.one("#conversation-header .facts").text == "Total $0.15"
    assert statistics.median(seconds) < P95_SECONDS * BUSY_MACHINE


def test_a_question_in_a_long_conversation_tells_the_provider_all_of_it(talk: Talk) -> None:
    begun = conversation_of(talk, talk.alice, 30)
    form = {"prompt": "And now?", "model": "sandbox/sprinter"}

    second = talk.finished(talk.begun(talk.alice, talk.alice.post(f"{begun.url}/messages", data=form)))

    exchanges = talk.client.get(f"{talk.sandbox_url}/_requests").json()["data"]
    asked = [exchange["body"] for exchange in exchanges if exchange["path"].endswith("/chat/completions")][-1]
    assert len(asked["messages"]) == 61
    assert asked["messages"][0]["content"] == "Question 0?"
    assert asked["messages"][-1]["content"] == "And now?"
    live = talk.studio.engine.find(UUID(second.generation_id))
    assert live is None
    assert len(Html(talk.alice.get(begun.url).text).all(".message")) == 40
