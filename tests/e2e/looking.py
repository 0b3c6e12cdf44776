"""How the tests of this folder look at a page that changes while they do."""

import re

from playwright.sync_api import Locator, Page, expect

CONVERSATION = re.compile(r"/chat/[0-9a-f-]{36}(?=$|[?#])")


def grows(body: Locator, *, times: int) -> list[str]:
    """Wait until the text has changed so many times; what stood there at each moment."""
    expect(body).not_to_have_text("", use_inner_text=True)
    seen = [body.inner_text()]
    for _ in range(times):
        expect(body).not_to_have_text(seen[-1], use_inner_text=True)
        seen.append(body.inner_text())
    return seen


def counted(text: str) -> list[int]:
    """The numbers that the metronome has said."""
    return [int(number) for number in text.split()]


def number(value: int) -> re.Pattern[str]:
    """This number as a word of its own."""
    return re.compile(rf"\b{value}\b")


def conversation_of(page: Page) -> str:
    """The address of the conversation that is shown, without what follows its id."""
    expect(page).to_have_url(CONVERSATION)
    found = CONVERSATION.search(page.url)
    assert found is not None
    return found.group()


def marked(page: Page) -> Page:
    """Leave a mark that a full load of the page would wipe out."""
    page.evaluate("window.stayed = true")
    return page


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))
