"""Whatever is sent, a clear sentence comes back at the right place with the right status, and no words are lost."""

import re
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.looking import conversation_of
from tests.e2e.pages.accounts import SignIn
from tests.e2e.pages.chat import Chat
from tests.e2e.pages.images import Images
from tests.e2e.test_pictures import picture
from tests.e2e.watching import Watch
from tests.support.forms import headers_of

pytestmark = pytest.mark.usefixtures("sandbox")

NOBODY = "01a209bc-0000-7000-8000-000000000000"
TRACE = re.compile(r"Traceback|File \"|\.py|duckdb|site-packages", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _refusals_are_logged(watch: Watch) -> None:
    """Chromium writes every 4xx into the console."""
    watch.forgive("status of 4")


@pytest.mark.parametrize("model", ["sandbox/sprinter"])
def test_an_empty_question_is_refused_at_its_field(
    enter: Callable[..., Page], scripts: bool, model: str
) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin(model)

    chat.ask("   ")

    expect(chat.composer.error).to_have_text("Write something first.")
    expect(chat.composer.prompt).to_have_attribute("aria-invalid", "true")
    expect(chat.composer.prompt).to_have_accessible_description("Write something first.")
    expect(chat.composer.model).to_have_value(model)
    expect(chat.page.locator("#conversations")).to_be_visible()


def test_an_empty_question_within_a_conversation_is_refused_too(
    enter: Callable[..., Page], begin: Callable[..., str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(begin("First things first", "sandbox/sprinter") + "?live=1")
    chat = Chat(page)
    expect(chat.answer.facts).to_be_visible()

    chat.ask("")

    expect(chat.composer.error).to_have_text("Write something first.")
    expect(chat.question.body).to_have_text("First things first")
    chat.ask("And now?")
    expect(chat.questions).to_have_count(2)
    expect(chat.answer.facts).to_be_visible()


def test_an_over_long_question_comes_back_whole(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/sprinter")

    chat.ask("x" * 200_001)

    expect(chat.composer.error).to_have_text("That is 200,001 characters; a question may have 200,000.")
    assert len(chat.composer.prompt.input_value()) == 200_001


def test_an_unknown_model_is_said_at_its_field(enter: Callable[..., Page], scripts: bool) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/sprinter")
    chat.composer.prompt.fill("Still here?")
    chat.composer.model.evaluate("field => field.value = 'acme/gone'")

    chat.composer.send.click()

    expect(chat.composer.error).to_contain_text("does not know that model")
    expect(chat.composer.model).to_have_attribute("aria-invalid", "true")
    expect(chat.composer.prompt).to_have_value("Still here?")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than any limit, and than what was once read away of a refused form; a file of holes."""
    path = tmp_path_factory.mktemp("films") / "holiday.png"
    with path.open("wb") as file:
        file.truncate(48_000_000)
    return path


def test_a_file_that_is_too_large_is_refused_with_413_and_the_words_kept(
    enter: Callable[..., Page], film: Path
) -> None:
    chat = Chat(enter("alice", scripts=False))
    chat.begin("sandbox/seer")
    chat.composer.pictures.set_input_files(film)

    with chat.page.expect_response("**/fragments/conversations") as sent:
        chat.ask("Words that must not be lost")

    assert sent.value.status == 413
    expect(chat.page.get_by_role("alert").first).to_contain_text("25 MB")
    expect(chat.page.locator("textarea[name=prompt]")).to_have_value("Words that must not be lost")


def test_what_came_without_its_file_is_not_made_from_the_words_alone(
    enter: Callable[..., Page], film: Path
) -> None:
    images = Images(enter("alice", scripts=False))
    images.begin("?model=sandbox/image-painter")
    page, again = images.page, images.page.get_by_role("button", name="Try again")
    images.files.set_input_files(film)
    images.prompt.fill("Snow on the roof")
    images.make.click()
    expect(page.get_by_text("Too large: holiday.png. Please choose something smaller.")).to_be_visible()

    again.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was not sent")
    page.get_by_label("Pictures").set_input_files([picture("small.png")])
    again.click()

    expect(images.card("Snow on the roof").begun_with).to_have_count(1)


@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_with_scripts_a_file_that_is_too_large_is_refused_before_it_is_sent(
    enter: Callable[..., Page], film: Path, way: str
) -> None:
    chat = Chat(enter("alice"))
    chat.begin("sandbox/seer")
    chat.composer.prompt.fill("Words that must not be lost")
    said = chat.composer.form.get_by_role("alert")

    if way == "chosen":
        chat.composer.pictures.set_input_files(film)
    else:
        drop(chat.composer.prompt, 48_000_000)

    expect(said).to_have_text("“holiday.png”: That is more than the 25 MB that can be sent at once.")
    expect(chat.composer.attachments.locator("*")).to_have_count(0)
    assert chat.composer.pictures.evaluate("field => field.files.length") == 0
    expect(chat.composer.prompt).to_have_value("Words that must not be lost")
    chat.composer.send.click()
    expect(chat.answer.facts).to_be_visible()
    expect(said).to_have_count(0)


def test_a_recipe_file_that_is_too_large_is_refused_before_it_is_sent(
    enter: Callable[..., Page], film: Path
) -> None:
    page = enter("alice")
    page.goto("/images")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    page.locator("#recipe-file input[type=file]").set_input_files(film)

    expect(page.locator("#recipe-file").get_by_role("alert")).to_contain_text("more than the 25 MB")
    assert not [url for url in sent if url.endswith("/fragments/recipes")]


def drop(place: Locator, size: int) -> None:
    place.evaluate(
        """(place, size) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(size)], "holiday.png", { type: "image/png" }));
          place.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }));
        }""",
        size,
    )


def test_a_form_of_ten_megabytes_is_refused_with_413_and_its_words_come_back(
    base_url: str, token: Callable[[str], str]
) -> None:
    """Not in a browser: Chromium takes half a minute to show so many words, wherever they come from."""
    headers = headers_of(base_url, token("alice"), **{"Sec-Fetch-Site": "same-origin"})
    words = "plates and spoons\n" * 560_000

    answer = httpx.post(
        f"{base_url}/fragments/conversations", data={"prompt": words}, headers=headers, timeout=30
    )

    assert answer.status_code == 413
    assert "more than the 1 MB" in answer.text
    assert answer.text.count("plates and spoons") == 560_000


def test_bytes_that_are_no_text_do_no_harm(base_url: str, token: Callable[[str], str]) -> None:
    headers = headers_of(base_url, token("alice"), **{"Content-Type": "application/x-www-form-urlencoded"})
    for body in (
        b"prompt=\xff\xfe\x80&model=sandbox%2Fsprinter",
        b"prompt=%ff%fe%80&model=%ff",
        b"\xff\x00\xfe",
    ):
        answer = httpx.post(f"{base_url}/fragments/conversations", content=body, headers=headers)

        assert answer.status_code in (303, 422), answer.text
        assert not TRACE.search(answer.text)


def test_an_address_that_is_no_text_is_refused(base_url: str, token: Callable[[str], str]) -> None:
    headers = headers_of(base_url, token("alice"))
    for path in (
        "/chat/%ff%fe",
        "/fragments/%ff",
        "/chat/not-an-id",
        "/fragments/..%2f..%2fetc",
        "/no-such-page",
    ):
        answer = httpx.get(base_url + path, headers=headers)

        assert answer.status_code in (400, 404), path
        assert "<h1>" in answer.text
        assert not TRACE.search(answer.text)


def test_a_forged_session_is_led_to_the_door(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter(session="forged-forged-forged-forged-forged", scripts=scripts)

    page.goto("/chat")

    expect(SignIn(page).button).to_be_visible()
    assert not [cookie for cookie in page.context.cookies() if cookie.get("value", "").startswith("forged")]


def test_a_form_on_another_site_is_refused(
    enter: Callable[..., Page], base_url: str, watch: Watch, scripts: bool
) -> None:
    watch.forgive("request to another host")
    page = enter("alice", scripts=scripts)
    form = f"""<form method="post" action="{base_url}/fragments/conversations">
      <input name="prompt" value="Spend their money"><input name="model" value="sandbox/sprinter"><button>Win</button>
    </form>"""

    def trap(route: Route) -> None:
        route.fulfill(body=f"<!doctype html><title>Win</title>{form}", content_type="text/html")

    page.route("http://prizes.example/", trap)
    page.goto("http://prizes.example/")
    with page.expect_response("**/fragments/conversations") as sent:
        page.get_by_role("button", name="Win").click()

    assert sent.value.status == 403
    expect(page.get_by_text("This request came from another site and was refused.")).to_be_visible()
    page.goto("/chat")
    expect(page.get_by_role("link", name="Spend their money")).to_have_count(0)


@pytest.mark.parametrize("origin", ["https://prizes.example", "null"])
def test_a_request_from_elsewhere_is_refused_even_with_the_right_token(
    base_url: str, token: Callable[[str], str], origin: str
) -> None:
    headers = headers_of(base_url, token("alice"), Origin=origin)

    answer = httpx.post(f"{base_url}/fragments/conversations", data={"prompt": "x"}, headers=headers)

    assert answer.status_code == 403
    assert "came from another site" in answer.text


def test_a_form_with_a_stale_token_is_refused_and_carries_its_words(
    enter: Callable[..., Page], scripts: bool
) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/sprinter")
    for field in chat.page.locator("input[name=csrf]").all():
        field.evaluate("field => field.value = 'f'.repeat(64)")
    chat.page.locator("body").evaluate(
        """body => body.setAttribute(
            "hx-headers:inherited", body.getAttribute("hx-headers:inherited").replace(/[0-9a-f]{64}/, "stale"))"""
    )

    chat.ask("Typed on an old page")

    expect(chat.page.get_by_text("You have signed in again since").first).to_be_visible()
    expect(chat.page.locator("textarea").first).to_have_value("Typed on an old page")


def test_an_address_with_nothing_behind_it_says_so(enter: Callable[..., Page], scripts: bool) -> None:
    page = enter("alice", scripts=scripts)

    answer = page.goto(f"/chat/{NOBODY}")

    assert answer is not None and answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")
    page.get_by_role("link", name="Go to the start").click()
    expect(page.locator("#composer")).to_be_visible()


def test_an_old_edit_address_and_a_strange_query_show_the_conversation(
    enter: Callable[..., Page], begin: Callable[..., str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    chat = Chat(page)
    page.goto(begin("Hello there", "sandbox/sprinter") + "?live=1")
    expect(chat.answer.facts).to_be_visible()
    address = conversation_of(page)

    answer = page.goto(
        f"{address}?edit=01a209bc-0000-7000-8000-000000000000&before=01a209bc-0000-7000-8000-000000000000"
    )

    assert answer is not None and answer.status == 200
    expect(chat.heading).to_have_text("Hello there")


def test_somebody_who_is_no_administrator_finds_no_administration(
    enter: Callable[..., Page], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    for path in ("/admin", "/admin/people", "/admin/patterns"):
        answer = page.goto(path)

        assert answer is not None and answer.status in (403, 404)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("link", name="Administration")).to_have_count(0)


def test_a_connection_survives_a_form_that_was_refused_unread(base_url: str) -> None:
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=20)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}

    connection.request("POST", "/fragments/conversations", b"prompt=" + b"a" * 500_000, form)
    refused = connection.getresponse()
    refused.read()
    connection.request("GET", "/healthz")

    assert refused.status == 403
    assert connection.getresponse().status == 200


@pytest.mark.parametrize("address", ["/api/assets", "/api/recipes"])
def test_a_connection_survives_an_upload_by_somebody_whose_session_is_over(
    base_url: str, address: str
) -> None:
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=20)
    headers = {"Authorization": f"Bearer {'x' * 43}", "Content-Type": "multipart/form-data; boundary=x"}

    connection.request("POST", address, b"--x\r\n" + b"a" * 12_000_000, headers)
    refused = connection.getresponse()
    told = refused.read()
    connection.request("GET", "/healthz")

    assert refused.status == 401, told
    assert b"Please sign in first." in told
    assert connection.getresponse().status == 200
