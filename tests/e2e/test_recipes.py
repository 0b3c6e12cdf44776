"""A recipe travels: out of the gallery as a file, back into the form; and many things leave as one archive."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looking import marked, stayed
from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch
from tests.support.sandbox import until

pytestmark = pytest.mark.usefixtures("sandbox")

DROP = """
([name, type, text]) => {
  const dragged = new DataTransfer();
  dragged.items.add(new File([text], name, { type }));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector("h1").dispatchEvent(
      new DragEvent(kind, { dataTransfer: dragged, bubbles: true, cancelable: true }),
    );
  }
}
"""


@pytest.fixture
def ask(base_url: str, token: Callable[[str], str]) -> Callable[..., str]:
    """Makes a text as a program would; its id."""

    def ask_(prompt: str, **params: object) -> str:
        headers = {"Authorization": f"Bearer {token('alice')}"}
        body = {"kind": "text", "model": "sandbox/sprinter", "prompt": prompt, "params": params}
        with httpx.Client(base_url=base_url, headers=headers, timeout=30) as client:
            made: str = client.post("/api/generations", json=body).json()["id"]
            until(lambda: client.get(f"/api/generations/{made}").json()["state"] == "done")
        return made

    return ask_


def saved(page: Page, button: Locator) -> Path:
    with page.expect_download() as download:
        button.click()
    return download.value.path()


def bring(page: Page, path: Path, name: str, *, scripts: bool) -> None:
    """Into the field of the form, which sends itself where scripts run."""
    file = {"name": name, "mimeType": "application/json", "buffer": path.read_bytes()}
    page.get_by_label("Fill from a recipe file").set_input_files([file])  # type: ignore[list-item]
    if not scripts:
        page.get_by_role("button", name="Fill in").click()


def test_a_recipe_is_saved_and_fills_the_form_again(
    enter: Callable[..., Page], ask: Callable[..., str], scripts: bool
) -> None:
    prompt = f"What shall we cook? {uuid4().hex}"
    made = ask(prompt, temperature=0.25)
    page = enter("alice", scripts=scripts)
    page.goto(f"/gallery/{made}")

    recipe = saved(page, page.get_by_role("link", name="Recipe file"))
    page.goto("/")
    bring(page, recipe, "recipe.json", scripts=scripts)

    composer = Chat(page).composer
    expect(page.locator("#recipe-notice")).to_contain_text("Filled from a recipe of sandbox/sprinter.")
    expect(composer.prompt).to_have_value(prompt)
    expect(composer.setting("Temperature")).to_have_value("0.25")
    assert json.loads(recipe.read_text("utf-8"))["prompt"] == prompt


def test_a_recipe_file_may_be_dropped_on_the_page(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.goto("/")
    recipe = {
        "format": "all-you-can-get/recipe",
        "version": 1,
        "kind": "text",
        "model": "acme/gone",
        "prompt": "Soup?",
    }

    page.evaluate(DROP, ["soup.json", "application/json", json.dumps(recipe)])

    expect(page.locator("#recipe-notice")).to_contain_text("That model makes no text here")
    expect(Chat(page).composer.prompt).to_have_value("Soup?")


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
    enter: Callable[..., Page], ask: Callable[..., str], scripts: bool
) -> None:
    word = uuid4().hex
    for dish in ("soup", "salad"):
        ask(f"{word} {dish}")
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
