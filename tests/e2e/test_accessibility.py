"""axe finds nothing on any page, in light and dark, with scripts and without; nothing scrolls sideways on a phone."""

from collections.abc import Callable
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.looking import number
from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch
from tests.support.forms import post_form
from tests.support.programs import made
from tests.support.services import Services

# Of what it passes axe would tell a megabyte a page: only what it finds comes back.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
PHONE = {"width": 390, "height": 844}

OUTSIDE = ["/login", "/register", "/setup"]
INSIDE = [
    "/",
    "/chat",
    "/chat?view=deleted",
    "/images",
    "/videos",
    "/gallery",
    "/gallery?bin=1",
    "/jobs",
    "/account",
    "/admin",
    "/admin/people",
    "/admin/jobs",
    "/admin/patterns",
    "/nowhere",
]
TALKS = {
    "finished": ("Show me everything about soup, stew and broth", "sandbox/scribe"),
    "growing": ("count 100000 at 10 per second", "sandbox/metronome"),
    "failed": ("Will this work?", "sandbox/refuses"),
    "broken": ("Will that work?", "sandbox/cuts-off"),
}
PAGES = [*OUTSIDE, *INSIDE, *TALKS, "picture"]

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(scope="module")
def talk(services: Services) -> Callable[[str], str]:
    """The address of a conversation in a certain state, begun once."""

    @cache
    def talk_(name: str) -> str:
        prompt, model = TALKS[name]
        fields = {"prompt": prompt, "model": model}
        answer = post_form(services.address, services.token("ruth"), "/fragments/conversations", fields)
        return answer.headers["HX-Push-Url"]

    return talk_


@pytest.fixture(scope="module")
def painted(services: Services) -> str:
    """The page of a picture, made once; so the gallery and the page of pictures are not empty either."""
    with services.api("ruth") as ruth:
        picture = made(ruth, "A lighthouse in the evening", kind="image", model="sandbox/sketcher")
        return f"/gallery/{picture['assets'][0]['id']}"


@pytest.fixture
def show(
    enter: Callable[..., Page],
    open_browser: Callable[..., Page],
    watch: Watch,
    talk: Callable[[str], str],
    painted: str,
):
    """Opens one of the pages and waits until it is as it shall be looked at."""
    watch.forgive("status of 404")

    def show_(name: str, **options: object) -> Page:
        page = open_browser(**options) if name in OUTSIDE else enter("ruth", **options)
        page.goto(painted if name == "picture" else talk(name) if name in TALKS else name)
        answer = Chat(page).answer
        if name == "growing":
            expect(answer.stop).to_be_visible()
        elif name in TALKS:
            expect(answer.facts.or_(answer.notice).first).to_be_visible(timeout=40_000)
        return page

    return show_


def faults(page: Page, within: str | None = None) -> list[str]:
    """What axe has to say about the page, or about a part of it, once its colours have arrived."""
    page.evaluate(
        "Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished))"
    )
    found = Axe().run(page, context=within, options=RULES).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:300]} {node['failureSummary']}"
        for fault in found
        for node in fault["nodes"]
    ]


