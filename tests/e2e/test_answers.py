"""What can be done with an answer: stop it, continue it, ask again, switch between versions, copy it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import counted, number
from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch

pytestmark = pytest.mark.usefixtures("sandbox")

ENDLESS = "count 1000 at 20 per second after 50 ms"


def test_stop_keeps_what_came_and_continue_goes_on_from_it(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with(ENDLESS, "sandbox/metronome")
    expect(chat.answer.body).to_contain_text(number(10))

    chat.answer.stop.click()

    expect(chat.answer.notice).to_contain_text("Stopped by you.")
    expect(chat.answer.article).to_have_attribute("data-state", "cancelled")
    kept = counted(chat.answer.body.inner_text())
    assert 10 <= len(kept) < 1000

    chat.answer.go_on.click()

    expect(chat.answer.versions).to_contain_text("2 / 2")
    expect(chat.answer.facts).to_be_visible()
    said = counted(chat.answer.body.inner_text())
    assert said[: len(kept)] == kept
    assert len(said) > len(kept)


def test_an_answer_is_stopped_before_its_first_word(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin_with("Take your time", "sandbox/slow")

    chat.answer.stop.click()

    expect(chat.answer.notice).to_contain_text("Stopped")
    expect(chat.answer.retry).to_be_visible()
    expect(chat.answer.go_on).to_have_count(0)


def test_a_second_question_waits_for_the_answer_and_keeps_its_words(
    enter: Callable[..., Page], watch: Watch, scripts: bool, begin: Callable[..., str]
) -> None:
    watch.forgive("status of 409")
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    page.goto(begin(ENDLESS, "sandbox/metronome"))

    chat.ask("Are you done?")

    expect(chat.composer.error).to_contain_text("still being written")
    expect(chat.composer.prompt).to_have_value("Are you done?")
    chat.answer.stop.click()
    expect(chat.answer.notice).to_contain_text("Stopped by you.")


def test_try_again_after_a_broken_answer_brings_another(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin_with("Tell me about ladles", "sandbox/cuts-off")
    expect(chat.answer.notice).to_contain_text("broke off in the middle")
    expect(chat.answer.body).not_to_be_empty()

    chat.answer.retry.click()

    expect(chat.answer.versions).to_contain_text("2 / 2")
    expect(chat.answer.notice).to_contain_text("broke off in the middle")


def test_asking_again_keeps_both_answers_and_one_can_switch(
    enter: Callable[..., Page], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with("count 3 at 50 per second", "sandbox/metronome")
    expect(chat.answer.facts).to_be_visible()
    first = chat.answer.article.get_attribute("id")

    chat.answer.again.click()

    expect(chat.answer.versions).to_contain_text("2 / 2")
    expect(chat.answer.facts).to_be_visible()
    second = chat.answer.article.get_attribute("id")
    assert second != first

    chat.answer.versions.get_by_role("button", name="Previous version").click()

    expect(chat.answer.versions).to_contain_text("1 / 2")
    expect(chat.answer.article).to_have_attribute("id", first or "")
    chat.answer.versions.get_by_role("button", name="Next version").click()
    expect(chat.answer.versions).to_contain_text("2 / 2")
    expect(chat.answer.article).to_have_attribute("id", second or "")
    page.reload()
    expect(chat.answer.versions).to_contain_text("2 / 2")


def test_an_edited_question_becomes_a_branch_and_both_are_kept(
    enter: Callable[..., Page], scripts: bool
) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin_with("count 3 at 50 per second", "sandbox/metronome")
    expect(chat.answer.facts).to_be_visible()
    chat.ask("count 5 at 50 per second")
    expect(chat.questions).to_have_count(2)
    expect(chat.answer.facts).to_be_visible()

    chat.question.edit.click()
    expect(chat.edit_field).to_have_value("count 5 at 50 per second")
    chat.edit_field.fill("count 7 at 50 per second")
    chat.page.locator(".message--editing").get_by_role("button", name="Ask").click()

    expect(chat.question.versions).to_contain_text("2 / 2")
    expect(chat.question.body).to_have_text("count 7 at 50 per second")
    expect(chat.answer.body).to_contain_text(number(7))
    expect(chat.answer.facts).to_be_visible()
    expect(chat.questions).to_have_count(2)

    chat.question.versions.get_by_role("button", name="Previous version").click()

    expect(chat.question.body).to_have_text("count 5 at 50 per second")
    expect(chat.answer.body).to_have_text(re.compile(r"1 2 3 4 5$"), use_inner_text=True)
    chat.question.versions.get_by_role("button", name="Next version").click()
    expect(chat.question.body).to_have_text("count 7 at 50 per second")


def test_an_edit_can_be_left_and_an_empty_one_is_refused(
    enter: Callable[..., Page], begin: Callable[..., str], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    page.goto(begin("count 2 at 50 per second", "sandbox/metronome") + "?live=1")
    expect(chat.answer.facts).to_be_visible()

    chat.edit_question("")

    expect(page.get_by_text("Write something first.")).to_be_visible()
    expect(chat.edit_field).to_have_attribute("aria-invalid", "true")
    page.get_by_role("link", name="Leave it").click()
    expect(chat.question.body).to_have_text("count 2 at 50 per second")
    expect(chat.question.versions).to_have_count(0)


def test_an_answer_a_question_and_a_piece_of_code_can_be_copied(
    enter: Callable[..., Page], begin: Callable[..., str], services: object
) -> None:
    page = enter("alice", permissions=["clipboard-read", "clipboard-write"])
    chat = Chat(page)
    page.goto(begin("Read me", "sandbox/ugly-unclosed-fence"))
    expect(chat.answer.facts).to_be_visible()

    chat.answer.copy.click()

    expect(chat.answer.copy).to_have_attribute("data-copied", "")
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert "**bold without end" in page.evaluate("navigator.clipboard.readText()")

    chat.question.copy.click()
    expect(chat.question.copy).to_have_attribute("data-copied", "")
    assert page.evaluate("navigator.clipboard.readText()").strip() == "Read me"

    code = page.get_by_role("button", name="Copy code")
    code.click()
    expect(code).to_have_attribute("data-copied", "")
    assert page.evaluate("navigator.clipboard.readText()").startswith("for dish in buffet:")


def test_nothing_that_needs_scripts_is_offered_without_them(
    enter: Callable[..., Page], begin: Callable[..., str]
) -> None:
    page = enter("alice", scripts=False)
    page.goto(begin("count 2 at 50 per second", "sandbox/metronome") + "?live=1")
    chat = Chat(page)
    expect(chat.answer.facts).to_be_visible()

    expect(page.locator(".needs-script").locator("visible=true")).to_have_count(0)
    expect(chat.answer.copy).to_be_hidden()
    expect(chat.answer.again).to_be_visible()
