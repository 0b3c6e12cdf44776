"""The gallery: found by a word, looked at, sorted, deleted and brought back; with scripts and without."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.collecting import upload


@pytest.fixture
def shelf(program: httpx.Client) -> Iterator[list[str]]:
    """Three pictures of Alice's, named so that a search finds these and no others; gone afterwards."""
    items = [
        upload(program, f"Quincewood {name}.png", (width, 120, 90), (width, 60))
        for name, width in (("first", 90), ("second", 60), ("third", 40))
    ]
    yield items
    program.post("/api/gallery/deletions", json={"ids": items})
    for item_id in items:
        program.delete(f"/api/gallery/{item_id}?for_good=1")


def test_found_ticked_deleted_and_brought_back(
    enter: Callable[..., Page], shelf: list[str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto("/gallery")
    search = page.get_by_role("searchbox", name="Search the gallery")
    search.fill("quincew")
    if not scripts:
        search.press("Enter")
    expect(page.locator("#tiles .tile")).to_have_count(3)
    expect(page).to_have_url(re.compile("q=quincew"))

    if scripts:
        page.get_by_role("checkbox", name="Quincewood third").check()
        page.locator("#picks-all").check()
        expect(page.locator("#picks-count")).to_have_text("All 3 selected")
        page.locator("#picks-all").uncheck()
        page.get_by_role("checkbox", name="Quincewood third").focus()
        page.keyboard.press("Escape")
        expect(page.locator(".tile__pick :checked")).to_have_count(0)
    for name in ("first", "second"):
        page.get_by_role("checkbox", name=f"Quincewood {name}").check()
    page.get_by_role("button", name="Delete").click()

    expect(page.locator("#toasts")).to_contain_text("Deleted 2 things.")
    expect(page.locator("#tiles .tile")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#tiles .tile")).to_have_count(3)
    expect(page.locator("#toasts")).to_contain_text("Brought back 2 things.")
    expect(page).to_have_url(re.compile("q=quincew$"))


def test_what_lies_in_the_bin_is_brought_back_from_there(
    enter: Callable[..., Page], shelf: list[str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto("/gallery?q=quincewood")
    page.get_by_role("checkbox", name="Quincewood first").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#tiles .tile")).to_have_count(2)

    page.goto("/gallery?bin=1&q=quincewood")
    page.get_by_role("checkbox", name="Quincewood first").check()
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#toasts")).to_contain_text("Brought back 1 thing.")
    page.goto("/gallery?q=quincewood")
    expect(page.locator("#tiles .tile")).to_have_count(3)


def test_one_thing_is_tagged_and_found_by_its_tag(
    enter: Callable[..., Page], shelf: list[str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{shelf[0]}?q=quincewood")

    page.get_by_label("New tags").fill("Sideboard")
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("button", name="Remove tag Sideboard")).to_be_visible()
    page.goto("/gallery?q=sideb")
    expect(page.locator("#tiles .tile")).to_have_count(1)


def test_the_arrows_move_space_ticks_and_enter_shows_in_the_large(
    enter: Callable[..., Page], shelf: list[str]
) -> None:
    page = enter("alice", scripts=True)
    page.goto("/gallery?q=quincewood")
    links = page.locator("#tiles .tile__link")
    links.first.focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.locator("#picks-count")).to_have_text("1 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".tile__pick :checked")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#lightbox")).to_be_visible()
    assert page.locator("#lightbox").bounding_box() == {"x": 0, "y": 0, **page.viewport_size}
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Next", exact=True)).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("button", name="Previous")).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("Escape")

    expect(page.locator("#lightbox")).to_be_hidden()
    expect(links.nth(2)).to_be_focused()


def test_what_is_deleted_on_its_own_page_is_brought_back_there(
    enter: Callable[..., Page], shelf: list[str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{shelf[0]}?q=quincewood")
    address = page.url

    page.get_by_role("button", name="Delete", exact=True).click()

    expect(page.locator("#toasts")).to_contain_text("Deleted 1 thing.")
    expect(page.locator("#item")).to_contain_text("This lies in the bin")
    expect(page).to_have_url(address)
    page.get_by_role("button", name="Undo" if scripts else "Bring back").click()

    expect(page.locator("#toasts")).to_contain_text("Brought back 1 thing.")
    expect(page.locator("#item")).not_to_contain_text("This lies in the bin")
    expect(page.get_by_role("button", name="Star")).to_be_visible()
    expect(page).to_have_url(address)
    page.get_by_role("link", name="Gallery", exact=True).last.click()
    expect(page.locator("#tiles .tile")).to_have_count(3)


def test_what_goes_for_good_leads_back_to_the_bin_and_says_so(
    enter: Callable[..., Page], shelf: list[str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{shelf[0]}")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#item")).to_contain_text("This lies in the bin")

    page.get_by_text("Delete for good", exact=True).click()
    page.get_by_role("button", name="Yes, delete for good").click()

    expect(page).to_have_url(re.compile(r"/gallery\?bin=1"))
    expect(page.locator("#toasts")).to_contain_text("Gone for good: 1 thing.")
    page.goto("/gallery?bin=1&q=quincewood")
    expect(page.locator("#tiles .tile")).to_have_count(0)


def test_what_is_ticked_in_the_bin_goes_for_good_when_that_was_said_twice(
    enter: Callable[..., Page], shelf: list[str], program: httpx.Client, scripts: bool
) -> None:
    program.post("/api/gallery/deletions", json={"ids": shelf})
    page = enter("alice", scripts=scripts)
    page.goto("/gallery?bin=1&q=quincewood")
    for tick in page.locator("#tiles [name=ids]").all()[:2]:
        tick.check()

    page.get_by_text("Delete for good", exact=True).click()
    expect(page.locator("#picks")).to_contain_text("nothing brings them back")
    page.get_by_role("button", name="Yes, delete for good").click()

    expect(page.locator("#toasts")).to_contain_text("Gone for good: 2 things.")
    expect(page.locator("#tiles .tile")).to_have_count(1)


def test_what_was_ticked_is_still_counted_on_the_way_back(
    enter: Callable[..., Page], shelf: list[str], program: httpx.Client
) -> None:
    page = enter("alice")
    page.goto("/gallery?q=quincewood")
    page.locator("#tiles [name=ids]").first.check(force=True)
    expect(page.locator("#picks-count")).to_have_text("1 selected")
    page.evaluate("addEventListener('unload', () => 0)")  # with it the browser keeps no copy of the page
    page.goto(f"/gallery/{shelf[0]}")

    page.go_back()

    expect(page.locator("#tiles [name=ids]").first).to_be_checked()
    expect(page.locator("#picks-count")).to_have_text("1 selected")


def test_the_focus_stays_where_something_was_done(enter: Callable[..., Page], shelf: list[str]) -> None:
    page = enter("alice", scripts=True)
    page.goto("/gallery?q=quincewood")
    page.locator("#tiles .tile__link").first.focus()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Star").press("Enter")
    expect(page.locator(".tile__star")).to_have_count(1)
    expect(page.locator("#selection")).to_be_focused()

    page.goto(f"/gallery/{shelf[0]}")
    star = page.get_by_role("button", name="Star", exact=True)
    star.press("Enter")
    expect(star).to_have_attribute("aria-pressed", re.compile("true|false"))
    expect(page.locator("#toasts")).to_contain_text("tarred")
    expect(star).to_be_focused()
