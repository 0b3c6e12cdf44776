"""The shortest way through everything: sign in, ask the model that is offered, read the answer."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.pages.chat import Chat


def test_somebody_signs_in_asks_and_reads_the_answer(
    open_browser: Callable[..., Page], sign_in: Callable[..., Page], scripts: bool
) -> None:
    page = sign_in(open_browser(scripts=scripts))
    chat = Chat(page)

    chat.ask("Answer in one word: is anybody there?")

    expect(chat.answer.facts).to_be_visible(timeout=60_000)
    expect(chat.answer.body).not_to_be_empty()
