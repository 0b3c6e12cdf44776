"""Pressed once or twice by mistake it is made once; pressed again on purpose it is made again."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.chat import Chat
from tests.e2e.pages.images import Card, Images
from tests.e2e.watching import Watch
from tests.support.forms import headers_of
from tests.support.services import Services

SKETCHER, REFUSING = "sandbox/sketcher", "sandbox/image-refuses"

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def images(enter: Callable[..., Page], scripts: bool) -> Images:
    found = Images(enter("alice", scripts=scripts))
    found.begin(f"?model={SKETCHER}")
    return found


def words(prompt: str) -> str:
    """Of this run of the test: another studio keeps what an earlier one made."""
    return f"{prompt} {uuid4().hex[:8]}"


def test_a_double_press_is_one_request(images: Images, scripts: bool) -> None:
    prompt = words("Pressed twice")
    images.prompt.fill(prompt)

    images.make.dblclick()

    expect(images.newest.prompt).to_have_text(prompt)
    images.begin()
    expect(images.cards.filter(has_text=prompt)).to_have_count(1)


def test_a_double_press_of_a_question_is_one_conversation(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/sprinter")
    prompt = words("Asked twice")
    chat.composer.prompt.fill(prompt)

    chat.composer.send.dblclick()

    expect(chat.question.body).to_have_text(prompt)
    chat.page.goto(f"/chat?q={prompt.rpartition(' ')[2]}")
    expect(chat.page.locator("#conversations a").filter(has_text=prompt)).to_have_count(1)


def test_pressed_again_on_purpose_it_is_made_again(images: Images, scripts: bool) -> None:
    prompt = words("Once more, please")
    for number in (1, 2):
        images.ask(prompt)
        expect(images.cards.filter(has_text=prompt)).to_have_count(number)
        if not scripts:
            images.begin(f"?model={SKETCHER}")


def refused(images: Images) -> tuple[str, Card]:
    """A wish that the provider would not grant, with its words."""
    images.begin(f"?model={REFUSING}")
    prompt = words("Refused")
    images.ask(prompt)
    expect(images.newest.prompt).to_have_text(
        prompt
    )  # with scripts a page that is left too early takes it along
    images.begin("?watch=1")
    card = images.card(prompt)
    expect(card.notice).to_contain_text("content rules")
    return prompt, card


def test_a_double_press_of_try_again_is_one_more(images: Images) -> None:
    prompt, card = refused(images)

    card.retry.dblclick()

    expect(images.cards.filter(has_text=prompt)).to_have_count(2)
    expect(images.newest.notice).to_contain_text("content rules")
    images.begin()
    expect(images.cards.filter(has_text=prompt)).to_have_count(2)


def test_a_retry_that_costs_more_than_its_button_said_is_asked_about(images: Images, watch: Watch) -> None:
    watch.forgive("status of 409")
    prompt, card = refused(images)
    price = card.retry.inner_text()
    card.article.locator("[name=seen_usd]").evaluate("field => field.value = '0.000000001'")

    card.retry.click()

    again = images.card(prompt)
    expect(again.article.get_by_role("alert")).to_contain_text("more than the button said")
    expect(again.retry).to_have_text(price)
    again.retry.click()
    expect(images.cards.filter(has_text=prompt)).to_have_count(2)


@pytest.mark.parametrize("from_gallery", [False, True], ids=["card", "item"])
def test_a_double_press_of_run_again_is_one_more(images: Images, from_gallery: bool) -> None:
    prompt = words("Again")
    images.ask(prompt)
    expect(images.newest.prompt).to_have_text(prompt)
    images.begin("?watch=1")
    card = images.card(prompt)
    expect(card.pictures).to_have_count(1)
    rerun = card.rerun
    if from_gallery:
        images.page.goto(card.links.first.get_attribute("href") or "")
        rerun = images.page.get_by_role("button", name="Run again ≤ $0.0")

    rerun.dblclick()

    expect(images.cards.filter(has_text=prompt)).to_have_count(2)
    expect(images.page).to_have_url(re.compile("/images"))
    images.begin()
    expect(images.cards.filter(has_text=prompt)).to_have_count(2)


def test_one_form_sent_twice_in_parallel_without_scripts(
    enter: Callable[..., Page], base_url: str, token: Callable[[str], str]
) -> None:
    images = Images(enter("alice", scripts=False))
    images.begin(f"?model={SKETCHER}")
    prompt = words("In parallel")
    key = images.form.locator("[name=idempotency_key]").get_attribute("value") or ""
    form = {"prompt": prompt, "model": SKETCHER, "idempotency_key": key}
    headers = headers_of(base_url, token("alice"), Origin=base_url)

    def post(fields: dict[str, str]) -> str:
        sent = httpx.post(f"{base_url}/fragments/images", data=fields, headers=headers, timeout=30)
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"]

    with ThreadPoolExecutor(4) as threads:
        led_to = set(threads.map(post, [form] * 4))

    assert len(led_to) == 1
    assert post(form) in led_to
    assert post({**form, "prompt": f"{prompt}, changed"}) not in led_to


def test_a_program_that_asks_again_after_a_restart_gets_what_it_began(
    mortal: Services, token: Callable[[str], str]
) -> None:
    headers = {"Authorization": f"Bearer {token('alice')}", "Idempotency-Key": str(uuid4())}
    body = {"kind": "image", "model": SKETCHER, "prompt": words("Before and after")}
    first = httpx.post(f"{mortal.address}/api/generations", json=body, headers=headers, timeout=30)
    mortal.backend.kill()
    mortal.backend.start()
    mortal.backend.wait_until_ready()

    again = httpx.post(f"{mortal.address}/api/generations", json=body, headers=headers, timeout=30)

    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json()["id"] == first.json()["id"]
