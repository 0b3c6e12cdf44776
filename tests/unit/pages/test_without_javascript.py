"""A browser without JavaScript: where a form leads, and that its words are never lost."""

import hashlib
import io
import threading
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.support.fake_backend import ALICE, FakeBackend, Stream

PATH = "/fragments/conversations"
TOKEN = hashlib.sha256(f"csrf:{ALICE}".encode()).hexdigest()


class Form(HTMLParser):
    """The fields of the form that tries again, as a browser would send them, and the files it asks for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.files: list[str] = []
        self._textarea: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif given.get("type") == "file":
            self.files.append(given["name"])
        elif tag == "input":
            self.fields.append((given["name"], given["value"]))
        elif tag == "textarea":
            self._textarea = given["name"]
            self.fields.append((self._textarea, ""))

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.fields[-1] = (self._textarea, self.fields[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            name, value = self.fields[-1]
            self.fields[-1] = (name, value.removeprefix("\n"))  # as HTML parsers do
            self._textarea = None


def test_a_change_leads_to_the_page_that_shows_it(alice: FlaskClient, backend: FakeBackend) -> None:
    page = "/chat/0199c0de-0000-7000-8000-000000000001?live=1#m-7"
    backend.answers(f"POST {PATH}", "<p>done</p>", status=201, headers={"Studio-Page": page})

    answer = alice.post(PATH, data={"csrf": TOKEN, "prompt": "x"})

    assert (answer.status_code, answer.headers["Location"]) == (303, page)


def test_the_same_change_under_htmx_stays(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers(f"POST {PATH}", "<p>done</p>", status=201, headers={"Studio-Page": "/chat/1"})

    answer = alice.post(PATH, headers={"HX-Request": "true", "X-CSRF-Token": TOKEN})

    assert (answer.status_code, answer.text) == (201, "<p>done</p>")
    assert "Studio-Page" not in answer.headers


def test_a_file_to_save_passes_through_while_it_is_being_made(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    is_read = threading.Event()

    def zip_(stream: Stream) -> None:
        stream.begin("application/zip", {"Content-Disposition": 'attachment; filename="a.zip"'})
        stream.send(b"PK first")
        assert is_read.wait(10)
        stream.send(b"PK last")
        stream.end()

    backend.streams("POST /fragments/archives", zip_)

    answer = alice.post("/fragments/archives", data={"csrf": TOKEN, "ids": "7"}, buffered=False)
    pieces = answer.iter_encoded()

    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.zip"'
    assert next(pieces) == b"PK first"
    is_read.set()
    assert list(pieces) == [b"PK last"]


def test_a_file_that_is_refused_keeps_what_was_sent(alice: FlaskClient, backend: FakeBackend) -> None:
    headers = {"HX-Retarget": "#toasts"}
    backend.answers("POST /fragments/archives", "<p>Too much.</p>", status=413, headers=headers)

    answer = alice.post("/fragments/archives", data={"csrf": TOKEN, "ids": "7"})

    assert answer.status_code == 413
    assert "<p>Too much.</p>" in answer.text
    assert ("ids", "7") in Form(answer.text).fields


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_page_elsewhere_is_not_followed(alice: FlaskClient, backend: FakeBackend, page: str) -> None:
    backend.answers(f"POST {PATH}", "", headers={"Studio-Page": page})

    answer = alice.post(PATH, data={"csrf": TOKEN}, headers={"Referer": "http://localhost/chat?x=1"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat?x=1")


def test_a_foreign_referer_leads_to_the_start(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers(f"POST {PATH}", "")

    answer = alice.post(PATH, data={"csrf": TOKEN}, headers={"Referer": "http://evil.example/chat"})

    assert answer.headers["Location"] == "/"


SOMEBODYS = "0199c0de-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/fragments/images", "/images"),
        ("/fragments/images/settings", "/images"),
        (f"/fragments/jobs/{SOMEBODYS}/retry", "/jobs"),
        ("/fragments/conversations", "/chat"),
        (f"/fragments/conversations/{SOMEBODYS}/messages", f"/chat/{SOMEBODYS}"),
        (f"/fragments/messages/{SOMEBODYS}/edits", "/chat"),
        ("/fragments/sessions", "/login"),
        (f"/fragments/admin/people/{SOMEBODYS}/role", "/admin/people"),
        ("/fragments/recipes", "/"),
        ("/fragments/nowhere/at/all", "/"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(
    alice: FlaskClient, backend: FakeBackend, address: str, page: str
) -> None:
    answer = alice.get(address, headers={"Sec-Fetch-Dest": "document"})

    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert backend.count(address) == 0


def test_the_address_of_a_form_leads_to_its_page_in_older_browsers_too(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    backend.answers("GET /fragments/videos/settings", "<p>no</p>", status=405)

    answer = alice.get("/fragments/videos/settings")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/videos")


def test_a_question_back_is_shown_as_a_page(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers(f"POST {PATH}", "<form>Really delete?</form>", headers={"Studio-Title": "Delete%3F"})

    answer = alice.post(PATH, data={"csrf": TOKEN})

    assert answer.status_code == 200
    assert "<form>Really delete?</form>" in answer.text
    assert "<title>Delete?" in answer.text
    assert "Alice" in answer.text


def test_a_form_that_comes_back_is_wrapped_with_its_status(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers(f"POST {PATH}", "<form>The prompt is empty.</form>", status=422)

    answer = alice.post(PATH, data={"csrf": TOKEN, "prompt": ""})

    assert answer.status_code == 422
    assert "<form>The prompt is empty.</form>" in answer.text
    assert answer.text.count("<html") == 1


def test_a_failed_fragment_by_its_address_is_wrapped(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/x", "<p>card</p>", status=404)

    answer = alice.get("/fragments/x")

    assert answer.status_code == 404
    assert "<p>card</p>" in answer.text
    assert "<html" in answer.text


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_a_card_comes_back_with_the_words_that_were_sent(
    alice: FlaskClient, backend: FakeBackend, status: int
) -> None:
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "Retry-After": "9"}
    backend.answers(f"POST {PATH}", "<div>Too busy.</div>", status=status, headers=headers)

    answer = alice.post(PATH, data={"csrf": TOKEN, "prompt": "my\r\nwords"})

    assert answer.status_code == status
    assert answer.headers["Retry-After"] == "9"
    assert "HX-Retarget" not in answer.headers
    assert "<div>Too busy.</div>" in answer.text
    assert ("prompt", "my\r\nwords") in Form(answer.text).fields


def test_a_session_that_ended_while_writing_keeps_the_words(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /api/me", "{}", status=401)
    backend.answers(f"POST {PATH}", "<p>card</p>", status=401, headers={"HX-Retarget": "#toasts"})

    answer = alice.post(PATH, data={"csrf": TOKEN, "prompt": "words"})

    form = Form(answer.text)
    assert answer.status_code == 401
    assert ("prompt", "words") in form.fields
    assert form.fields[0][1] != TOKEN
    assert 'href="/login"' in answer.text
    assert any(cookie.startswith("studio=; ") for cookie in answer.headers.getlist("Set-Cookie"))


def test_when_the_backend_is_away_the_words_come_back_and_can_be_sent(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    words = '\nFirst line\n<b>bold</b> & "quotes" \' \u2028 \U0001f372\n' + "long " * 100
    sent = {
        "csrf": TOKEN,
        "prompt": words,
        "model": 'a"b/<c>',
        "asset_ids": "7",
        "password": "correct horse battery",
        "setup_token": "s3cret",
    }
    backend.stop()

    answer = alice.post(f"{PATH}?parent=7&x=%22", data=sent)

    form = Form(answer.text)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "The studio is restarting" in answer.text
    assert form.action == f"{PATH}?parent=7&x=%22"
    assert form.fields[0] == ("csrf", TOKEN)
    assert form.fields[1:] == [("prompt", words), ("model", 'a"b/<c>'), ("asset_ids", "7")]
    assert "correct horse battery" not in answer.text
    assert "s3cret" not in answer.text


def test_a_form_with_a_file_keeps_its_words_and_asks_for_the_file_again(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    backend.stop()
    picture = (io.BytesIO(b"\x89PNG" + b"x" * 2_000_000), "a.png")

    answer = alice.post(
        PATH,
        data={"csrf": TOKEN, "prompt": "what is this?", "pictures": picture, "model": "m"},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 503
    form = Form(answer.text)
    assert form.fields[1:] == [("prompt", "what is this?"), ("model", "m")]
    assert form.files == ["pictures"]
    assert "Not kept: a.png. Please choose again." in answer.text


def test_a_file_field_left_empty_is_no_loss(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()

    answer = alice.post(
        PATH,
        data={"csrf": TOKEN, "prompt": "x", "pictures": (io.BytesIO(b""), "")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 503
    assert Form(answer.text).files == []


def test_words_are_kept_when_the_backend_dies_while_reading(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.drops(f"POST {PATH}")

    answer = alice.post(PATH, data={"csrf": TOKEN, "prompt": "words"})

    assert answer.status_code == 503
    assert "Look whether it arrived" in answer.text
    assert ("prompt", "words") in Form(answer.text).fields
    assert backend.count(PATH) == 1


def test_under_htmx_the_page_keeps_the_words_itself(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()

    answer = alice.post(PATH, data={"prompt": "x"}, headers={"HX-Request": "true", "X-CSRF-Token": TOKEN})

    assert answer.status_code == 503
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert answer.headers["HX-Reswap"] == "beforeend"
    assert 'class="toast"' in answer.text
    assert "<html" not in answer.text


def test_words_that_are_no_text_still_come_back(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()

    answer = alice.post(
        PATH,
        data=f"csrf={TOKEN}&prompt=a%ffb%00c".encode(),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 503
    assert "a%FFb" in answer.text
