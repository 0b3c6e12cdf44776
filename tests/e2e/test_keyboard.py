"""Everything with Tab, Enter and Space alone, always seeing where one is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import number
from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch
from tests.support.services import PASSWORD, Services

pytestmark = pytest.mark.usefixtures("sandbox")

MOST_STEPS = 60
FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  return {
    tag: element.tagName,
    name: element.ariaLabel || element.innerText?.trim() || element.labels?.[0]?.innerText.trim() || "",
    id: element.id,
    isVisible: element.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none"
      || getComputedStyle(element.parentElement).outlineStyle !== "none"
      || !!element.closest(":focus-within:not(body, html, main)")),
  };
}"""


class Keyboard:
    """Walks through the page as the Tab key does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def here(self) -> dict[str, str]:
        """What has the focus. It is never the page itself, and always to be seen."""
        focused = self.page.evaluate(FOCUSED)
        assert focused["tag"] != "BODY", "the focus was lost"
        assert focused["isVisible"], f"{focused} has the focus and does not show it"
        return focused  # type: ignore[no-any-return]

    def to(self, name: str, *, back: bool = False) -> None:
        """Tab until something of this name (a regular expression) has the focus."""
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if re.search(name, self.here()["name"]):
                return
        raise AssertionError(f"no way to {name!r} by keyboard")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, words: str) -> None:
        self.page.keyboard.insert_text(words)


def test_from_signing_in_to_taking_back_a_deletion(
    open_browser: Callable[..., Page], services: Services
) -> None:
    page = open_browser()
    keys, chat = Keyboard(page), Chat(page)
    page.goto("/login?next=/chat?model=sandbox/metronome")
    expect(page.get_by_label("E-mail")).to_be_focused()
    keys.write("alice@example.org")
    keys.to("^Password")
    keys.write(PASSWORD)
    keys.press("Enter")

    expect(chat.composer.prompt).to_be_focused()
    page.wait_for_load_state()  # who is quicker than the scripts sends the form as a browser without them does
    keys.write("count 500 at 20 per second")
    keys.press("Enter")
    expect(chat.answer.body).to_contain_text(number(5))
    expect(chat.composer.prompt).to_be_focused()

    keys.to("^Stop$", back=True)
    keys.press("Enter")
    expect(chat.answer.notice).to_contain_text("Stopped by you.")
    assert keys.here()["tag"] != "BODY"

    keys.to("^Edit question$", back=True)
    keys.press("Enter")
    expect(chat.edit_field).to_be_focused()
    keys.press("Control+a")
    keys.write("count 3 at 50 per second")
    keys.to("^Ask$")
    keys.press("Enter")
    expect(chat.question.versions).to_contain_text("2 / 2")
    expect(chat.answer.facts).to_be_visible()
    keys.here()

    keys.to("^More about this conversation$", back=True)
    keys.press("Enter")
    keys.to("^Delete$")
    keys.press("Enter")
    expect(chat.undo).to_be_visible()
    keys.here()
    if keys.here()["name"] != "Undo":
        keys.to("^Undo$")
    keys.press("Enter")
    expect(chat.question.body).to_have_text("count 3 at 50 per second")
    keys.here()


def test_a_button_that_asks_again_keeps_the_focus_while_it_is_at_work(
    enter: Callable[..., Page], picture_of_alice: str
) -> None:
    page = enter("alice")
    page.goto("/images")
    again = page.locator(f"#image-{picture_of_alice}-retry")
    again.focus()
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("It is asked for once more")

    expect(again).to_be_focused()


def test_an_undo_that_was_taken_leaves_the_focus_on_the_page(
    enter: Callable[..., Page], picture_of_alice: str, watch: Watch
) -> None:
    watch.forgive("status of 404")  # the picture may still be on its way when it is deleted
    page = enter("alice")
    page.goto("/gallery?kind=image")
    page.locator("#tiles .tile__link").first.press(" ")
    page.get_by_role("button", name="Delete").press("Enter")
    page.get_by_role("button", name="Undo").press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Brought back 1 thing.")

    expect(page.locator("#main")).to_be_focused()


def test_the_first_tab_leads_past_the_navigation(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.goto("/account")
    page.locator("body").press("Tab")

    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_menus_close_with_escape_and_give_the_focus_back(
    enter: Callable[..., Page], begin: Callable[..., str]
) -> None:
    page = enter("alice")
    page.goto(begin("count 1", "sandbox/metronome"))
    chat = Chat(page)
    expect(chat.answer.facts).to_be_visible()
    chat.menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    page.keyboard.press("Tab")

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Delete")).to_be_hidden()
    expect(chat.menu).to_be_focused()


def test_every_page_can_be_walked_through_without_losing_sight(
    enter: Callable[..., Page], services: Services
) -> None:
    page = enter("ruth")
    for path in ("/", "/chat", "/account", "/admin", "/admin/people"):
        page.goto(path)
        keys, seen = Keyboard(page), 0
        page.locator("body").press("Tab")
        while seen < MOST_STEPS and page.evaluate("document.activeElement !== document.body"):
            keys.here()
            keys.press("Tab")
            seen += 1
        assert seen > 3, path
