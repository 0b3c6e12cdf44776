"""The list: rename, pin, archive, delete and take it back, find."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.chat import Chat
from tests.e2e.pages.conversations import Conversations
from tests.e2e.watching import Watch

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def title() -> str:
    """Of one conversation and no other."""
    return f"Plate {uuid4().hex[:8]}"


@pytest.fixture
def chat(enter: Callable[..., Page], begin: Callable[..., str], title: str, scripts: bool) -> Chat:
    """The page of a finished conversation."""
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    page.goto(begin(title, "sandbox/sprinter") + "?live=1")
    expect(chat.answer.facts).to_be_visible()
    return chat


def test_a_conversation_gets_another_name(chat: Chat, title: str) -> None:
    chat.rename(f"{title}, renamed")

    expect(chat.heading).to_have_text(f"{title}, renamed")
    expect(Conversations(chat.page).entry(f"{title}, renamed")).to_be_visible()
    expect(chat.page).to_have_title(re.compile(f"{title}, renamed"))
    expect(chat.page.locator("#toasts")).to_contain_text("Renamed.")


def test_an_empty_name_is_refused_and_can_be_left(
    chat: Chat, title: str, watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    chat.choose_from_menu("Rename")
    expect(chat.title_field).to_be_focused()
    chat.title_field.fill("   ")
    chat.page.get_by_role("button", name="Rename", exact=True).click()

    expect(chat.page.get_by_text("A name has 1 to 120 characters.")).to_be_visible()
    expect(chat.title_field).to_have_attribute("aria-invalid", "true")

    chat.page.get_by_role("link", name="Leave it").click()
    expect(chat.heading).to_have_text(title)


def test_a_pinned_conversation_stands_first(chat: Chat, title: str) -> None:
    listed = Conversations(chat.page)

    chat.choose_from_menu("Pin")

    expect(listed.group("Pinned").get_by_role("link", name=title)).to_be_visible()
    chat.choose_from_menu("Unpin")
    expect(listed.group("Today").get_by_role("link", name=title)).to_be_visible()
    expect(listed.group("Pinned").get_by_role("link", name=title)).to_have_count(0)


def test_an_archived_conversation_leaves_the_list_and_comes_back(chat: Chat, title: str) -> None:
    page, listed = chat.page, Conversations(chat.page)
    address = page.url

    chat.choose_from_menu("Archive")

    expect(listed.entry(title)).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Archived.")
    listed.show("Archived")
    expect(listed.entry(title)).to_be_visible()
    page.goto(address)
    chat.choose_from_menu("Unarchive")
    expect(listed.entry(title)).to_be_visible()


def test_a_deleted_conversation_can_be_taken_back_at_once(chat: Chat, title: str) -> None:
    listed = Conversations(chat.page)

    chat.choose_from_menu("Delete")

    expect(chat.page.get_by_text("can be brought back for 30 days")).to_be_visible()
    expect(listed.entry(title)).to_have_count(0)
    chat.undo.click()
    expect(chat.heading).to_have_text(title)
    expect(chat.answer.facts).to_be_visible()
    expect(listed.entry(title)).to_be_visible()


def test_a_deleted_conversation_can_be_taken_back_from_the_list(chat: Chat, title: str) -> None:
    listed = Conversations(chat.page)
    chat.choose_from_menu("Delete")
    expect(chat.undo).to_be_visible()

    listed.show("Deleted")
    listed.restore(title)

    listed.entry(title).click()
    expect(chat.heading).to_have_text(title)


def test_the_list_is_searched_by_words(chat: Chat, title: str, scripts: bool) -> None:
    listed = Conversations(chat.page)
    word = title.split()[1]

    listed.find(word, scripts=scripts)

    expect(listed.titles).to_have_count(1)
    expect(listed.entry(title)).to_be_visible()
    expect(listed.search).to_have_value(word)
    if scripts:
        expect(listed.search).to_be_focused()
    listed.find("no such plate", scripts=scripts)
    expect(listed.list.get_by_text("Nothing found.")).to_be_visible()


def test_nobody_sees_the_conversation_of_somebody_else(
    chat: Chat, enter: Callable[..., Page], services: object, watch: Watch, title: str, scripts: bool
) -> None:
    watch.forgive("status of 404")
    bob = enter("bob", scripts=scripts)

    answer = bob.goto(chat.page.url)

    assert answer is not None and answer.status == 404
    expect(bob.get_by_role("heading", level=1)).to_have_text("Nothing here")
    expect(bob.get_by_text(title)).to_have_count(0)
    bob.goto("/chat")
    expect(Conversations(bob).entry(title)).to_have_count(0)
