"""What people read: money, facts, days."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from studio.chat import views
from studio.chat.conversation import Conversation
from studio.generations.generation import Generation, Outcome, State
from studio.ids import new_id
from studio.moments import now

ASKED_AT = now()


def generation(state: State = State.DONE, **outcome: object) -> Generation:
    return Generation(
        new_id(), new_id(), "text", state, new_id(), "Acme", "acme/chat-1", "Why?", {}, False, ASKED_AT,
        outcome=Outcome(**outcome),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "cost unknown"),
        (Decimal(0), "free"),
        (Decimal("0E-9"), "free"),
        (Decimal("0.0042"), "$0.0042"),
        (Decimal("0.00421987"), "$0.0042"),
        (Decimal("0.000000001"), "$0.0000000010"),
        (Decimal("0.25"), "$0.25"),
        (Decimal("1"), "$1.00"),
        (Decimal("12.345"), "$12.34"),
        (Decimal("999999999"), "$999999999.00"),
    ],
)
def test_money_is_never_rounded_to_nothing(usd: Decimal | None, text: str) -> None:
    assert views.money(usd) == text


@pytest.mark.parametrize(
    ("costs", "text"),
    [
        ([], None),
        ([Decimal("0.01"), Decimal("0.02")], "$0.030"),
        ([Decimal("0.01"), None], "≥ $0.010"),
        ([Decimal(0), Decimal(0)], "free"),
        ([Decimal(0), None], "cost unknown"),
        ([None], "cost unknown"),
    ],
)
def test_a_total_says_what_is_not_known(costs: list[Decimal | None], text: str | None) -> None:
    assert views.total_cost(costs) == text


def test_facts_are_everything_that_is_known_in_order() -> None:
    done = generation(
        input_tokens=1234,
        output_tokens=100,
        cost_usd=Decimal("0.0042"),
        first_token_at=ASKED_AT + timedelta(milliseconds=250),
        finished_at=ASKED_AT + timedelta(milliseconds=2250),
    )

    assert views.facts(done, "Chat One") == [
        ("Model", "Chat One"),
        ("Tokens", "1,234 in · 100 out"),
        ("First token", "250 ms"),
        ("Speed", "50 tokens/s"),
        ("Cost", "$0.0042"),
    ]


def test_another_model_that_answered_is_named() -> None:
    assert ("Answered by", "acme/chat-2") in views.facts(generation(answered_model="acme/chat-2"), "Chat One")
    assert all(
        name != "Answered by" for name, _ in views.facts(generation(answered_model="acme/chat-1"), "x")
    )


def test_what_is_not_known_is_not_guessed() -> None:
    assert views.facts(generation(), "Chat One") == [("Model", "Chat One"), ("Cost", "cost unknown")]
    assert ("Tokens", "? in · 3 out") in views.facts(generation(output_tokens=3), "x")


def test_a_running_answer_has_no_cost_yet() -> None:
    assert views.facts(generation(State.RUNNING), "Chat One") == [("Model", "Chat One")]


def test_an_answer_in_one_moment_has_no_speed() -> None:
    at_once = generation(output_tokens=5, first_token_at=ASKED_AT, finished_at=ASKED_AT)

    assert all(name != "Speed" for name, _ in views.facts(at_once, "x"))


def test_every_state_has_its_words() -> None:
    assert set(views.STATE_TEXTS) == set(State)


def test_conversations_are_grouped_by_day_with_the_pinned_first() -> None:
    moment = now().replace(hour=12)
    first = Conversation(new_id(), new_id(), "Today's", "m", "", {}, None, False, moment, moment)

    def used(title: str, when: datetime) -> Conversation:
        return replace(first, id=new_id(), title=title, updated_at=when)

    others = [
        first,
        used("Yesterday's", moment - timedelta(days=1)),
        used("This week's", moment - timedelta(days=3)),
        used("Old", moment.replace(year=2019, month=5, day=3)),
    ]
    pinned = replace(first, id=new_id(), title="Kept", is_pinned=True)

    groups = views.grouped([pinned], others, first.id)

    assert [group.name for group in groups] == ["Pinned", "Today", "Yesterday", "This week", "May 2019"]
    assert [item.title for group in groups for item in group.items if item.is_current] == ["Today's"]


def test_no_conversations_make_no_groups() -> None:
    assert views.grouped([], [], None) == []
