"""A page that outlives the session it was made in keeps what is in it and goes on with the next session."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.newcomer import Newcomer
from tests.e2e.pages.accounts import Account, SignIn
from tests.e2e.pages.images import Images
from tests.e2e.test_pictures import picture
from tests.e2e.watching import Watch
from tests.support.services import PASSWORD

pytestmark = pytest.mark.usefixtures("sandbox")


def sign_out_elsewhere(context: BrowserContext) -> Page:
    """In another tab of the same browser, which then shows the sign-in page."""
    tab = context.new_page()
    account = Account(tab)
    account.open()
    account.sign_out.click()
    expect(SignIn(tab).button).to_be_visible()
    return tab


def test_a_form_goes_on_after_signing_in_in_another_tab(
    enter: Callable[..., Page], newcomer: Callable[..., Newcomer], watch: Watch
) -> None:
    watch.forgive("status of 401")
    watch.forgive("status of 403")
    person = newcomer("Ivan")
    page = enter(session=person.session())
    images = Images(page)
    images.begin()
    images.choose_model("sandbox/retoucher", scripts=True)
    images.files.set_input_files([picture("a.png")])
    expect(images.attachments).to_contain_text("a.png")
    sign_out_elsewhere(page.context)

    images.ask("A boat that outlives its session")
    expect(images.toasts.filter(has_text="You are signed out.")).to_have_count(1)
    with page.context.expect_page() as opened:
        images.toasts.get_by_role("link", name="Sign in").click()
    SignIn(opened.value).sign_in(person.email, PASSWORD)
    expect(opened.value.locator("#composer")).to_be_visible()
    images.make.click()
    expect(images.toasts).to_have_text(re.compile("You have signed in again"))
    images.make.click()

    expect(images.newest.article).to_have_attribute("data-state", "done")
    expect(images.newest.begun_with).to_have_count(1)
    expect(images.toasts.filter(has_text="signed in again")).to_have_count(0)


def test_a_page_does_not_act_for_somebody_else(
    enter: Callable[..., Page], newcomer: Callable[..., Newcomer], watch: Watch
) -> None:
    watch.forgive("status of 403")
    page = enter(session=newcomer("Judy").session())
    images = Images(page)
    images.begin()
    tab = sign_out_elsewhere(page.context)
    SignIn(tab).sign_in(newcomer("Mallory").email, PASSWORD)
    expect(tab.locator("#composer")).to_be_visible()

    images.ask("A boat of Judy")
    images.make.click()

    expect(images.toasts).to_have_text(re.compile("In this browser Mallory is signed in now"))
    expect(images.cards).to_have_count(0)


def test_without_scripts_the_words_are_kept_and_sent_after_signing_in(
    enter: Callable[..., Page], newcomer: Callable[..., Newcomer], watch: Watch
) -> None:
    watch.forgive("status of 401")
    watch.forgive("status of 403")
    person = newcomer("Oscar")
    page = enter(session=person.session(), scripts=False)
    images = Images(page)
    images.begin()
    tab = sign_out_elsewhere(page.context)

    images.ask(prompt := "A boat without scripts")
    expect(page.get_by_role("alert")).to_contain_text("You are signed out.")
    SignIn(tab).sign_in(person.email, PASSWORD)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_contain_text("You have signed in again")
    page.get_by_role("button", name="Try again").click()

    expect(images.card(prompt).article).to_be_visible()
