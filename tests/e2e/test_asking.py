"""Ask, watch the answer grow, and find everything about it when it is finished."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import CONVERSATION, conversation_of, counted, grows, marked, number, stayed
from tests.e2e.pages.chat import Chat
from tests.e2e.pages.conversations import Conversations
from tests.e2e.watching import Watch

pytestmark = pytest.mark.usefixtures("sandbox")

BEAT = "count 80 at 20 per second after 50 ms"


def test_an_answer_grows_and_ends_with_its_facts(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))

    chat.begin_with(BEAT, "sandbox/metronome")
    moments = grows(chat.answer.body, times=4)

    lengths = [len(moment) for moment in moments]
    assert lengths == sorted(set(lengths)), "it only ever grows"
    expect(chat.answer.facts).to_be_visible()
    assert counted(chat.answer.body.inner_text()) == list(range(1, 81))
    assert lengths[-1] < len(chat.answer.body.inner_text()), "it was seen before it was whole"
    expect(chat.answer.author).to_contain_text("Metronome")
    expect(chat.answer.fact("Tokens")).to_have_text(re.compile(r"\d+ in · 80 out"))
    expect(chat.answer.fact("First token")).to_have_text(re.compile(r"\d+ ms|\d+\.\d s"))
    expect(chat.answer.fact("Speed")).to_have_text(re.compile(r"\d+ tokens/s"))
    expect(chat.answer.fact("Cost")).to_have_text(re.compile(r"\$0\.0000\d+"))
    expect(chat.answer.author.get_by_text("Simulated")).to_be_visible()


def test_asking_never_loads_the_page_again(enter: Callable[..., Page], watch: Watch) -> None:
    page = enter("alice")
    chat = Chat(page)
    chat.begin("sandbox/sprinter")
    marked(page)

    chat.ask("Where do plates come from?")
    expect(chat.answer.facts).to_be_visible()
    chat.ask("And where do they go?")
    expect(chat.questions).to_have_count(2)
    expect(chat.answer.facts).to_be_visible()

    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}$"))
    assert stayed(page)
    assert watch.loads == 1


def test_a_new_conversation_gets_its_title_its_address_and_its_place_in_the_list(
    enter: Callable[..., Page], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat, listed = Chat(page), Conversations(page)
    title = f"Seven soups for a winter party {'with' if scripts else 'without'} scripts"

    chat.begin_with(f"**{title}**", "sandbox/sprinter")

    expect(chat.answer.facts).to_be_visible()
    expect(chat.heading).to_have_text(title)
    expect(page).to_have_title(re.compile(title))
    expect(page).to_have_url(CONVERSATION)
    expect(listed.group("Today").get_by_role("listitem").first).to_have_text(title)
    expect(listed.current).to_have_text(title)


def test_going_back_and_forward_shows_what_was_there(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin_with("Back and forth", "sandbox/sprinter")
    expect(chat.answer.facts).to_be_visible()

    page.go_back()

    expect(page).to_have_url(re.compile(r"/chat\?model="))
    expect(chat.transcript).to_have_count(0)
    expect(chat.composer.prompt).to_be_visible()

    page.go_forward()

    expect(page).to_have_url(CONVERSATION)
    expect(chat.question.body).to_have_text("Back and forth")
    expect(chat.answer.facts).to_be_visible()


def test_markdown_is_shown_as_tables_code_and_readable_mathematics(
    enter: Callable[..., Page], begin: Callable[..., str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(begin("Compare soup, stew and broth", "sandbox/scribe") + "?live=1")
    answer = Chat(page).answer

    expect(answer.facts).to_be_visible(timeout=40_000)
    page.reload()

    expect(answer.body.get_by_role("table").get_by_role("row")).not_to_have_count(0)
    expect(answer.body.get_by_role("columnheader").first).to_have_text("word")
    expect(answer.body.locator("pre code").first).to_contain_text("print(max(words, key=len))")
    expect(answer.body.locator("pre code span").first).to_be_visible()
    expect(answer.body.get_by_role("heading").first).to_be_visible()
    expect(answer.body.locator("blockquote")).to_be_visible()
    expect(answer.body.locator(".math").first).to_be_visible()


def test_thoughts_are_shown_apart_from_the_answer(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))

    chat.begin_with("Be brief: why forks?", "sandbox/thinker")
    expect(chat.answer.reasoning).to_contain_text("forks")
    expect(chat.answer.facts).to_be_visible()
    chat.page.goto(conversation_of(chat.page))

    expect(chat.answer.reasoning.locator("summary")).to_contain_text("Thoughts")
    expect(chat.answer.body).not_to_be_empty()


def test_the_answer_is_told_to_screen_readers_once(enter: Callable[..., Page]) -> None:
    chat = Chat(enter("alice"))

    chat.begin_with("count 30 at 20 per second", "sandbox/metronome")

    expect(chat.transcript).to_have_attribute("aria-live", "polite")
    expect(chat.answer.article).to_have_attribute("aria-busy", "true")
    expect(chat.page.locator("#announcer")).to_have_text("The answer is ready.")
    expect(chat.answer.article).not_to_have_attribute("aria-busy", "true")
    expect(chat.answer.body).to_have_text(number(30))
