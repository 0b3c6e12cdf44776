"""In and out through the door, and back to where one was going."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.newcomer import Newcomer
from tests.e2e.pages.accounts import Account, SignIn
from tests.e2e.watching import Watch
from tests.support.services import PASSWORD, Services


def test_a_wrong_password_says_so_and_keeps_the_e_mail(
    open_browser: Callable[..., Page], newcomer: Callable[..., Newcomer], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    person = newcomer()
    door = SignIn(open_browser(scripts=scripts))
    door.open()

    door.sign_in(person.email, "wrong horse battery")

    expect(door.problem).to_have_attribute("role", "alert")
    expect(door.problem).to_contain_text(re.compile("password", re.IGNORECASE))
    expect(door.email).to_have_value(person.email)
    expect(door.password).to_have_value("")
    expect(door.password).to_be_focused()

    door.password.fill(PASSWORD)
    door.button.click()

    expect(door.page.locator("#composer")).to_be_visible()


def test_an_unknown_e_mail_is_answered_like_a_wrong_password(
    open_browser: Callable[..., Page], newcomer: Callable[..., Newcomer], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    door = SignIn(open_browser(scripts=scripts))
    door.open()
    door.sign_in(newcomer().email, "wrong horse battery")
    known = door.problem.inner_text()

    door.open()
    door.sign_in("nobody-at-all@example.org", "wrong horse battery")

    expect(door.problem).to_have_text(known, use_inner_text=True)


def test_signing_in_leads_to_the_page_one_wanted(
    open_browser: Callable[..., Page], services: Services, scripts: bool
) -> None:
    page = open_browser(scripts=scripts)
    door = SignIn(page)

    page.goto("/account")
    expect(page).to_have_url(re.compile(r"/login\?next=%2Faccount$"))
    door.sign_in("alice@example.org", PASSWORD)

    expect(page).to_have_url(re.compile(r"/account$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Account")


def test_a_next_address_that_leads_away_is_not_followed(
    open_browser: Callable[..., Page], services: Services, scripts: bool
) -> None:
    page = open_browser(scripts=scripts)

    page.goto("/login?next=https://evil.example/")
    SignIn(page).sign_in("alice@example.org", PASSWORD)

    expect(page.locator("#composer")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(services.address) + "/$"))


def test_signing_out_ends_the_session_at_once(
    enter: Callable[..., Page], newcomer: Callable[..., Newcomer], scripts: bool
) -> None:
    session = newcomer().session()
    page, same_session = enter(session=session, scripts=scripts), enter(session=session, scripts=scripts)
    account = Account(page)
    account.open()

    account.sign_out.click()

    expect(SignIn(page).button).to_be_visible()
    if not scripts:
        expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/chat")
    expect(SignIn(page).button).to_be_visible()
    same_session.goto("/chat")
    expect(SignIn(same_session).button).to_be_visible()


def test_going_back_after_signing_out_shows_nothing_private(
    enter: Callable[..., Page], newcomer: Callable[..., Newcomer], scripts: bool
) -> None:
    person = newcomer("Heidi")
    page = enter(session=person.session(), scripts=scripts)
    account = Account(page)
    account.open()
    expect(page.get_by_text(person.email)).to_be_visible()
    account.sign_out.click()
    expect(SignIn(page).button).to_be_visible()

    page.go_back()

    expect(SignIn(page).button).to_be_visible()
    expect(page.get_by_text(person.email)).to_have_count(0)
