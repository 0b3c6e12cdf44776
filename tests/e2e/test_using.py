"""What was made is made something of: pictures taken in one by one or ticked together, answers asked for again."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.images import Images
from tests.e2e.pages.videos import Videos
from tests.support.collecting import upload
from tests.support.programs import made
from tests.support.waiting import until

RETOUCHER, SCRIBE = "sandbox/retoucher", "sandbox/scribe"

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def pictures(program: httpx.Client) -> tuple[str, list[str]]:
    """A word that finds two pictures of Alice's, and their names, the older one first."""
    word = f"Q{uuid4().hex[:10]}"
    names = [f"{word} {which}" for which in ("older", "newer")]
    for number, name in enumerate(names):
        upload(program, f"{name}.png", (uuid4().int % 256, number * 90, 120), (64, 36))
    return word, names


def tick_and_use(page: Page, pictures: tuple[str, list[str]], button: str) -> None:
    page.goto(f"/gallery?q={pictures[0]}")
    for name in pictures[1]:
        page.get_by_role("checkbox", name=f"Select “{name}").check()
    page.locator("#picks summary", has_text="More").click()
    page.get_by_role("button", name=button).click()


def roles(videos: Videos) -> Locator:
    return videos.attachments.locator("select[name=kept]")


def test_pictures_of_the_page_go_in_one_after_the_other_and_nothing_typed_is_lost(
    enter: Callable[..., Page], program: httpx.Client, scripts: bool
) -> None:
    prompt = f"Two jugs {uuid4().hex[:8]}"
    made(program, prompt, kind="image", model="sandbox/painter", params={"n": 2})
    images = Images(enter("alice", scripts=scripts))
    images.begin(f"?model={RETOUCHER}")
    card = images.card(prompt)
    images.prompt.fill("Make them blue")

    for number in (0, 1):
        before = images.price.inner_text()
        card.places.nth(number).hover()
        card.use.nth(number).click()
        expect(images.attachments.get_by_role("checkbox")).to_have_count(number + 1)
        if scripts:  # each costs something; who presses before the button says so is asked once more
            expect(images.price).not_to_have_text(before)

    expect(images.prompt).to_have_value("Make them blue")
    expect(images.prompt).to_be_focused()
    expect(images.model).to_have_value(RETOUCHER)
    images.make.click()
    expect(images.newest.prompt).to_have_text("Make them blue")
    expect(images.newest.begun_with).to_have_count(2)


def test_ticked_pictures_begin_a_picture(
    enter: Callable[..., Page], pictures: tuple[str, list[str]], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)

    tick_and_use(page, pictures, "Use for a picture")

    images = Images(page)
    expect(images.attachments.get_by_role("checkbox")).to_have_count(2)
    images.ask(f"Both together {pictures[0]}")
    expect(images.newest.begun_with).to_have_count(2)
    if scripts:  # a reload fills the form no second time
        expect(page).to_have_url(re.compile("/images$"))
    expect(images.newest.pictures).to_have_count(1)


def test_ticked_pictures_are_the_frames_of_a_video_and_may_change_places(
    enter: Callable[..., Page], pictures: tuple[str, list[str]], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)

    tick_and_use(page, pictures, "Use for a video")

    videos = Videos(page)
    expect(videos.attachments.get_by_role("combobox", name=re.compile("older"))).to_have_value(
        re.compile("^first")
    )
    expect(videos.attachments.get_by_role("combobox", name=re.compile("newer"))).to_have_value(
        re.compile("^last")
    )
    roles(videos).nth(0).select_option("Last frame")
    roles(videos).nth(1).select_option("First frame")
    videos.ask(f"Backwards {pictures[0]}")
    expect(videos.newest.prompt).to_contain_text("Backwards")
    expect(videos.newest.begun_with.nth(0)).to_have_attribute("alt", re.compile("^Last frame: .*older"))
    expect(videos.newest.begun_with.nth(1)).to_have_attribute("alt", re.compile("^First frame: .*newer"))


def test_what_a_model_does_not_take_is_said_where_it_is_chosen(
    enter: Callable[..., Page], pictures: tuple[str, list[str]], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    tick_and_use(page, pictures, "Use for a video")
    videos = Videos(page)

    roles(videos).nth(0).select_option("Go by")
    if not scripts:
        videos.show_settings.click()

    expect(page.locator("#composer-inputs")).to_contain_text("Either frames or pictures to go by")
    roles(videos).nth(0).select_option("Leave out")
    if not scripts:
        videos.show_settings.click()
    expect(page.locator("#composer-inputs")).to_have_text("")


def test_a_picture_is_used_from_its_own_page_and_its_words_copied(
    enter: Callable[..., Page], picture_of_alice: str, program: httpx.Client, scripts: bool
) -> None:
    (asset,) = program.get(f"/api/generations/{picture_of_alice}").json()["assets"]
    options = {"permissions": ["clipboard-read", "clipboard-write"]} if scripts else {}
    page = enter("alice", scripts=scripts, **options)
    page.goto(f"/gallery/{asset['id']}")
    if scripts:
        page.get_by_role("button", name="Copy prompt").click()
        until(lambda: page.evaluate("navigator.clipboard.readText()") == "A quiet pond")

    page.get_by_role("link", name="Use as input").click()
    images = Images(page)
    expect(images.attachments.get_by_role("checkbox")).to_be_checked()
    images.ask(prompt := f"With ducks {uuid4().hex[:8]}")
    expect(images.card(prompt).article).to_have_attribute("data-state", "done")
    page.goto(f"/gallery/{asset['id']}")
    expect(page.get_by_role("heading", name="Became")).to_be_visible()

    page.get_by_role("link", name="Make a video").click()
    expect(roles(Videos(page))).to_have_value(f"first_frame:{asset['id']}")


def test_an_answer_is_run_again_beside_the_old_one(
    enter: Callable[..., Page], program: httpx.Client, scripts: bool
) -> None:
    prompt = f"What is a {uuid4().hex[:8]}?"
    answer = made(program, prompt, model=SCRIBE)
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{answer['id']}")

    page.get_by_role("button", name=re.compile(r"^Run again ≤ \$")).click()

    expect(page).to_have_url(re.compile("/chat/"))
    expect(page.locator(".message--user")).to_contain_text(prompt)
    page.goto(f"/gallery/{answer['id']}")
    page.get_by_role("link", name="Other model").click()
    expect(page.locator("#prompt")).to_have_value(prompt)
    expect(page.locator("#model")).to_be_focused()
    if scripts:  # the old name is replaced by what is typed
        page.keyboard.type("painter")
        expect(page.locator("#model")).to_have_value("painter")
