"""Choosing a model and its settings, and what the button says it costs."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.chat import Chat
from tests.e2e.pages.images import Images
from tests.e2e.watching import Watch

pytestmark = pytest.mark.usefixtures("sandbox")


def test_a_model_is_found_by_typing_a_part_of_its_name(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/scribe")

    chat.composer.choose_model("sandbox/sprinter", scripts=scripts)
    chat.ask("Who are you?")

    expect(chat.answer.author).to_contain_text("Sprinter")
    expect(chat.answer.facts).to_be_visible()


def test_without_scripts_every_model_is_offered_with_its_price(enter: Callable[..., Page]) -> None:
    chat = Chat(enter("alice", scripts=False))
    chat.begin("sandbox/scribe")

    options = chat.page.locator("#model-names option")

    expect(options.and_(chat.page.locator('[value="sandbox/sprinter"]'))).to_have_text(re.compile("free"))
    expect(options.and_(chat.page.locator('[value="sandbox/seer"]'))).to_have_text(
        re.compile("sees pictures")
    )


def test_the_picker_is_driven_by_keys(enter: Callable[..., Page]) -> None:
    chat = Chat(enter("alice"))
    chat.begin("sandbox/scribe")
    composer = chat.composer
    composer.model.focus()
    expect(composer.model).to_have_role("combobox")
    expect(composer.model).to_have_attribute("aria-expanded", "false")

    composer.model.press("ArrowDown")
    expect(composer.models).to_be_visible()
    expect(composer.model).to_have_attribute("aria-expanded", "true")
    expect(composer.models.get_by_role("option", selected=True)).to_contain_text("Scribe")

    composer.model.fill("r")
    composer.model.press_sequentially("ate-lim")
    expect(composer.models.get_by_role("option")).to_have_count(2)
    marked = composer.models.locator("[data-active]")
    expect(marked).to_contain_text("Rate-limited")
    first = composer.model.get_attribute("aria-activedescendant")
    composer.model.press("ArrowDown")
    expect(composer.model).not_to_have_attribute("aria-activedescendant", first or "")
    expect(marked).to_contain_text("Rate-limited, always")
    composer.model.press("Enter")

    expect(composer.models).to_be_hidden()
    expect(composer.model).to_have_value("sandbox/rate-limited-always")
    expect(chat.transcript).to_have_count(0)

    composer.model.fill("spri")
    expect(composer.model_option("sandbox/sprinter")).to_be_visible()
    composer.model.press("Escape")
    expect(composer.models).to_be_hidden()
    expect(composer.model).to_have_value("sandbox/rate-limited-always")
    composer.model.fill("no such model")
    expect(composer.models).to_contain_text("No model has “no such model” in its name.")


def test_a_whole_name_that_was_typed_stays_when_one_moves_on(enter: Callable[..., Page]) -> None:
    chat = Chat(enter("alice"))
    chat.begin("sandbox/scribe")

    chat.composer.model.fill("sandbox/sprinter")
    chat.composer.prompt.click()

    expect(chat.composer.model).to_have_value("sandbox/sprinter")
    expect(chat.composer.price).to_have_text("free")


def test_enter_at_once_takes_what_is_found_and_not_what_was_listed_before(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.goto("/chat?model=sandbox/scribe")
    composer = Chat(page).composer
    composer.model.click()
    expect(composer.models.get_by_role("option").first).to_be_visible()

    composer.model.fill("sprinter")
    composer.model.press("Enter")

    expect(composer.model).to_have_value("sandbox/sprinter")
    expect(composer.price).to_have_text("free")


def test_words_that_name_no_model_are_refused_and_no_other_model_is_asked(
    enter: Callable[..., Page], watch: Watch
) -> None:
    watch.forgive("status of 422")
    page = enter("alice")
    page.goto("/images")
    images = Images(page)
    before = images.cards.count()
    images.model.fill("sketchy model")

    images.ask("At whose price?")

    expect(images.error).to_contain_text("does not know that model")
    expect(images.prompt).to_have_value("At whose price?")
    expect(images.cards).to_have_count(before)
    images.choose_model("sandbox/sketcher", scripts=True)
    expect(images.error).to_have_count(0)


def test_what_was_wrong_is_gone_once_it_is_right(enter: Callable[..., Page], watch: Watch) -> None:
    watch.forgive("status of 422")
    page = enter("alice")
    page.goto("/images?model=sandbox/sketcher")
    images = Images(page)
    images.make.click()
    expect(images.error).to_be_visible()

    images.ask("Now it says something")

    expect(images.newest.prompt).to_have_text("Now it says something")
    expect(images.error).to_have_count(0)


def test_the_list_of_models_opens_within_a_phone(enter: Callable[..., Page]) -> None:
    page = enter("alice")
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/images", "/videos", "/chat"):
        page.goto(address)
        page.get_by_label("Model", exact=True).click()
        expect(page.locator("#model-options [role=option]").first).to_be_visible()
        box = page.locator("#model-options").bounding_box()
        assert box is not None
        assert box["y"] >= 0


def test_the_price_on_the_button_follows_the_model_and_the_length(enter: Callable[..., Page]) -> None:
    chat = Chat(enter("alice"))
    chat.begin("sandbox/scribe")
    price = chat.composer.price
    expect(price).to_have_text(re.compile(r"^≤ \$0\.\d+$"))
    scribe = price.inner_text()

    chat.composer.choose_model("sandbox/thinker", scripts=True)
    expect(price).not_to_have_text(scribe)
    expect(chat.composer.facts).to_contain_text("thinks")
    dear = price.inner_text()

    chat.composer.settings.click()
    expect(chat.composer.setting("Thinking")).to_be_visible()
    chat.composer.setting("Longest answer").fill("100")
    expect(price).not_to_have_text(dear)
    expect(chat.composer.setting("Longest answer")).to_have_value("100")

    chat.composer.prompt.click()
    chat.composer.choose_model("sandbox/sprinter", scripts=True)
    expect(price).to_have_text("free")
    chat.composer.choose_model("sandbox/unpriced", scripts=True)
    expect(price).to_have_text("price unknown")


def test_the_price_stands_on_the_button_without_scripts_too(enter: Callable[..., Page]) -> None:
    chat = Chat(enter("alice", scripts=False))

    chat.begin("sandbox/sprinter")
    expect(chat.composer.price).to_have_text("free")
    chat.begin("sandbox/thinker")
    expect(chat.composer.price).to_have_text(re.compile(r"≤ \$\d"))


def test_settings_go_with_the_question_and_stay(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    chat.begin("sandbox/sprinter")
    chat.composer.settings.click()
    chat.composer.setting("Instructions").fill("Speak like a waiter")
    chat.composer.setting("Temperature").fill("0,5")

    chat.ask("What is there?")

    expect(chat.answer.body).to_contain_text("Speak like a waiter")
    expect(chat.answer.facts).to_be_visible()
    page.reload()
    chat.composer.settings.click()
    expect(chat.composer.setting("Instructions")).to_have_value("Speak like a waiter")
    expect(chat.composer.setting("Temperature")).to_have_value("0.5")


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Temperature", "hot", "The temperature must be a number from 0 to 2."),
        ("Longest answer", "-1", "The length limit must be a whole number"),
        ("Seed", "½", "The seed must be a whole number"),
    ],
)
def test_a_setting_that_does_not_fit_is_said_at_its_field(
    enter: Callable[..., Page], watch: Watch, scripts: bool, label: str, value: str, sentence: str
) -> None:
    watch.forgive("status of 422")
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/scribe")
    chat.composer.settings.click()
    chat.composer.setting(label).fill(value)

    chat.ask("Words that must not be lost")

    field = chat.composer.setting(label)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(value)
    expect(field).to_have_accessible_description(re.compile(re.escape(sentence)))
    expect(chat.composer.form.get_by_text(sentence)).to_be_visible()
    expect(chat.composer.prompt).to_have_value("Words that must not be lost")
    expect(chat.transcript).to_have_count(0)