def width(page: Page) -> int:
    """Of everything there is, in CSS pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_light_and_dark_and_nothing_scrolls_sideways(
    show: Callable[..., Page], name: str
) -> None:
    page = show(name, color_scheme="light", reduced_motion="reduce")

    assert not faults(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert not faults(page)
    page.set_viewport_size(PHONE)
    assert width(page) <= PHONE["width"]


@pytest.mark.parametrize("name", ["/login", "/", "/account", "finished", "/images", "/gallery", "picture"])
def test_axe_finds_nothing_where_no_script_came_through(
    show: Callable[..., Page], name: str, watch: Watch
) -> None:
    watch.forgive("net::ERR_FAILED")
    page = show(name, reduced_motion="reduce")
    page.route("**/*.js", lambda route: route.abort())
    page.reload()
    # With scripts a conversation opens at its end; here a button may lie half beneath the composer until one scrolls.
    page.evaluate("document.scrollingElement.scrollTo(0, document.scrollingElement.scrollHeight)")

    assert not faults(page)


def test_axe_finds_nothing_in_open_menus_and_pickers(show: Callable[..., Page]) -> None:
    page = show("finished", reduced_motion="reduce")
    chat = Chat(page)
    chat.menu.click()
    assert not faults(page, "#conversation-header")  # what lies half beneath the open menu is not asked about
    page.keyboard.press("Escape")
    chat.composer.settings.click()
    assert not faults(page, "#composer")
    page.keyboard.press("Escape")
    chat.composer.model.click()
    expect(chat.composer.models.get_by_role("option").first).to_be_visible()
    assert not faults(page, "#composer")
    chat.composer.model.press("Escape")
    chat.question.edit.click()
    expect(chat.edit_field).to_be_visible()
    assert not faults(page)


ALBUM = {
    "open": "",
    "renaming": "&rename=1",
    "deleting": "&delete=1",
    "nothing found": "&q=nowhere",
}


@pytest.fixture(scope="module")
def album(services: Services, painted: str) -> str:
    """The page of an album with one picture in it."""
    with services.api("ruth") as ruth:
        made = ruth.post("/api/albums", json={"name": "Lights"}).json()["id"]
        ruth.post(f"/api/albums/{made}/items", json={"ids": [painted.rpartition("/")[2]]})
    return f"/gallery?album={made}"


@pytest.mark.parametrize("state", ALBUM)
def test_axe_finds_nothing_on_the_page_of_an_album(
    enter: Callable[..., Page], album: str, state: str
) -> None:
    page = enter("ruth", viewport=PHONE, color_scheme="dark", reduced_motion="reduce")
    page.goto(album + ALBUM[state])

    assert not faults(page)
    assert width(page) <= PHONE["width"]


def test_the_panels_of_the_gallery_stay_on_a_phone_and_axe_finds_nothing_in_them(
    enter: Callable[..., Page], album: str
) -> None:
    page = enter("ruth", viewport=PHONE, reduced_motion="reduce")
    page.goto("/gallery")
    for summary in ("#gallery-header .menu > summary", ".gallery__more-filters > summary"):
        page.locator(summary).click()
        assert on_the_page(page, f"{summary} + .menu__panel")
        assert not faults(page, f"{summary.rpartition(' > ')[0]}")
        page.keyboard.press("Escape")

    page.goto(album)
    page.get_by_role("checkbox", name="Select").check()
    for summary in page.locator(".picks__menu > summary").all():
        summary.click()
        assert on_the_page(page, ".picks__menu[open] .menu__panel")
        assert not faults(page, ".picks__menu[open] .menu__panel")
    page.keyboard.press("Escape")

    page.goto(album)
    page.locator("[data-full]").click()
    expect(page.get_by_role("dialog", name="A lighthouse in the evening")).to_be_visible()
    assert not faults(page, "#lightbox")


def test_axe_finds_nothing_in_a_film_in_the_large(enter: Callable[..., Page], services: Services) -> None:
    with services.api("ruth") as ruth:
        settings = {"duration": 1, "size": "128x72"}
        made(ruth, "A lighthouse turning", kind="video", model="sandbox/video-tiny", params=settings)
    page = enter("ruth", viewport=PHONE, reduced_motion="reduce")
    page.goto("/gallery?q=turning")
    page.locator("[data-full]").click()
    expect(page.get_by_role("dialog", name="A lighthouse turning").locator("video")).to_be_visible()

    assert not faults(page, "#lightbox")


def on_the_page(page: Page, panel: str) -> bool:
    """Whether the open panel lies within the page's width."""
    box = page.locator(panel).bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width(page) <= PHONE["width"]


def test_axe_finds_nothing_on_a_phone_with_the_menu_open(show: Callable[..., Page]) -> None:
    page = show("/chat", viewport=PHONE, reduced_motion="reduce")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()

    assert not faults(page)


@pytest.mark.parametrize("name", ["/login", "/", "/account", "/admin/people", "/images", "/gallery"])
def test_nothing_scrolls_sideways_without_scripts(show: Callable[..., Page], name: str) -> None:
    assert width(show(name, viewport=PHONE, scripts=False)) <= PHONE["width"]


def test_a_phone_asks_and_reads(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", viewport=PHONE, has_touch=True, scripts=scripts)
    page.goto("/")
    page.get_by_role("button", name="Menu").tap()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="New chat").tap()
    chat = Chat(page)
    expect(chat.composer.prompt).to_be_visible()

    page.goto("/chat?model=sandbox/metronome")
    chat.composer.prompt.fill("count 30 at 20 per second")
    chat.composer.send.tap()

    expect(chat.answer.body).to_contain_text(number(30))
    expect(chat.answer.facts).to_be_visible()
    assert width(page) <= PHONE["width"]
