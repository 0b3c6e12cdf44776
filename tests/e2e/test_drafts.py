"""What was typed is there until it is sent: on the way to another kind, over a reload, beneath a recipe."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.chat import Chat
from tests.e2e.pages.images import Images
from tests.e2e.pages.videos import Videos
from tests.e2e.watching import Watch

pytestmark = pytest.mark.usefixtures("sandbox")

WORDS = "A lighthouse, and & behind it: rain?"


def test_the_words_come_along_to_another_kind(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)
    page.goto("/")
    Chat(page).composer.prompt.fill(WORDS)

    if scripts:
        page.get_by_role("navigation", name="What to make").get_by_role("link", name="Images").click()
    else:
        page.get_by_role("button", name="Take the words to images").click()
    expect(Images(page).prompt).to_have_value(WORDS)
    Images(page).prompt.fill(f"{WORDS} Now it moves.")
    if scripts:
        page.get_by_role("navigation", name="What to make").get_by_role("link", name="Videos").click()
    else:
        page.get_by_role("button", name="Take the words to videos").click()

    expect(Videos(page).prompt).to_have_value(f"{WORDS} Now it moves.")


def test_the_words_for_pictures_come_along_from_the_gallery_to_a_video(
    enter: Callable[..., Page], picture_of_alice: str
) -> None:
    page = enter("alice")
    page.goto("/images")
    Images(page).prompt.fill(WORDS)
    page.goto("/gallery?kind=image")
    page.goto(page.locator("#tiles .tile__link").first.get_attribute("href") or "")

    page.get_by_role("link", name="Make a video").click()

    expect(Videos(page).prompt).to_have_value(WORDS)


def test_words_that_no_address_holds_are_not_cut_off(enter: Callable[..., Page], watch: Watch) -> None:
    watch.forgive("status of 422")
    page = enter("alice", scripts=False)
    page.goto("/")
    Chat(page).composer.prompt.fill("x" * 2001)

    page.get_by_role("button", name="Take the words to videos").click()

    expect(page.get_by_text("That is 2,001 characters")).to_be_visible()
    expect(page.locator("textarea[name=prompt]")).to_have_value("x" * 2001)


def test_a_draft_outlives_a_reload_and_a_recipe_and_goes_when_it_is_sent(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.goto("/images?model=sandbox/sketcher")
    images = Images(page)
    images.prompt.press_sequentially("Half a thou")

    page.reload()
    expect(images.prompt).to_have_value("Half a thou")
    page.goto("/images?prompt=Brought+along")
    expect(images.prompt).to_have_value("Brought along")
    page.goto("/images?model=sandbox/sketcher")
    expect(images.prompt).to_have_value("Half a thou")
    images.ask("Half a thought, sent")
    expect(images.newest.prompt).to_have_text("Half a thought, sent")

    page.reload()
    expect(images.newest.prompt).to_have_text("Half a thought, sent")
    expect(images.prompt).to_have_value("")


def test_a_draft_tells_its_price_and_is_nobody_elses(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.goto("/chat?model=sandbox/thinker")
    composer = Chat(page).composer
    composer.prompt.fill("word " * 9000)
    short = composer.price.inner_text()
    expect(composer.price).not_to_have_text(short)
    long = composer.price.inner_text()

    page.reload()
    expect(composer.price).to_have_text(long)

    bob = enter("bob")
    cookies = bob.context.cookies()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.reload()
    expect(composer.prompt).to_have_value("")


def test_without_scripts_the_price_is_asked_for(enter: Callable[..., Page]) -> None:
    page = enter("alice", scripts=False)
    page.goto("/images?model=sandbox/painter")
    images = Images(page)
    before = images.price.inner_text()
    images.prompt.fill(WORDS)
    images.choose("n", "2")

    images.show_settings.click()

    expect(images.price).not_to_have_text(before)
    expect(images.prompt).to_have_value(WORDS)


@pytest.mark.parametrize("within", [False, True])
def test_without_scripts_the_price_of_a_question_is_asked_for(
    enter: Callable[..., Page], begin: Callable[..., str], within: bool
) -> None:
    page = enter("alice", scripts=False)
    page.goto(begin("Hello", "sandbox/sprinter") if within else "/chat?model=sandbox/sprinter")
    composer = Chat(page).composer
    expect(composer.price).to_have_text("free")
    composer.prompt.fill(WORDS)
    composer.model.fill("sandbox/thinker")

    page.get_by_role("button", name="Update price and settings").click()

    expect(composer.price).to_have_text(re.compile(r"≤ \$\d"))
    expect(composer.prompt).to_have_value(WORDS)
    page.goto(page.url)
    expect(composer.form).to_be_visible()
    assert "/fragments/" not in page.url
