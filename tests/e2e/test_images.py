"""Pictures, with scripts and without: ask, watch, leave and return, change, upload, stop, and what goes wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.images import Images
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


def is_loaded(image: Images) -> bool:
    return bool(
        image.newest.pictures.first.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    )


def test_four_are_asked_for_left_alone_and_there_on_return(
    images: Images, scripts: bool, watch: Watch
) -> None:
    images.choose("aspect_ratio", "16:9")
    images.choose("n", "4")
    if scripts:
        expect(images.price).to_have_text("≤ $0.60")
    images.ask("Four boats on a lake")
    if not scripts:  # the button could not follow, so it asks again before more is spent than it said
        watch.forgive("status of 409")
        expect(images.error).to_contain_text("This costs up to $0.60")
        expect(images.price).to_have_text("≤ $0.60")
        expect(images.prompt).to_have_value("Four boats on a lake")
        images.make.click()

    expect(images.newest.prompt).to_have_text("Four boats on a lake")
    expect(images.newest.places).to_have_count(4)
    images.page.goto("/chat")
    images.begin("?watch=1")

    expect(images.newest.pictures).to_have_count(4)
    expect(images.newest.facts).to_contain_text("1344 × 768")
    assert is_loaded(images)
    images.newest.links.first.click()
    images.page.wait_for_url("**/gallery/*")


def test_who_stays_sees_it_come_and_hears_of_it(images: Images, scripts: bool, watch: Watch) -> None:
    images.choose_model(SKETCHER, scripts=scripts)
    loads = watch.loads
    images.ask("A bird on a wire")

    expect(images.newest.pictures).to_have_count(1)
    expect(images.newest.stop).to_have_count(0)
    if scripts:
        expect(images.toasts).to_contain_text("Your picture is ready.")
        expect(images.prompt).to_have_value("")
        assert watch.loads == loads


def test_a_picture_is_used_to_begin_with(images: Images, scripts: bool) -> None:
    images.choose_model(SKETCHER, scripts=scripts)
    images.ask("Hills under a blue sky")
    expect(images.newest.pictures).to_have_count(1)

    images.newest.use.first.click(force=True)
    expect(images.attachments.get_by_role("checkbox")).to_be_checked()
    images.choose_model(RETOUCHER, scripts=scripts)
    images.ask("Make it night")

    expect(images.newest.prompt).to_have_text("Make it night")
    expect(images.newest.pictures).to_have_count(1)
    expect(images.newest.begun_with).to_have_count(1)


def test_an_upload_is_changed(images: Images, scripts: bool) -> None:
    images.choose_model(RETOUCHER, scripts=scripts)
    images.files.set_input_files([picture("plate.png", colour="#2060a0")])
    if scripts:
        expect(images.attachments).to_contain_text("plate.png")
        expect(images.price).to_have_text("≤ $0.023")  # what is taken in costs something too
    images.ask("Snow on the plate")

    expect(images.newest.pictures).to_have_count(1)
    expect(images.attachments.locator("*")).to_have_count(0)


def test_it_is_stopped_and_tried_again(images: Images, scripts: bool) -> None:
    images.choose_model(SLOW, scripts=scripts)
    prompt = f"A snail crosses the road {'with' if scripts else 'without'} a script"
    images.ask(prompt)

    images.newest.stop.click()

    expect(images.newest.notice).to_contain_text("Stopped by you.")
    images.newest.retry.click()
    expect(images.newest.stop).to_be_visible()
    expect(images.cards.filter(has_text=prompt)).to_have_count(2)
    images.newest.stop.click()
    expect(images.newest.notice).to_contain_text("Stopped by you.")


def test_a_refusal_says_why_and_what_it_cost(images: Images, scripts: bool) -> None:
    images.choose_model(REFUSING, scripts=scripts)
    images.ask("What may not be shown")

    expect(images.newest.notice).to_contain_text("content rules")
    expect(images.newest.notice).to_contain_text("Nothing was charged.")


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


def test_a_recipe_fills_the_form_again(images: Images, scripts: bool) -> None:
    images.choose("aspect_ratio", "4:5")
    images.ask("A kettle on a stove")
    expect(images.newest.pictures).to_have_count(1)

    images.newest.again.click()

    expect(images.prompt).to_have_value("A kettle on a stove")
    expect(images.form.locator("input[name=aspect_ratio][value='4:5']")).to_be_checked()
    expect(images.form.locator("input[name=seed]")).not_to_have_value("")


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
