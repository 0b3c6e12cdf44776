"""Pictures and videos in the large, one after the other: only with scripts; without them each has its page."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.newcomer import Newcomer
from tests.e2e.watching import Watch
from tests.support.collecting import upload
from tests.support.programs import made
from tests.support.waiting import until


def test_a_small_screen_fetches_no_more_of_a_large_picture_than_it_shows(
    enter: Callable[..., Page], program: httpx.Client, base_url: str
) -> None:
    item = upload(program, "Medlar.png", (40, 120, 90), (3000, 1500))
    page = enter("alice", scripts=True, viewport={"width": 390, "height": 800})
    page.goto("/gallery?q=medlar")

    page.locator("#tiles .tile__link").click()

    shown = page.locator("#lightbox img")
    expect(shown).to_have_js_property("complete", True)
    expect(shown).to_have_js_property("currentSrc", f"{base_url}/media/{item}?w=1280")
    page.set_viewport_size({"width": 1400, "height": 800})
    expect(shown).to_have_js_property("currentSrc", f"{base_url}/media/{item}")


@pytest.mark.usefixtures("sandbox")
def test_a_video_plays_in_the_large_and_only_while_it_is_looked_at(
    enter: Callable[..., Page], program: httpx.Client
) -> None:
    word = f"V{uuid4().hex[:10]}"
    settings = {"duration": 1, "size": "128x72"}
    made(program, f"{word} film", kind="video", model="sandbox/video-tiny", params=settings)
    made(program, f"{word} picture", kind="image", model="sandbox/sketcher")
    page = enter("alice", scripts=True)
    page.goto(f"/gallery?q={word}")
    box, tile = page.locator("#lightbox"), page.locator(".tile--video .tile__link")
    film, picture = box.locator("video"), box.locator("img")

    tile.click()
    expect(film).to_have_js_property("ended", True)
    expect(picture).to_be_hidden()
    expect(box.get_by_role("link")).to_have_text(f"{word} film")
    page.keyboard.press("ArrowLeft")
    expect(picture).to_have_js_property("complete", True)
    expect(film).to_be_hidden()
    expect(film).to_have_js_property("readyState", 0)
    page.keyboard.press("ArrowRight")
    expect(film).to_have_js_property("readyState", 4)
    expect(film).to_have_js_property("paused", True)
    expect(film).to_have_js_property("currentTime", 0)
    page.keyboard.press("Escape")

    expect(box).to_be_hidden()
    expect(film).to_have_js_property("readyState", 0)
    expect(tile).to_be_focused()


@pytest.fixture
def sparse(newcomer: Callable[..., Newcomer], base_url: str) -> str:
    """A session of somebody with a picture, more texts than a page has, and a newer picture."""
    session = newcomer().session()
    headers = {"Authorization": f"Bearer {session}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=30) as dora, ThreadPoolExecutor(4) as hands:
        upload(dora, "Oldest.png")
        list(hands.map(lambda nth: made(dora, f"Word {nth}?"), range(60)))
        upload(dora, "Newest.png", (90, 120, 40))
    return session


@pytest.mark.usefixtures("sandbox")
def test_what_lies_behind_a_page_of_texts_is_reached(enter: Callable[..., Page], sparse: str) -> None:
    page = enter(session=sparse)
    page.goto("/gallery")
    box = page.locator("#lightbox")
    following = box.get_by_role("button", name="Next", exact=True)

    page.locator("#tiles [data-full]").click()
    expect(following).to_have_attribute("aria-disabled", "false")
    following.click()

    expect(box.get_by_role("link")).to_have_text("Oldest.png")
    expect(following).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#tiles [data-full]").last).to_be_focused()


@pytest.mark.usefixtures("sandbox")
def test_what_could_not_be_fetched_is_fetched_by_the_next_press(
    enter: Callable[..., Page], sparse: str, watch: Watch
) -> None:
    watch.forgive("net::ERR")
    watch.forgive("Failed to fetch")
    fetched: list[Route] = []
    page = enter(session=sparse)
    page.goto("/gallery")
    page.route("**/fragments/gallery?*", lambda route: fetched.append(route))
    box = page.locator("#lightbox")

    page.locator("#tiles [data-full]").click()
    until(lambda: page.evaluate("1") and len(fetched) == 1)
    fetched[0].abort()
    expect(page.locator("#toasts .toast")).to_be_attached()
    box.get_by_role("button", name="Next", exact=True).click()
    until(lambda: page.evaluate("1") and len(fetched) == 2)
    expect(box.get_by_role("link")).to_have_text("Newest.png")
    page.evaluate("document.addEventListener('htmx:error', () => (window.hasFailed = true), {once: true})")
    fetched[1].abort()
    until(lambda: page.evaluate("window.hasFailed"))
    # What else comes into the page, as news do every ten seconds while something is made, does not press again.
    page.evaluate("htmx.ajax('GET', '/fragments/jobs/news', {target: '#news', swap: 'outerHTML'})")
    assert len(fetched) == 2
    box.get_by_role("button", name="Next", exact=True).click()
    until(lambda: page.evaluate("1") and len(fetched) == 3)
    fetched[2].continue_()

    expect(box.get_by_role("link")).to_have_text("Oldest.png")


@pytest.mark.usefixtures("sandbox")
def test_a_video_that_does_not_play_here_has_its_page(
    enter: Callable[..., Page], program: httpx.Client
) -> None:
    word = f"V{uuid4().hex[:10]}"
    settings = {"duration": 1, "size": "128x72"}
    film = made(program, word, kind="video", model="sandbox/video-tiny", params=settings)["assets"][0]["id"]
    page = enter("alice", scripts=True)
    page.goto(f"/gallery?q={word}")
    page.route(f"**/media/{film}", lambda route: route.fulfill(body="no film", content_type="video/mp4"))

    page.locator(".tile--video .tile__link").click()

    expect(page).to_have_url(re.compile(f"/gallery/{film}"))

    made(program, f"{word} beside it", kind="image", model="sandbox/sketcher")
    page.goto(f"/gallery?q={word}")
    box = page.locator("#lightbox")
    page.locator("#tiles li:not(.tile--video) .tile__link").click()
    page.keyboard.press("ArrowRight")
    expect(box.get_by_role("link")).to_have_text(word)
    until(lambda: box.locator("video").evaluate("film => film.error?.code") == 4)
    expect(box).to_be_visible()
