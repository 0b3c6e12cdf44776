"""All that pictures are good for in one sitting: made, changed, brought, found, saved with recipes, and made again."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.images import Card, Images
from tests.e2e.test_pictures import picture
from tests.e2e.watching import Watch

QUICK = "sandbox/image-base64-lines"  # half a second a picture, with all settings that matter here

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def images(enter: Callable[..., Page], watch: Watch, scripts: bool) -> Images:
    watch.forgive("status of 409")  # without scripts: what costs more than the page said is asked about
    return Images(enter("bob", scripts=scripts))


def press(images: Images) -> None:
    images.make.click()
    if images.error.is_visible():
        expect(images.error).to_contain_text("ress again")
        images.make.click()


def made(images: Images, prompt: str, pictures: int) -> Card:
    """What this prompt asked for, once all of it is there."""
    images.prompt.fill(prompt)
    press(images)
    card = images.card(prompt)
    expect(card.pictures).to_have_count(pictures)
    return card


def saved(page: Page) -> tuple[dict[str, bytes], dict[str, Any]]:
    """What is ticked as an archive: files, and recipes by the prompt."""
    with page.expect_download() as download:
        page.locator("#selection").get_by_role("button", name="Download").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    recipes = [json.loads(found.pop(name)) for name in list(found) if name.endswith(".recipe.json")]
    return found, {recipe["prompt"]: recipe for recipe in recipes}


def bytes_of(card: Card, page: Page) -> list[bytes]:
    links = [link.get_attribute("href") or "" for link in card.links.all()]
    return [page.request.get(link.replace("/gallery/", "/media/")).body() for link in links]


def test_from_four_pictures_to_the_same_bytes_again(images: Images, scripts: bool) -> None:
    page, word = images.page, f"quay{uuid4().hex[:8]}"
    images.begin(f"?model={QUICK}")
    images.choose("n", "4")
    images.more_settings.click()
    images.form.locator("[name=size]").select_option("256x256")
    four = made(images, f"Boats at the {word}", 4)
    first = bytes_of(four, page)

    four.use.first.click(force=True)
    expect(images.attachments.get_by_role("checkbox")).to_be_checked()
    images.choose("n", "1")  # with scripts the form has kept what was chosen
    edited = made(images, f"Night at the {word}", 1)
    expect(edited.begun_with).to_have_count(1)

    images.begin(f"?model={QUICK}")
    images.files.set_input_files([picture("plate.png", colour="#2060a0")])
    made(images, f"Snow on the {word}", 1)

    page.goto("/gallery")
    search = page.get_by_role("searchbox", name="Search the gallery")
    search.fill(word[:7])
    if not scripts:
        search.press("Enter")
    tiles = page.locator("#tiles .tile")
    expect(tiles).to_have_count(6)
    for tile in (tiles.first, tiles.last):  # the newest, and the first of the four
        tile.get_by_role("checkbox").check()
    files, recipes = saved(page)
    assert len(files) == 2
    assert set(recipes) == {f"Snow on the {word}", f"Boats at the {word}"}

    page.goto("/images")
    recipe = json.dumps(recipes[f"Boats at the {word}"]).encode()
    field = page.get_by_label("Fill from a recipe file")
    field.set_input_files([{"name": "boats.recipe.json", "mimeType": "application/json", "buffer": recipe}])
    if not scripts:
        page.get_by_role("button", name="Fill in").click()
    expect(page.locator("#recipe-notice")).to_contain_text(f"Filled from a recipe of {QUICK}.")
    press(images)
    again = images.cards.filter(has_text=f"Boats at the {word}")
    expect(again).to_have_count(2)
    expect(images.newest.pictures).to_have_count(4)

    assert bytes_of(images.newest, page) == first
