"""Pictures, with scripts and without: ask, watch, leave and return, change, upload, stop, and what goes wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.images import Card, Images
from tests.e2e.test_pictures import picture
from tests.e2e.watching import Watch

SKETCHER, RETOUCHER = "sandbox/sketcher", "sandbox/retoucher"
SLOW, REFUSING = "sandbox/image-slow", "sandbox/image-refuses"

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def images(enter: Callable[..., Page], scripts: bool) -> Images:
    found = Images(enter("alice", scripts=scripts))
    found.begin()
    return found


def ask(images: Images, prompt: str, scripts: bool) -> Card:
    """The card of this request and no other: what was there before looks much the same."""
    words = f"{prompt}, {'with' if scripts else 'without'} scripts"
    images.ask(words)
    card = images.card(words)
    expect(card.prompt).to_have_text(words)
    return card


def test_four_are_asked_for_left_alone_there_on_return_and_changed(
    images: Images, scripts: bool, watch: Watch
) -> None:
    images.choose("aspect_ratio", "16:9")
    images.choose("n", "4")
    if not scripts:  # the button could not follow, so it asks again before more is spent than it said
        watch.forgive("status of 409")
        images.ask("Four boats")
        expect(images.error).to_contain_text("This costs up to $0.60")
        expect(images.prompt).to_have_value("Four boats")
    expect(images.price).to_have_text("≤ $0.60")
    card = ask(images, "Four boats on a lake", scripts)

    expect(card.places).to_have_count(4)
    images.page.goto("/chat")
    images.begin("?watch=1")

    expect(card.pictures).to_have_count(4)
    expect(card.facts).to_contain_text("1344 × 768")
    expect(card.pictures.first).not_to_have_js_property("naturalWidth", 0)
    assert "/gallery/" in (card.links.first.get_attribute("href") or "")
    prompt = card.prompt.inner_text()
    card.change.click()

    expect(images.prompt).to_have_value(prompt)
    expect(images.form.locator("input[name=n][value='4']")).to_be_checked()
    expect(images.form.locator("input[name=seed]")).not_to_have_value("")


def test_who_stays_sees_it_come_hears_of_it_and_changes_it(
    images: Images, scripts: bool, watch: Watch
) -> None:
    images.choose_model(SKETCHER, scripts=scripts)
    loads = watch.loads
    card = ask(images, "A bird on a wire", scripts)

    expect(card.pictures).to_have_count(1)
    expect(card.stop).to_have_count(0)
    if scripts:
        expect(images.toasts).to_contain_text("Your picture is ready.")
        expect(images.prompt).to_have_value("")
        assert watch.loads == loads

    images.prompt.fill("Make it dusk")
    card.use.first.click(force=True)
    expect(images.attachments.get_by_role("checkbox")).to_be_checked()
    expect(images.prompt).to_have_value("Make it dusk")
    images.choose_model(RETOUCHER, scripts=scripts)
    changed = ask(images, "Make it night", scripts)

    expect(changed.pictures).to_have_count(1)
    expect(changed.begun_with).to_have_count(1)


def test_an_upload_is_changed(images: Images, scripts: bool) -> None:
    images.choose_model(RETOUCHER, scripts=scripts)
    images.files.set_input_files([picture("plate.png", colour="#2060a0")])
    if scripts:
        expect(images.attachments).to_contain_text("plate.png")
        expect(images.price).to_have_text("≤ $0.023")  # what is taken in costs something too
    card = ask(images, "Snow on the plate", scripts)

    expect(card.pictures).to_have_count(1)
    expect(images.attachments.locator("*")).to_have_count(0)
    card.links.first.click()
    recipe = images.page.get_by_role("region", name="Recipe")
    expect(recipe).to_contain_text("plate.png")
    expect(images.page.get_by_role("region", name="Lineage").get_by_role("listitem")).to_have_count(1)


def test_it_is_stopped_and_tried_again(images: Images, scripts: bool) -> None:
    images.choose_model(SLOW, scripts=scripts)
    card = ask(images, "A snail crosses the road", scripts)
    prompt = card.prompt.inner_text()

    card.stop.click()

    expect(card.notice).to_contain_text("Stopped by you.")
    card.retry.click()
    expect(images.cards.filter(has_text=prompt)).to_have_count(2)
    images.newest.stop.click()
    expect(images.newest.notice).to_contain_text("Stopped by you.")
    images.newest.article.get_by_role("button", name="Remove").click()
    expect(images.cards.filter(has_text=prompt)).to_have_count(1)
    expect(images.newest.notice).to_contain_text("Stopped by you.")


def test_a_refusal_says_why_and_what_it_cost(images: Images, scripts: bool) -> None:
    images.choose_model(REFUSING, scripts=scripts)
    card = ask(images, "What may not be shown", scripts)

    expect(card.notice).to_contain_text("content rules")
    expect(card.notice).to_contain_text("Nothing was charged.")


def test_a_file_that_is_no_picture_keeps_everything_else(images: Images, watch: Watch, scripts: bool) -> None:
    watch.forgive("status of 422")
    images.choose("n", "2")
    images.files.set_input_files(
        [
            picture("good.png", colour="#a06020"),
            {"name": "archive.png", "mimeType": "image/png", "buffer": b"PK\x03\x04" + bytes(64)},
        ]
    )
    images.ask("Put them together")

    expect(images.error).to_contain_text("archive.png")
    expect(images.prompt).to_have_value("Put them together")
    expect(images.attachments).to_contain_text("good.png")
    expect(images.form.locator("input[name=n][value='2']")).to_be_checked()


def test_without_scripts_a_model_that_was_typed_shows_its_settings(enter: Callable[..., Page]) -> None:
    images = Images(enter("alice", scripts=False))
    images.begin("?model=sandbox/sketcher")
    before = images.cards.count()
    images.prompt.fill("Kept word for word")
    images.model.fill("sandbox/painter")
    images.files.set_input_files([picture("plate.png", colour="#2060a0")])

    images.show_settings.click()

    expect(images.form.locator("input[name=n][value='2']")).to_be_attached()
    expect(images.prompt).to_have_value("Kept word for word")
    expect(images.model).to_have_value("sandbox/painter")
    expect(images.attachments).to_contain_text("plate.png")
    expect(images.cards).to_have_count(before)


def test_the_price_follows_the_settings(enter: Callable[..., Page]) -> None:
    images = Images(enter("alice"))
    images.begin()
    before = images.price.inner_text()

    images.choose("n", "4")
    expect(images.price).not_to_have_text(before)
    images.more_settings.click()
    images.form.get_by_label("Quality").select_option("low")
    images.form.get_by_label("Resolution").select_option("1K")
    expect(images.price).to_have_text("≤ $0.040")

    images.page.keyboard.press("Escape")
    images.choose_model(SKETCHER, scripts=True)
    expect(images.form.get_by_label("Quality")).to_have_count(0)
    expect(images.price).to_have_text("≤ $0.0030")


def test_a_picture_is_dropped_and_pasted(enter: Callable[..., Page]) -> None:
    images = Images(enter("alice"))
    images.begin()
    give = """([kind, field]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(8)], `${kind}.png`, { type: "image/png" }));
        const options = { bubbles: true, cancelable: true };
        const event = kind === "drop"
            ? new DragEvent("drop", { ...options, dataTransfer: transfer })
            : new ClipboardEvent("paste", { ...options, clipboardData: transfer });
        document.querySelector(field).dispatchEvent(event);
    }"""

    images.page.evaluate(give, ["drop", "#composer"])
    images.page.evaluate(give, ["paste", "#prompt"])

    expect(images.attachments).to_contain_text("drop.png")
    expect(images.attachments).to_contain_text("paste.png")
    assert images.files.evaluate("field => field.files.length") == 2
