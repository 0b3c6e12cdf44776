"""Albums on pages: opened, renamed, emptied, deleted; with scripts and without."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.newcomer import Newcomer
from tests.e2e.watching import Watch
from tests.support.collecting import upload


@pytest.fixture
def dora(newcomer: Callable[..., Newcomer]) -> str:
    """A session of Dora's, who has nothing yet."""
    return newcomer().session()


@pytest.fixture
def api(dora: str, base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {dora}"}, timeout=30) as client:
        yield client


@pytest.fixture
def jam(api: httpx.Client) -> str:
    """A picture of Dora's in the album "Preserves"."""
    item = upload(api, "Jam.png", (160, 40, 60), (90, 60))
    album = api.post("/api/albums", json={"name": "Preserves"}).json()["id"]
    api.post(f"/api/albums/{album}/items", json={"ids": [item]})
    return item


def open_album(page: Page) -> None:
    page.goto("/gallery")
    page.locator("summary", has_text="Albums").click()
    page.get_by_role("link", name="Preserves (1)").click()
    expect(page.get_by_role("heading", name="Preserves", level=1)).to_be_visible()


def choose(page: Page, what: str) -> None:
    page.locator("summary[aria-label='More about this album']").click()
    page.get_by_role("link", name=what, exact=True).click()


def test_an_album_is_renamed_and_a_bad_name_comes_back(
    enter: Callable[..., Page], dora: str, api: httpx.Client, jam: str, scripts: bool, watch: Watch
) -> None:
    watch.forgive("status of 409")
    api.post("/api/albums", json={"name": "Winter"})
    page = enter(session=dora, scripts=scripts)
    open_album(page)

    choose(page, "Rename")
    name = page.get_by_label("Name of this album")
    expect(name).to_be_focused()
    name.fill("winter")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("You have an album of that name already.")).to_be_visible()
    expect(name).to_have_value("winter")
    name.fill("Jams")
    page.get_by_role("button", name="Rename").click()

    expect(page.get_by_role("heading", name="Jams", level=1)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("The album is called “Jams” now.")
    expect(page.locator("#tiles .tile")).to_have_count(1)
    expect(page).to_have_title(re.compile("^Jams"))
    if scripts:
        expect(page.locator("summary[aria-label='More about this album']")).to_be_focused()


def test_a_deleted_album_leaves_what_was_in_it(
    enter: Callable[..., Page], dora: str, jam: str, scripts: bool
) -> None:
    page = enter(session=dora, scripts=scripts)
    open_album(page)

    choose(page, "Delete")
    expect(page.get_by_text("The 1 thing in it will stay in the gallery.")).to_be_visible()
    page.get_by_role("button", name="Delete the album").click()

    expect(page.get_by_role("heading", name="Gallery", level=1)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("The album “Preserves” is gone.")
    expect(page.locator("#tiles .tile")).to_have_count(1)
    expect(page).to_have_url(re.compile("/gallery$"))


def test_a_thing_leaves_an_album_from_the_bar_and_from_its_own_page(
    enter: Callable[..., Page], dora: str, jam: str, scripts: bool
) -> None:
    page = enter(session=dora, scripts=scripts)
    open_album(page)

    page.get_by_role("checkbox", name="Select “Jam.png”").check()
    page.locator("#selection summary", has_text="Album").click()
    page.get_by_role("button", name="Take out of “Preserves”").click()
    expect(page.get_by_text("An empty plate")).to_be_visible()

    page.goto(f"/gallery/{jam}")
    page.get_by_label("Put into an album").fill("preserves")
    page.get_by_role("button", name="Put in").click()
    page.get_by_role("button", name="Take out of “Preserves”").click()
    expect(page.get_by_role("button", name="Take out of “Preserves”")).to_have_count(0)
    expect(page.locator("#item")).to_be_visible()
