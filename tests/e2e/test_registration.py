"""Who may come: anybody, those who were invited, or nobody."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.accounts import NewAccount, People
from tests.e2e.watching import Watch
from tests.support.forms import cookie_of
from tests.support.services import PASSWORD, Services, running_services


@pytest.fixture(params=["invite", "closed"], scope="module")
def narrow(
    request: pytest.FixtureRequest, services: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    """A studio that takes people by invitation, or not at all."""
    place = tmp_path_factory.mktemp(request.param)
    with running_services(place, AYCG_REGISTRATION="open") as running:
        running.add_people()
        running.backend.stop()
        running.backend.settings["AYCG_REGISTRATION"] = request.param
        running.backend.start()
        running.backend.wait_until_ready()
        yield running


def fresh_email() -> str:
    return f"{uuid4().hex[:12]}@example.org"


def test_an_open_studio_takes_anybody(
    open_browser: Callable[..., Page], services: Services, watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    page = open_browser(scripts=scripts)
    account, email = NewAccount(page), fresh_email()

    page.goto("/login")
    page.get_by_role("link", name="Create an account").click()
    account.fill(email=email, name="Erin", password="short")

    expect(account.error_at(account.password)).to_be_visible()
    expect(account.password).to_have_attribute("aria-invalid", "true")
    expect(account.email).to_have_value(email)
    expect(account.name).to_have_value("Erin")
    expect(account.password).to_have_value("")

    account.fill(email=email, name="Erin", password=PASSWORD)

    expect(page.get_by_role("heading", level=1)).to_have_text("What shall it be, Erin?")
    if not scripts:
        expect(page.get_by_role("status").first).to_contain_text("Welcome, Erin.")


def test_an_address_that_is_taken_is_said_at_its_field(
    open_browser: Callable[..., Page], services: Services, watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 4")
    page = open_browser(scripts=scripts)
    account = NewAccount(page)

    page.goto("/register")
    account.fill(email="ALICE@example.org", name="Not Alice", password=PASSWORD)

    expect(account.error_at(account.email)).to_be_visible()
    expect(account.email).to_have_value("ALICE@example.org")


INVITE = pytest.mark.parametrize("narrow", ["invite"], indirect=True, scope="module")


class TestNarrowStudio:
    """The same browser steps against the studio that is by invitation, and the one that is closed."""

    @pytest.fixture
    def base_url(self, narrow: Services) -> str:
        return narrow.address

    @pytest.fixture
    def ruth(self, open_browser: Callable[..., Page], narrow: Services, scripts: bool) -> Page:
        page = open_browser(scripts=scripts)
        page.context.add_cookies([cookie_of(narrow.address, narrow.token("ruth"))])
        return page

    @pytest.fixture
    def only(self, narrow: Services) -> str:
        return narrow.backend.settings["AYCG_REGISTRATION"]

    @pytest.fixture
    def watch(self, narrow: Services) -> Iterator[Watch]:
        watching = Watch(narrow.address)
        yield watching
        assert not watching.problems, "\n".join(watching.problems)

    def test_a_stranger_finds_no_form(
        self, open_browser: Callable[..., Page], only: str, scripts: bool
    ) -> None:
        page = open_browser(scripts=scripts)

        page.goto("/register")

        expect(page.locator("#register-form")).to_contain_text(
            {"invite": "by invitation", "closed": "does not take"}[only]
        )
        expect(page.locator("form")).to_have_count(0)

    @INVITE
    def test_an_invitation_makes_one_account(
        self, open_browser: Callable[..., Page], ruth: Page, scripts: bool
    ) -> None:
        people = People(ruth)
        people.open()
        people.invite("for Frank")
        link = people.link()
        frank = open_browser(scripts=scripts)

        frank.goto(link)

        expect(frank.get_by_text("You are invited.")).to_be_visible()
        NewAccount(frank).fill(email=fresh_email(), name="Frank", password=PASSWORD)
        expect(frank.get_by_role("heading", level=1)).to_have_text("What shall it be, Frank?")
        again = open_browser(scripts=scripts)
        again.goto(link)
        expect(again.locator("#register-form")).to_contain_text("This invitation does not work")

    @INVITE
    def test_a_withdrawn_invitation_is_void(
        self, open_browser: Callable[..., Page], ruth: Page, scripts: bool
    ) -> None:
        people = People(ruth)
        people.open()
        people.invite("for Grace")
        link = people.link()

        people.withdraw("for Grace")
        expect(people.invitations.filter(has_text="for Grace").filter(has_text="Open")).to_have_count(0)
        grace = open_browser(scripts=scripts)
        grace.goto(link)

        expect(grace.locator("#register-form")).to_contain_text("This invitation does not work")
