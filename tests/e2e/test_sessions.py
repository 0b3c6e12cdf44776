"""Where one is signed in, and out again from afar."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.newcomer import Newcomer
from tests.e2e.pages.accounts import Account, SignIn
from tests.e2e.watching import Watch
from tests.support.services import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
NEW_PASSWORD = "a newer horse battery"


@pytest.fixture
def here_and_there(
    open_browser: Callable[..., Page], newcomer: Callable[..., Newcomer], scripts: bool
) -> tuple[Newcomer, Page, Page]:
    """One person in two browsers, each signed in through the form so that it is listed by its name."""
    person, pages = newcomer("Ivan"), []
    for agent in (FIREFOX, SAFARI):
        page = open_browser(scripts=scripts, user_agent=agent)
        door = SignIn(page)
        door.open()
        door.sign_in(person.email, PASSWORD)
        expect(page.locator("#composer")).to_be_visible()
        pages.append(page)
    return person, pages[0], pages[1]


def test_ending_a_session_puts_the_other_browser_out_at_once(
    here_and_there: tuple[Newcomer, Page, Page], watch: Watch
) -> None:
    _, here, there = here_and_there
    account = Account(here)
    account.open()
    expect(account.here).to_contain_text("Firefox on Windows")

    account.end("Safari on iPhone")

    expect(account.sessions.filter(has_text="Safari on iPhone")).to_have_count(0)
    expect(account.here).to_be_visible()
    there.goto("/chat")
    expect(SignIn(there).button).to_be_visible()


def test_every_other_session_is_ended_at_once(
    here_and_there: tuple[Newcomer, Page, Page], newcomer: Callable[..., Newcomer]
) -> None:
    person, here, there = here_and_there
    person.session()
    account = Account(here)
    account.open()
    expect(account.sessions).to_have_count(3)

    account.sign_out_others.click()

    expect(account.sessions).to_have_count(1)
    expect(account.here).to_be_visible()
    there.goto("/account")
    expect(SignIn(there).button).to_be_visible()


def test_a_new_password_ends_the_other_sessions_and_the_old_password(
    here_and_there: tuple[Newcomer, Page, Page], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    person, here, there = here_and_there
    account = Account(here)
    account.open()

    account.change_password("not my password", NEW_PASSWORD)
    expect(account.current_password).to_have_attribute("aria-invalid", "true")
    account.change_password(PASSWORD, NEW_PASSWORD)

    expect(here.locator("#toasts")).to_contain_text("Your password was changed.")
    account.open()
    expect(account.sessions).to_have_count(1)
    there.goto("/account")
    door = SignIn(there)
    door.sign_in(person.email, PASSWORD)
    expect(door.problem).to_be_visible()
    door.sign_in(person.email, NEW_PASSWORD)
    expect(Account(there).here).to_be_visible()


def test_somebody_whose_session_ended_elsewhere_is_led_to_the_door(
    here_and_there: tuple[Newcomer, Page, Page], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 40")  # 401 for what was sent first, 403 for what follows without a session
    _, here, there = here_and_there
    there.goto("/chat")
    account = Account(here)
    account.open()
    account.sign_out_others.click()
    expect(account.sessions).to_have_count(1)

    there.get_by_label("Your question", exact=True).fill("Typed before I knew")
    there.get_by_role("button", name="Send").click()

    expect(there.get_by_role("alert").filter(has_text="You are signed out.")).to_be_visible()
    expect(there.locator("textarea").first).to_have_value("Typed before I knew")
