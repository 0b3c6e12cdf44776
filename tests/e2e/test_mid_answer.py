"""Whatever happens while an answer is being written, what came is kept and the reader gets it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looking import conversation_of, counted, grows, number
from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch
from tests.support.services import Services

pytestmark = pytest.mark.usefixtures("sandbox")

ENDLESS = "count 100000 at 20 per second after 50 ms"  # a test that has seen enough stops it


def has_no_gap(body: Locator) -> bool:
    """Whether every number from 1 on stands there once."""
    said = counted(body.inner_text())
    return said == list(range(1, len(said) + 1))


def test_a_reload_shows_what_came_and_goes_on(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with(ENDLESS, "sandbox/metronome")
    expect(chat.answer.body).to_contain_text(number(5))

    page.reload(wait_until="commit")

    expect(chat.answer.body).to_contain_text(number(5))
    grows(chat.answer.body, times=2)
    assert has_no_gap(chat.answer.body)
    chat.answer.stop.click()
    expect(chat.answer.notice).to_contain_text("Stopped by you.")
    assert has_no_gap(chat.answer.body)


def test_a_page_opened_in_mid_answer_without_scripts_offers_to_watch(
    enter: Callable[..., Page], begin: Callable[..., str]
) -> None:
    page = enter("alice", scripts=False)
    chat = Chat(page)
    page.goto(begin(ENDLESS, "sandbox/metronome"))
    expect(chat.answer.stop).to_be_visible()

    page.get_by_role("link", name="Watch it being written").click()

    grows(chat.answer.body, times=2)
    assert has_no_gap(chat.answer.body)
    chat.answer.stop.click()
    expect(chat.answer.notice).to_contain_text("Stopped by you.")


def test_another_browser_watches_the_same_answer(enter: Callable[..., Page], scripts: bool) -> None:
    asking = Chat(enter("alice", scripts=scripts))
    watching = Chat(enter("alice", scripts=not scripts))
    asking.begin_with(ENDLESS, "sandbox/metronome")

    watching.page.goto(conversation_of(asking.page) + "?live=1", wait_until="commit")
    grows(watching.answer.body, times=2)
    grows(asking.answer.body, times=2)
    asking.answer.stop.click()

    for chat in (asking, watching):
        expect(chat.answer.notice).to_contain_text("Stopped by you.")
        assert has_no_gap(chat.answer.body)
    assert counted(asking.answer.body.inner_text()) == counted(watching.answer.body.inner_text())


def test_a_cut_connection_is_taken_up_where_it_was_cut(enter: Callable[..., Page], watch: Watch) -> None:
    watch.forgive_outage()
    page = enter("alice")
    chat = Chat(page)
    chat.begin_with(ENDLESS, "sandbox/metronome")
    expect(chat.answer.body).to_contain_text(number(5))

    page.context.set_offline(True)
    chat.composer.prompt.fill("typed while the line was down")  # asks for an estimate, which nobody hears
    expect(page.locator('#toasts [data-code="connection_lost"]')).to_be_visible()
    seen = counted(chat.answer.body.inner_text())
    page.context.set_offline(False)

    expect(chat.answer.body).to_contain_text(number(len(seen) + 40))
    assert has_no_gap(chat.answer.body)
    expect(chat.composer.prompt).to_have_value("typed while the line was down")
    chat.answer.stop.click()
    expect(chat.answer.notice).to_contain_text("Stopped by you.")


def test_a_restart_of_the_frontend_does_not_disturb_an_answer(
    enter: Callable[..., Page], mortal: Services, scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with(ENDLESS, "sandbox/metronome")
    address = conversation_of(page)
    expect(chat.answer.body).to_contain_text(number(5))
    mortal.frontend.kill()
    seen = counted(chat.answer.body.inner_text())

    mortal.frontend.start()
    mortal.frontend.wait_until_ready()
    if not scripts:
        page.goto(address + "?live=1", wait_until="commit")

    expect(chat.answer.body).to_contain_text(number(len(seen) + 10))
    assert has_no_gap(chat.answer.body)
    chat.answer.stop.click()
    expect(chat.answer.notice).to_contain_text("Stopped by you.")


def test_a_killed_backend_leaves_an_unfinished_answer_that_can_be_continued(
    enter: Callable[..., Page], mortal: Services, scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with(ENDLESS, "sandbox/metronome")
    address = conversation_of(page)
    expect(chat.answer.body).to_contain_text(number(30))

    mortal.backend.kill()
    mortal.backend.start()
    mortal.backend.wait_until_ready()
    if not scripts:
        expect(page.get_by_role("alert")).to_contain_text("Nothing is lost")
        page.get_by_role("link", name="go on reading").click()

    expect(chat.answer.notice).to_contain_text("The studio restarted while this was being written.")
    kept = counted(chat.answer.body.inner_text())
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) >= 20, "at most half a second of it may be gone"

    chat.answer.go_on.click()

    expect(chat.answer.versions).to_contain_text("2 / 2")
    expect(chat.answer.facts).to_be_visible()
    assert counted(chat.answer.body.inner_text())[: len(kept)] == kept
    page.goto(address)
    assert len(counted(chat.answer.body.inner_text())) > len(kept)


def test_a_stopped_backend_keeps_what_an_answer_has_said(
    enter: Callable[..., Page], mortal: Services, scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with(ENDLESS, "sandbox/metronome")
    address = conversation_of(page)
    expect(chat.answer.body).to_contain_text(number(10))

    mortal.backend.stop()
    mortal.backend.start()
    mortal.backend.wait_until_ready()
    if not scripts:
        page.goto(address)

    expect(chat.answer.notice).to_contain_text("The studio restarted while this was being written.")
    expect(chat.answer.go_on).to_be_visible()
    expect(chat.answer.body).to_contain_text(number(10))


def test_a_short_answer_is_finished_before_the_backend_ends(
    enter: Callable[..., Page], mortal: Services
) -> None:
    chat = Chat(enter("alice"))
    chat.begin_with("count 60 at 20 per second", "sandbox/metronome")
    expect(chat.answer.body).to_contain_text(number(5))

    mortal.backend.stop()
    mortal.backend.start()
    mortal.backend.wait_until_ready()

    expect(chat.answer.facts).to_be_visible()
    expect(chat.answer.article).to_have_attribute("data-state", re.compile("done"))
    assert counted(chat.answer.body.inner_text()) == list(range(1, 61))
