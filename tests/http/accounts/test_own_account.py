"""/fragments/account: the password and one's sessions."""

from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from tests.support.accounts import PASSWORD
from tests.support.html import Html
from tests.support.ids import NOBODYS
from tests.support.people import Caller, enter

HTMX = {"HX-Request": "true"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/fragments/account"),
        ("POST", "/fragments/account/password"),
        ("POST", "/fragments/sessions/others/end"),
        ("POST", f"/fragments/sessions/{NOBODYS}/end"),
        ("POST", "/fragments/sessions/current/end"),
    ],
)
def test_charlie_is_asked_to_sign_in(standing: TestClient, method: str, address: str) -> None:
    answer = standing.request(method, address)

    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#toasts"


def test_the_page_shows_who_i_am_and_where_i_am_signed_in(alice: Caller) -> None:
    enter(alice.backend, alice.email)

    page = Html(alice.get("/fragments/account").text)

    assert "alice@example.org" in page.text_of("#account")
    assert len(page.all("#account-sessions li")) == 2
    assert page.text_of("#account-sessions .badge") == "This device"
    assert page.one("form[action='/fragments/sessions/others/end']")


def test_a_session_names_its_browser_and_address(alice: Caller) -> None:
    entered = alice.backend.post(
        "/api/sessions",
        json={"email": alice.email, "password": PASSWORD},
        headers={"X-Client-Agent": FIREFOX, "X-Client-Address": "2001:db8::17"},
    ).json()

    page = Html(alice.get("/fragments/account").text)

    assert entered["token"]
    assert "Firefox on Linux" in page.text_of("#account-sessions")
    assert "2001:db8::17" in page.text_of("#account-sessions")


@pytest.mark.parametrize(
    "agent", ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7*7 }}"]
)
def test_a_hostile_browser_name_is_only_text(alice: Caller, agent: str) -> None:
    alice.backend.post(
        "/api/sessions", json={"email": alice.email, "password": PASSWORD}, headers={"X-Client-Agent": agent}
    )

    html = alice.get("/fragments/account").text

    assert (
        "<script" not in html
        and "<img" not in html
        and "49" not in Html(html).text_of("#account-sessions li")
    )


def test_ending_another_device_acts_at_once_and_shows_the_list(alice: Caller) -> None:
    phone = enter(alice.backend, alice.email)
    form = Html(alice.get("/fragments/account").text).one("form[action$='/end'][action*='sessions/0']")

    answer = alice.post(form["action"], headers=HTMX)

    page = Html(answer.text)
    assert answer.status_code == 200
    assert phone.get("/api/me").status_code == 401
    assert len(page.all("#account-sessions li")) == 1
    assert "autofocus" in page.one("#account-sessions-title")
    assert page.text_of("hx-partial .toast") == "That device was signed out."
    assert unquote(answer.headers["Studio-Note"]) == "That device was signed out."
    assert answer.headers["Studio-Page"] == "/account"


def test_somebody_elses_device_is_not_found(alice: Caller, bob: Caller) -> None:
    session = alice.get("/api/sessions").json()["items"][0]["id"]

    assert bob.post(f"/fragments/sessions/{session}/end").status_code == 404
    assert alice.get("/api/me").status_code == 200


def test_ending_this_device_is_signing_out(alice: Caller) -> None:
    session = alice.get("/api/sessions").json()["items"][0]["id"]

    answer = alice.post(f"/fragments/sessions/{session}/end")

    assert answer.headers["Studio-Session"] == "ended"
    assert alice.get("/api/me").status_code == 401


def test_ending_the_others_keeps_this_device(alice: Caller) -> None:
    phone = enter(alice.backend, alice.email)

    answer = alice.post("/fragments/sessions/others/end", headers=HTMX)

    assert len(Html(answer.text).all("#account-sessions li")) == 1
    assert phone.get("/api/me").status_code == 401
    assert alice.get("/api/me").status_code == 200


def test_a_new_password_replies_with_form_list_and_toast(alice: Caller) -> None:
    phone = enter(alice.backend, alice.email)
    form = {"current_password": PASSWORD, "new_password": "another fine phrase"}

    answer = alice.post("/fragments/account/password", data=form, headers=HTMX)

    page = Html(answer.text)
    assert answer.status_code == 200
    assert page.one("form#account-password")
    assert page.one("hx-partial[hx-target='#account-sessions'] #account-sessions")
    assert page.one("hx-partial[hx-target='#toasts'] .toast")
    assert phone.get("/api/me").status_code == 401
    assert "another fine phrase" not in answer.text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current_password": "wrong password", "new_password": "another fine phrase"}, "current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "alice@example.org"}, "new_password"),
        ({}, "new_password"),
    ],
)
def test_a_bad_password_change_comes_back_empty_with_its_field_marked(
    alice: Caller, form: dict[str, str], field: str
) -> None:
    answer = alice.post("/fragments/account/password", data=form, headers=HTMX)

    page = Html(answer.text)
    assert answer.status_code == 422
    assert page.one("[aria-invalid=true]")["name"] == field
    assert page.one("[role=alert]")
    assert PASSWORD not in answer.text and "another fine phrase" not in answer.text
    assert alice.get("/api/me").status_code == 200
