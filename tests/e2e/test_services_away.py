"""A service that is away for a while: the pages say so, keep the words, and come back by themselves."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import marked, stayed
from tests.e2e.pages.chat import Chat
from tests.e2e.pages.videos import Videos
from tests.support.services import Services

pytestmark = pytest.mark.usefixtures("sandbox")


def test_a_question_that_finds_no_backend_stays_in_the_field(
    enter: Callable[..., Page], mortal: Services
) -> None:
    page = enter("alice")
    chat = Chat(page)
    chat.begin("sandbox/sprinter")
    marked(page)
    mortal.backend.kill()

    chat.ask("Words that must not be lost")

    expect(page.locator("#toasts").get_by_role("alert").first).to_contain_text("The studio is restarting.")
    expect(chat.composer.prompt).to_have_value("Words that must not be lost")

    mortal.backend.start()
    mortal.backend.wait_until_ready()
    chat.composer.send.click()

    expect(chat.answer.facts).to_be_visible()
    expect(chat.question.body).to_have_text("Words that must not be lost")
    assert stayed(page)


def test_without_scripts_a_page_carries_the_words_back(enter: Callable[..., Page], mortal: Services) -> None:
    page = enter("alice", scripts=False)
    chat = Chat(page)
    chat.begin("sandbox/sprinter")
    mortal.backend.kill()

    chat.ask("Words that\nmust not be lost")

    expect(page.get_by_role("heading", level=1)).to_have_text("The studio is restarting")
    expect(page.get_by_label("Prompt")).to_have_value("Words that\nmust not be lost")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_label("Prompt")).to_have_value("Words that\nmust not be lost")

    mortal.backend.start()
    mortal.backend.wait_until_ready()
    page.get_by_role("button", name="Try again").click()

    expect(chat.answer.facts).to_be_visible()
    expect(chat.question.body).to_have_text("Words that\nmust not be lost", use_inner_text=True)


def test_a_question_that_finds_no_frontend_stays_in_the_field(
    enter: Callable[..., Page], mortal: Services
) -> None:
    page = enter("alice")
    chat = Chat(page)
    chat.begin("sandbox/sprinter")
    marked(page)
    mortal.frontend.kill()

    chat.ask("Words that must not be lost")

    lost = page.locator('#toasts [data-code="connection_lost"]')
    expect(lost).to_contain_text("The connection to the studio was lost.")
    expect(chat.composer.prompt).to_have_value("Words that must not be lost")

    mortal.frontend.start()
    mortal.frontend.wait_until_ready()
    chat.composer.send.click()

    expect(chat.answer.facts).to_be_visible()
    expect(lost).to_have_count(0)
    assert stayed(page)


def test_a_page_opened_without_a_backend_comes_back_by_itself(
    enter: Callable[..., Page], mortal: Services, scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    mortal.backend.kill()

    answer = page.goto("/account")

    assert answer is not None and answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    expect(page.get_by_role("heading", level=1)).to_have_text("The studio is restarting")
    expect(page.locator("body")).not_to_have_text(re.compile("Traceback|urllib3|Errno"))

    mortal.backend.start()
    mortal.backend.wait_until_ready()

    expect(page.get_by_role("heading", level=1)).to_have_text("Account")


def test_pages_that_are_open_during_a_restart_go_on(
    enter: Callable[..., Page], mortal: Services, scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with("Before", "sandbox/sprinter")
    expect(chat.answer.facts).to_be_visible()

    mortal.backend.stop()
    mortal.backend.start()
    mortal.backend.wait_until_ready()
    chat.ask("After")

    expect(chat.questions).to_have_count(2)
    expect(chat.answer.facts).to_be_visible()
    expect(chat.question.body).to_have_text("After")


def test_what_waits_for_videos_says_once_that_nobody_answers_and_goes_on(
    enter: Callable[..., Page], mortal: Services
) -> None:
    page = enter("alice")
    videos = Videos(page)
    videos.begin("?model=sandbox/video-stuck")
    prompts = ("A gate in the wind", "A gate in the rain")
    for prompt in prompts:
        videos.ask(prompt)
        expect(videos.card(prompt).making).to_contain_text("Being filmed")
    alerts = page.locator("#toasts").get_by_role("alert")
    marked(page)
    mortal.backend.kill()

    for _ in range(4):  # two rounds of both cards
        page.wait_for_event("response", lambda answer: answer.status == 503)
    expect(alerts).to_have_count(1)
    expect(alerts).to_contain_text("The studio is restarting.")
    mortal.backend.start()
    mortal.backend.wait_until_ready()

    expect(alerts).to_have_count(0)
    for prompt in prompts:
        card = videos.card(prompt)
        said = card.making.inner_text()
        expect(card.making).not_to_have_text(said, use_inner_text=True)
        card.stop.click()
        expect(card.notice).to_contain_text("Stopped by you.")
    assert stayed(page)


def test_pressing_something_again_and_again_says_once_that_nobody_answers(
    enter: Callable[..., Page], mortal: Services
) -> None:
    page = enter("alice")
    chat = Chat(page)
    chat.begin("sandbox/sprinter")
    alerts = page.locator("#toasts").get_by_role("alert")
    mortal.backend.kill()

    for _ in range(3):
        with page.expect_response(lambda answer: answer.status == 503):
            chat.ask("Is anybody there?")
        expect(alerts).to_have_count(1)
