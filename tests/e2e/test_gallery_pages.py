"""The gallery page by page, filtered, and two things of it compared; with scripts and without."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.newcomer import Newcomer
from tests.e2e.watching import Watch
from tests.support.collecting import upload
from tests.support.programs import made
from tests.support.services import Services, register
from tests.support.waiting import until


@pytest.fixture
def dora(newcomer: Callable[..., Newcomer]) -> str:
    return newcomer().session()


@pytest.fixture
def api(dora: str, base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {dora}"}, timeout=30) as client:
        yield client


def bring(api: httpx.Client, nth: int) -> str:
    return upload(api, f"Plate {nth}.png", (nth, 90, 120), (30 + nth % 7, 20))


def shown(page: Page) -> list[str]:
    """The ids of the tiles, in their order."""
    boxes = page.locator("#tiles [name=ids]")
    found: list[str] = boxes.evaluate_all("boxes => boxes.map((box) => box.value)")
    return found


@pytest.fixture(scope="module")
def crowded(services: Services) -> str:
    """A session of somebody who has two whole pages and the beginning of a third."""
    email = f"{uuid4().hex[:12]}@example.org"
    register(services.backend.address, email, "Emma", client="198.51.100.254")
    session = services.new_token(email)
    headers = {"Authorization": f"Bearer {session}"}
    address = services.backend.address
    with httpx.Client(base_url=address, headers=headers, timeout=30) as api, ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda nth: bring(api, nth), range(123)))
    return session


def test_page_by_page_everything_is_shown_once_though_more_arrives(
    enter: Callable[..., Page], crowded: str, services: Services, scripts: bool
) -> None:
    headers = {"Authorization": f"Bearer {crowded}"}
    page = enter(session=crowded, scripts=scripts)
    tiles = page.locator("#tiles .tile")
    with httpx.Client(base_url=services.backend.address, headers=headers, timeout=30) as api:
        total = api.get("/api/gallery/counts").json()["total"]
        page.goto("/gallery")
        expect(tiles).to_have_count(60)
        bring(api, 200 + scripts)

    found = shown(page)
    for count in (120, total) if scripts else (60, total - 120):
        if scripts:
            page.locator(".tiles__more").scroll_into_view_if_needed()
        else:
            page.get_by_role("link", name="Show more").click()
        expect(tiles).to_have_count(count)
        found = shown(page) if scripts else [*found, *shown(page)]

    assert found == sorted(set(found), reverse=True)
    assert len(found) == total
    expect(page.locator(".tiles__more")).to_have_count(0)


def test_filters_hold_together_say_how_many_they_are_and_keep_the_focus(
    enter: Callable[..., Page], dora: str, api: httpx.Client, scripts: bool
) -> None:
    items = [bring(api, nth) for nth in range(3)]
    api.post("/api/gallery/stars", json={"ids": items[:2]})
    api.post("/api/gallery/tags", json={"ids": items[1:], "add": "Blue"})
    page = enter(session=dora, scripts=scripts)
    page.goto("/gallery")
    tiles = page.locator("#tiles .tile")

    page.locator("summary", has_text="Filter").click()
    page.locator("#gallery-starred").check()
    if scripts:
        expect(tiles).to_have_count(2)
    page.locator("#gallery-tag").select_option("blue")
    if not scripts:
        page.get_by_role("button", name="Show", exact=True).click()

    expect(tiles).to_have_count(1)
    assert shown(page) == [items[1]]
    expect(page.locator("#gallery-used .badge")).to_have_text("2")
    expect(page).to_have_url(re.compile("tag=blue.*starred=1"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Tagged “Blue”")
    if scripts:
        page.keyboard.press("Escape")
        search = page.get_by_role("searchbox", name="Search the gallery")
        search.press_sequentially("nothing of this")
        expect(page.get_by_text("Words match from their beginning")).to_be_visible()
        expect(search).to_be_focused()
        expect(search).to_have_value("nothing of this")


@pytest.mark.usefixtures("sandbox")
def test_it_is_filtered_by_model_and_by_day(
    enter: Callable[..., Page], dora: str, api: httpx.Client, scripts: bool
) -> None:
    bring(api, 1)
    answer = made(api, "What is a ladle?")["id"]
    today = date.fromisoformat(api.get("/api/gallery").json()["items"][0]["made_at"][:10])
    page = enter(session=dora, scripts=scripts)
    page.goto("/gallery")
    show = page.get_by_role("button", name="Show", exact=True)

    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Model").select_option("sandbox/sprinter")
    if not scripts:
        show.click()
    expect(page.locator("#tiles .tile")).to_have_count(1)
    assert shown(page) == [answer]
    if not scripts:
        page.locator("summary", has_text="Filter").click()
    page.get_by_label("From", exact=True).fill((today + timedelta(days=1)).isoformat())
    if not scripts:
        show.click()
    expect(page.locator("#tiles .tile")).to_have_count(0)
    page.goto(f"/gallery?since={today}&until={today}")
    expect(page.locator("#tiles .tile")).to_have_count(2)


@pytest.mark.usefixtures("sandbox")
def test_two_ticked_things_are_compared_and_anything_else_is_said(
    enter: Callable[..., Page], dora: str, api: httpx.Client, scripts: bool, watch: Watch
) -> None:
    watch.forgive("status of 422")
    first = made(api, "What is a spoon?", params={"temperature": 0.25})["id"]
    made(api, "What is a fork?", parent_id=first)
    page = enter(session=dora, scripts=scripts, viewport={"width": 390, "height": 800})
    page.goto("/gallery?kind=text")
    more = page.locator("#picks summary", has_text="More")
    compare = page.get_by_role("button", name="Compare two")

    page.get_by_role("checkbox", name="Select “What is a fork?").check()
    more.click()
    compare.click()
    expect(page.get_by_text("Tick exactly two things")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Select “What is a fork?")).to_be_checked()
    if scripts:
        expect(more).to_be_focused()
    page.get_by_role("checkbox", name="Select “What is a spoon?").check()
    if not compare.is_visible():
        more.click()
    compare.click()

    expect(page.get_by_role("heading", name="A What is a fork?")).to_be_visible()
    expect(page.get_by_role("heading", name="B What is a spoon?")).to_be_visible()
    expect(page.get_by_role("row", name="Temperature differs")).to_contain_text("0.25")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
    page.get_by_role("link", name="What is a spoon?").first.click()
    page.get_by_role("button", name="Compare the recipes").click()
    expect(page.get_by_role("heading", name="A What is a spoon?")).to_be_visible()
    page.locator(".item__way").get_by_role("link", name="Gallery").click()
    expect(page).to_have_url(re.compile(r"/gallery\?kind=text$"))


@pytest.mark.usefixtures("sandbox")
def test_a_picture_is_varied_by_another_seed(
    enter: Callable[..., Page], dora: str, api: httpx.Client
) -> None:
    prompt = f"A plate {uuid4().hex}"
    picture = made(api, prompt, kind="image", model="sandbox/painter", params={"seed": 7})
    page = enter(session=dora)
    page.goto(f"/gallery/{picture['assets'][0]['id']}")

    page.get_by_role("link", name="Vary").click()

    expect(page.locator("#prompt")).to_have_value(prompt)
    expect(page.locator("[name=seed]")).to_have_value(re.compile(r"^(?!7$)\d+$"))


def test_a_change_far_down_leaves_one_where_one_was(enter: Callable[..., Page], crowded: str) -> None:
    page = enter(session=crowded)
    page.goto("/gallery")
    tiles = page.locator("#tiles .tile")
    page.locator(".tiles__more").scroll_into_view_if_needed()
    until(lambda: tiles.count() >= 120)
    tile = page.locator(f"#tiles .tile:has([value='{shown(page)[90]}'])")
    tile.scroll_into_view_if_needed()
    tile.locator("[name=ids]").check(force=True)
    height = top_of(tile)

    star = page.get_by_role("button", name="Star", exact=True).bounding_box()
    assert star
    page.mouse.click(star["x"] + 9, star["y"] + 9)  # as a hand does; a locator would scroll to it first

    expect(tile.locator(".tile__star")).to_be_visible()
    until(lambda: top_of(tile) == height)
    assert tiles.count() >= 120


def top_of(tile: Locator) -> float:
    box = tile.bounding_box()
    assert box
    return box["y"]
