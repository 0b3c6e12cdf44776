"""Whatever a provider does, the page says what happened in a sentence, keeps the question, and offers to try again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.chat import Chat
from tests.support.services import Services

REFUSALS = {
    "sandbox/refuses": "declined this prompt because of its content rules (sandbox)",
    "sandbox/ugly-err-401": "rejected the API key of this studio",
    "sandbox/ugly-err-402-credits": "has not enough credit for this",
    "sandbox/ugly-err-404": "does not offer this model",
    "sandbox/ugly-err-429-after-huge": "is busy at the moment",
    "sandbox/ugly-err-html-502": "has a problem of its own at the moment",
    "sandbox/ugly-err-broken-json": "has a problem of its own at the moment",
    "sandbox/ugly-err-context": "is longer than the model",
    "sandbox/ugly-err-200-json": "has a problem of its own at the moment",
    "sandbox/ugly-drop-before-headers": "closed the connection without an answer",
}
BROKEN = {
    "sandbox/ugly-drop-mid-event": "broke off in the middle of the answer",
    "sandbox/ugly-reset-mid-answer": "broke off in the middle of the answer",
    "sandbox/ugly-mid-error-choices-int-done": "has a problem of its own at the moment",
    "sandbox/ugly-end-without-finish": "before it was finished",
}
ODD = [
    "crlf",
    "one-byte",
    "line-separator",
    "json-instead",
    "usage-none",
    "end-without-done",
    "unknown-keys",
    "bom",
]


@pytest.mark.parametrize(
    ("model", "scripts"), [*((model, True) for model in REFUSALS), ("sandbox/refuses", False)]
)
def test_a_refusal_is_said_in_a_sentence(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], scripts: bool, model: str
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(begin("A question worth keeping", model) + "?live=1")
    chat = Chat(page)

    expect(chat.answer.notice).to_contain_text(REFUSALS[model])

    expect(chat.answer.notice).to_have_role("alert")
    expect(chat.answer.retry).to_be_visible()
    expect(chat.answer.go_on).to_have_count(0)
    expect(chat.question.body).to_have_text("A question worth keeping")
    expect(chat.composer.prompt).to_be_editable()


@pytest.mark.parametrize(
    ("model", "scripts"), [*((model, True) for model in BROKEN), ("sandbox/ugly-drop-mid-event", False)]
)
def test_a_broken_answer_keeps_what_came(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], scripts: bool, model: str
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(begin("Greet me", model) + "?live=1")
    chat = Chat(page)

    expect(chat.answer.notice).to_contain_text(BROKEN[model])

    expect(chat.answer.body).to_contain_text("Grüße aus")
    expect(chat.answer.retry).to_be_visible()
    expect(chat.answer.go_on).to_be_visible()


@pytest.mark.parametrize("name", ODD)
def test_an_oddly_written_answer_is_read_all_the_same(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], name: str
) -> None:
    page = enter("alice")
    page.goto(begin("Greet me", f"sandbox/ugly-{name}"))
    chat = Chat(page)

    expect(chat.answer.facts).to_be_visible()

    expected = "one" if name == "line-separator" else "Grüße aus der Sandbox: naïve café, 東京, 🦊. Done."
    expect(chat.answer.body).to_contain_text(expected)
    expect(chat.answer.notice).to_have_count(0)


def test_a_busy_provider_is_tried_again_by_itself(enter: Callable[..., Page], services: Services) -> None:
    chat = Chat(enter("alice"))

    chat.begin_with("Is there a table free?", "sandbox/rate-limited")

    expect(chat.answer.status).to_contain_text("is busy at the moment. Trying again in")
    expect(chat.answer.facts).to_be_visible()
    expect(chat.answer.notice).to_have_count(0)


def test_a_provider_that_stays_busy_is_given_up(
    enter: Callable[..., Page], services: Services, scripts: bool
) -> None:
    chat = Chat(enter("alice", scripts=scripts))

    chat.begin_with("Is there a table free?", "sandbox/rate-limited-always")

    expect(chat.answer.notice).to_contain_text("is busy at the moment", timeout=40_000)
    expect(chat.answer.retry).to_be_visible()


def test_a_flaky_provider_is_not_noticed(
    enter: Callable[..., Page], services: Services, scripts: bool
) -> None:
    chat = Chat(enter("alice", scripts=scripts))

    chat.begin_with("Anything", "sandbox/flaky")

    expect(chat.answer.facts).to_be_visible()
    expect(chat.answer.body).not_to_be_empty()


def test_a_silent_provider_can_be_stopped(
    enter: Callable[..., Page], services: Services, scripts: bool
) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin_with("Say something", "sandbox/ugly-silence-30")

    chat.answer.stop.click()

    expect(chat.answer.notice).to_contain_text("Stopped")


def test_a_cut_at_the_length_limit_offers_to_continue(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(begin("Greet me", "sandbox/ugly-finish-length") + "?live=1")
    chat = Chat(page)

    expect(chat.answer.notice).to_contain_text("reached its length limit")
    expect(chat.answer.go_on).to_be_visible()


def test_three_hundred_thousand_characters_in_one_line_do_not_break_the_page(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts, viewport={"width": 390, "height": 844})
    page.goto(begin("Go on and on", "sandbox/ugly-long-line") + "?live=1")
    chat = Chat(page)

    expect(chat.answer.facts).to_be_visible()

    expect(chat.answer.body).to_contain_text(re.compile("(long ){1000}"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
