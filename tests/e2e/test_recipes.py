"""A recipe travels: out of the gallery as a file, back into the form; and many things leave as one archive."""

import io
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.looking import marked, stayed
from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch
from tests.support.programs import ended, made

pytestmark = pytest.mark.usefixtures("sandbox")

DROP = """
([name, type, coded, place]) => {
  const dragged = new DataTransfer();
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
  dragged.items.add(new File([bytes], name, { type }));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector(place).dispatchEvent(
      new DragEvent(kind, { dataTransfer: dragged, bubbles: true, cancelable: true }),
    );
  }
}
"""


def saved(page: Page, button: Locator) -> Path:
    with page.expect_download() as download:
        button.click()
    return download.value.path()


def bring(page: Page, path: Path, name: str, *, scripts: bool) -> None:
    """Into the field of the form, which sends itself where scripts run."""
    kind = {"png": "image/png", "mp4": "video/mp4", "json": "application/json"}[name.rpartition(".")[2]]
    file: FilePayload = {"name": name, "mimeType": kind, "buffer": path.read_bytes()}
    page.get_by_label("Fill from a recipe file").set_input_files([file])
    if not scripts:
        page.get_by_role("button", name="Fill in").click()


def drop(page: Page, data: bytes, name: str, kind: str, *, on: str = "h1") -> None:
    """A file let go over this element."""
    page.evaluate(DROP, [name, kind, b64encode(data).decode(), on])


def test_a_saved_picture_brought_back_makes_the_same_picture(
    enter: Callable[..., Page], program: httpx.Client, scripts: bool
) -> None:
    params = {"n": 1, "seed": 20_231, "aspect_ratio": "3:2", "resolution": "1K", "output_format": "png"}
    prompt = f"A blue plate {uuid4().hex}"
    first = made(program, prompt, kind="image", model="sandbox/painter", params=params)
    [picture] = first["assets"]
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{picture['id']}")

    file = saved(page, page.get_by_role("link", name="Download"))
    page.goto("/images")
    if scripts:
        drop(page, file.read_bytes(), "plate.png", "image/png")
    else:
        bring(page, file, "plate.png", scripts=scripts)
    notice = page.locator("#recipe-notice")
    expect(notice).to_have_text(re.compile(r"^\s*Filled from a recipe of sandbox/painter\.\s*$"))
    expect(page.locator("#prompt")).to_have_value(prompt)
    page.get_by_role("button", name=re.compile("^Make")).click()
    cards = page.locator("article.image", has_text=prompt)
    expect(cards).to_have_count(2)

    second = ended(program, (cards.first.get_attribute("id") or "").removeprefix("image-"))
    assert second["state"] == "done"
    kept = program.get(picture["url"]).content
    assert file.read_bytes() != kept  # the recipe is in what was saved, not in what is kept
    assert second["id"] != first["id"]
    assert second["params"] == first["params"]
    assert program.get(second["assets"][0]["url"]).content == kept


def test_a_saved_video_brought_back_fills_the_form(
    enter: Callable[..., Page], program: httpx.Client, scripts: bool
) -> None:
    params = {"duration": 1, "size": "128x72", "seed": 7}
    prompt = f"A plate turns {uuid4().hex}"
    film = made(program, prompt, kind="video", model="sandbox/video-tiny", params=params)
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{film['assets'][0]['id']}")

    file = saved(page, page.get_by_role("link", name="Download"))
    page.goto("/videos")
    bring(page, file, "plate.mp4", scripts=scripts)

    expect(page.locator("#recipe-notice")).to_contain_text("Filled from a recipe of sandbox/video-tiny.")
    expect(page.locator("#prompt")).to_have_value(prompt)
    expect(page.locator("[name=seed]")).to_have_value("7")


def test_a_recipe_is_saved_and_fills_the_form_again(
    enter: Callable[..., Page], program: httpx.Client, scripts: bool
) -> None:
    prompt = f"What shall we cook? {uuid4().hex}"
    answer = made(program, prompt, params={"temperature": 0.25})["id"]
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{answer}")

    recipe = saved(page, page.get_by_role("link", name="Recipe file"))
    page.goto("/")
    bring(page, recipe, "recipe.json", scripts=scripts)

    composer = Chat(page).composer
    expect(page.locator("#recipe-notice")).to_contain_text("Filled from a recipe of sandbox/sprinter.")
    expect(composer.prompt).to_have_value(prompt)
    expect(composer.setting("Temperature")).to_have_value("0.25")
    assert json.loads(recipe.read_text("utf-8"))["prompt"] == prompt


@pytest.mark.parametrize("on", ["h1", "#prompt"])
def test_a_recipe_file_may_be_dropped_anywhere_on_the_page(enter: Callable[..., Page], on: str) -> None:
    page = enter("alice")
    page.goto("/")
    recipe = {
        "format": "all-you-can-get/recipe",
        "version": 1,
        "kind": "text",
        "model": "acme/gone",
        "prompt": "Soup?",
    }

    drop(page, json.dumps(recipe).encode(), "soup.json", "application/json", on=on)

    expect(page.locator("#recipe-notice")).to_contain_text("That model makes no text here")
    expect(Chat(page).composer.prompt).to_have_value("Soup?")


def test_a_picture_dropped_on_the_composer_is_one_to_work_with(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.goto("/")

    drop(page, b"not looked at", "plate.png", "image/png", on="#prompt")

    expect(Chat(page).composer.attachments).to_contain_text("plate.png")
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_file_without_a_recipe_is_refused_and_what_was_typed_stays(
    enter: Callable[..., Page], watch: Watch, tmp_path: Path, scripts: bool
) -> None:
    watch.forgive("status of 422")
    page = enter("alice", scripts=scripts)
    page.goto("/")
    composer = Chat(page).composer
    composer.prompt.fill("Half a sentence")
    (tmp_path / "none.json").write_text("{}")

    bring(page, tmp_path / "none.json", "none.json", scripts=scripts)

    expect(page.locator("#recipe-file-error")).to_contain_text("There is no recipe in that file.")
    if not scripts:  # the page that says so has the form in it; what was typed is one step back
        page.go_back()
    expect(composer.prompt).to_have_value("Half a sentence")


def test_what_was_ticked_is_saved_as_one_archive(
    enter: Callable[..., Page], program: httpx.Client, scripts: bool
) -> None:
    word = uuid4().hex
    for dish in ("soup", "salad"):
        made(program, f"{word} {dish}")
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery?q={word}")
    if scripts:
        marked(page)
    for dish in ("soup", "salad"):
        page.get_by_role("checkbox", name=f"Select “{word} {dish}").check()

    archive = saved(page, page.locator("#selection").get_by_role("button", name="Download"))

    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as found:
        assert sorted(found.namelist()) == sorted(
            f"{word} {dish}.md{ending}" for dish in ("soup", "salad") for ending in ("", ".recipe.json")
        )
    expect(page).to_have_url(re.compile("/gallery"))
    assert not scripts or stayed(page)
