"""A fresh install: whoever reads the printed line becomes its administrator, and nobody after that."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.accounts import NewAccount, SignIn
from tests.e2e.watching import Watch
from tests.support.services import PASSWORD, Services, running_services


@pytest.fixture
def fresh(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A studio that nobody has set up. (It asks for `services`, so that no other studio is ever set up by a test.)"""
    with running_services(tmp_path_factory.mktemp("fresh"), AYCG_REGISTRATION="invite") as running:
        yield running


@pytest.fixture
def watch(fresh: Services) -> Iterator[Watch]:
    watching = Watch(fresh.address)
    watching.forgive("status of 4")
    yield watching
    assert not watching.problems, "\n".join(watching.problems)


@pytest.mark.parametrize("scripts", [True, False], ids=["js", "no-js"])
def test_the_printed_line_makes_the_first_administrator_and_only_one(
    open_browser: Callable[..., Page], fresh: Services, scripts: bool
) -> None:
    page = open_browser(scripts=scripts, base_url=fresh.address)
    account = NewAccount(page)

    page.goto("/")
    page.get_by_role("link", name="Set up this studio").click()
    account.token.fill("guessed")
    account.fill(email="ruth@example.org", name="Ruth", password=PASSWORD)

    expect(account.summary).to_be_visible()
    expect(account.error_at(account.token)).to_be_visible()
    expect(account.email).to_have_value("ruth@example.org")

    page.goto(f"/setup?token={fresh.setup_token()}")
    account.fill(email="ruth@example.org", name="Ruth", password=PASSWORD)

    expect(page.get_by_role("heading", level=1)).to_have_text("What shall it be, Ruth?")
    expect(page.get_by_role("link", name="Administration")).to_be_visible()

    second = open_browser(scripts=scripts, base_url=fresh.address)
    second.goto(f"/setup?token={fresh.setup_token()}")

    expect(second.get_by_text("This studio is set up already.")).to_be_visible()
    expect(second.locator("form")).to_have_count(0)
    second.get_by_role("link", name="Sign in").last.click()
    expect(SignIn(second).button).to_be_visible()


def test_a_line_that_was_used_meanwhile_is_refused(
    open_browser: Callable[..., Page], fresh: Services
) -> None:
    first = open_browser(base_url=fresh.address)
    second = open_browser(base_url=fresh.address)
    address = f"/setup?token={fresh.setup_token()}"
    for page in (first, second):
        page.goto(address)
    NewAccount(first).fill(email="ruth@example.org", name="Ruth", password=PASSWORD)
    expect(first.get_by_role("link", name="Administration")).to_be_visible()

    NewAccount(second).fill(email="eve@example.org", name="Eve", password=PASSWORD)

    expect(second.get_by_text("This studio is set up already.")).to_be_visible()
    expect(second.get_by_role("link", name="Administration")).to_have_count(0)
