"""Pictures beside a question: for a model that sees, and for one that does not."""

import io
from collections.abc import Callable

import httpx
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.pages.chat import Chat
from tests.e2e.watching import Watch
from tests.support.services import Services

pytestmark = pytest.mark.usefixtures("sandbox")


def picture(name: str = "tomato.png", *, colour: str = "#d02010") -> FilePayload:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(drawn, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": drawn.getvalue()}


def test_a_model_that_sees_looks_at_the_picture(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin("sandbox/seer")

    chat.composer.pictures.set_input_files([picture()])
    if scripts:
        expect(chat.composer.attachments).to_contain_text("tomato.png")
    chat.ask("What is this?")

    expect(chat.answer.body).to_contain_text("64 × 48")
    expect(chat.answer.facts).to_be_visible()
    expect(chat.composer.attachments.locator("*")).to_have_count(0)
    expect(chat.question.pictures).to_have_count(1)
    assert chat.question.pictures.evaluate("picture => picture.complete && picture.naturalWidth > 0")


def test_a_model_that_cannot_see_says_so_and_nothing_is_lost(
    enter: Callable[..., Page], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/sprinter")
    chat.composer.pictures.set_input_files([picture()])

    chat.ask("What is this?")

    expect(chat.composer.error).to_contain_text("cannot look at pictures")
    expect(chat.composer.prompt).to_have_value("What is this?")
    kept = chat.composer.attachments.get_by_role("checkbox", name="tomato.png")
    expect(kept).to_be_checked()

    chat.composer.choose_model("sandbox/seer", scripts=scripts)
    chat.composer.send.click()

    expect(chat.answer.body).to_contain_text("64 × 48")


def test_a_kept_picture_can_be_left_out(enter: Callable[..., Page], watch: Watch, scripts: bool) -> None:
    watch.forgive("status of 422")
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/sprinter")
    chat.composer.pictures.set_input_files([picture()])
    chat.ask("What is this?")
    expect(chat.composer.error).to_be_visible()

    chat.composer.attachments.get_by_role("checkbox", name="tomato.png").uncheck()
    chat.composer.send.click()

    expect(chat.answer.facts).to_be_visible()
    expect(chat.question.pictures).to_have_count(0)


def test_a_file_that_is_no_picture_is_refused(
    enter: Callable[..., Page], watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 4")
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/seer")
    forged: FilePayload = {
        "name": "cat.png",
        "mimeType": "image/png",
        "buffer": b"<svg onload=alert(1)>" * 20,
    }
    chat.composer.pictures.set_input_files([forged])

    chat.ask("What is this?")

    expect(chat.composer.error).to_be_visible()
    expect(chat.composer.prompt).to_have_value("What is this?")


def test_what_cannot_be_shown_is_named_and_of_a_gif_it_is_said_what_is_taken(
    enter: Callable[..., Page],
) -> None:
    chat = Chat(enter("alice"))
    chat.begin("sandbox/seer")
    broken: FilePayload = {"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture"}
    gif: FilePayload = {**picture("dance.gif"), "mimeType": "image/gif"}

    chat.composer.pictures.set_input_files([broken, gif])

    named = chat.composer.attachments.locator(".attachment").filter(has_text="broken.png")
    expect(named).to_be_visible()
    expect(named.locator("img")).to_have_count(0)
    expect(chat.composer.attachments).to_contain_text("Of an animated GIF only the first picture is used.")
    chat.page.get_by_role("button", name="Remove dance.gif").click()
    expect(chat.composer.attachments).not_to_contain_text("GIF")


@pytest.mark.parametrize("address", ["/", "/images", "/videos"])
def test_on_a_phone_the_name_of_the_model_can_be_read(enter: Callable[..., Page], address: str) -> None:
    page = enter("alice")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    field = page.get_by_label("Model", exact=True)

    field.evaluate("field => field.value = 'a-provider/with-a-model-4.5-preview'")

    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_picture_stays_with_its_owner(enter: Callable[..., Page], services: Services) -> None:
    chat = Chat(enter("alice"))
    chat.begin("sandbox/seer")
    chat.composer.pictures.set_input_files([picture()])
    chat.ask("Mine")
    expect(chat.question.pictures).to_have_count(1)
    address = services.address + (chat.question.pictures.get_attribute("src") or "")

    assert chat.page.request.get(address).headers["content-type"].startswith("image/")
    assert enter("bob").request.get(address).status == 404
    assert httpx.get(address).status_code == 401
