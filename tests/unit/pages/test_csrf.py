"""Who may change something: the cross-site protection, refused cases first."""

import hashlib

import pytest
from flask.testing import FlaskClient

from tests.support.fake_backend import ALICE, FakeBackend

PATH = "/fragments/conversations"
TOKEN = hashlib.sha256(f"csrf:{ALICE}".encode()).hexdigest()
WRONG = "0" * 64


@pytest.fixture(autouse=True)
def _takes_it(backend: FakeBackend) -> None:
    backend.answers(f"POST {PATH}", "<p>done</p>", headers={"Studio-Page": "/chat"})
    backend.answers("POST /api/generations", "{}", status=201, content_type="application/json")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
@pytest.mark.parametrize("path", [PATH, "/api/generations"])
def test_another_site_is_refused_even_with_the_right_token(
    alice: FlaskClient, backend: FakeBackend, path: str, headers: dict[str, str]
) -> None:
    answer = alice.post(path, headers={"X-CSRF-Token": TOKEN, **headers})

    assert answer.status_code == 403
    assert "another site" in answer.text
    assert backend.count(path) == 0


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({}, {}),
        ({"csrf": WRONG}, {}),
        ({"csrf": ""}, {}),
        ({"prompt": "x", "csrf": TOKEN}, {}),
        ({"csrf": TOKEN}, {"X-CSRF-Token": WRONG}),
        ({}, {"X-CSRF-Token": "ä"}),
    ],
    ids=["none", "wrong", "empty", "not the first field", "header wrong", "not ASCII"],
)
def test_a_form_without_the_right_token_is_refused(
    alice: FlaskClient, backend: FakeBackend, form: dict[str, str], headers: dict[str, str]
) -> None:
    answer = alice.post(PATH, data=form, headers=headers)

    assert answer.status_code == 403
    assert "out of date" in answer.text
    assert backend.count(PATH) == 0


def test_a_refused_htmx_request_leaves_its_page_alone(alice: FlaskClient) -> None:
    answer = alice.post(PATH, headers={"HX-Request": "true", "X-CSRF-Token": WRONG})

    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert answer.headers["HX-Reswap"] == "beforeend"
    assert "<html" not in answer.text


def test_a_refused_program_gets_json(alice: FlaskClient) -> None:
    answer = alice.post("/api/generations", json={})

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["error"] == "stale_page"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_a_visitor_without_any_cookie_cannot_post_a_form(charlie: FlaskClient, backend: FakeBackend) -> None:
    answer = charlie.post("/fragments/sessions", data={"csrf": WRONG})

    assert answer.status_code == 403
    assert backend.count("/fragments/sessions") == 0


def test_the_token_of_a_visitor_is_not_the_token_of_a_session(alice: FlaskClient) -> None:
    alice.set_cookie("visitor", "v" * 32)
    of_visitor = hashlib.sha256(("csrf:" + "v" * 32).encode()).hexdigest()

    answer = alice.post(PATH, data={"csrf": of_visitor})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
        {"Origin": "http://LOCALHOST:80"},
    ],
)
def test_a_form_of_ours_passes_whole(
    alice: FlaskClient, backend: FakeBackend, headers: dict[str, str]
) -> None:
    answer = alice.post(PATH, data={"csrf": TOKEN, "prompt": "a & b"}, headers=headers)

    assert answer.status_code == 303
    assert backend.last(PATH).body == f"csrf={TOKEN}&prompt=a+%26+b".encode()
    assert backend.last(PATH).headers["x-csrf-token"] == TOKEN


def test_a_multipart_form_passes_byte_for_byte(alice: FlaskClient, backend: FakeBackend) -> None:
    boundary = b"----formboundary7"
    picture = bytes(range(256)) * 5000
    body = (
        b'--%b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n%b\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="pictures"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n%b\r\n--%b--\r\n"
    ) % (boundary, TOKEN.encode(), boundary, picture, boundary)

    answer = alice.post(PATH, data=body, content_type=f"multipart/form-data; boundary={boundary.decode()}")

    assert answer.status_code == 303
    assert backend.last(PATH).body == body
    assert backend.last(PATH).headers["content-length"] == str(len(body))


def test_the_header_of_htmx_is_enough(alice: FlaskClient) -> None:
    answer = alice.post(PATH, headers={"X-CSRF-Token": TOKEN, "HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.text == "<p>done</p>"


def test_a_program_with_its_own_bearer_needs_no_token_and_is_itself(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    answer = alice.post(
        "/api/generations",
        json={"a": 1},
        headers={"Authorization": "Bearer key-1", "Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 201
    assert backend.last("/api/generations").headers["authorization"] == "Bearer key-1"


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer ", "Digest x"])
def test_what_a_browser_sends_by_itself_is_no_bearer(alice: FlaskClient, value: str) -> None:
    answer = alice.post("/api/generations", json={}, headers={"Authorization": value})

    assert answer.status_code == 403


def test_a_bearer_on_a_fragment_counts_for_nothing(alice: FlaskClient, backend: FakeBackend) -> None:
    refused = alice.post(PATH, headers={"Authorization": "Bearer key-1"})
    alice.post(PATH, data={"csrf": TOKEN}, headers={"Authorization": "Bearer key-1"})

    assert refused.status_code == 403
    assert backend.last(PATH).headers["authorization"] == f"Bearer {ALICE}"


def test_a_program_without_cookie_has_nothing_to_abuse(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers(
        "POST /api/sessions", "{}", status=201, headers={"Studio-Session": "t" * 32 + "; expires=9"}
    )

    answer = charlie.post("/api/sessions", json={"email": "a@b.c"})

    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    assert "Studio-Session" not in answer.headers


def test_a_stale_form_of_ours_comes_back_with_its_words(alice: FlaskClient) -> None:
    answer = alice.post(
        PATH, data={"csrf": WRONG, "prompt": "dear <words>"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 403
    assert "dear &lt;words&gt;" in answer.text
    assert f'name="csrf" value="{TOKEN}"' in answer.text


def test_a_stale_form_of_unknown_origin_is_not_shown_again(alice: FlaskClient) -> None:
    answer = alice.post(PATH, data={"csrf": WRONG, "prompt": "planted words"})

    assert "planted words" not in answer.text
