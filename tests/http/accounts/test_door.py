"""Set-up, registration, signing in and out as HTML, with and without JavaScript."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient
from studio.accounts.registration import ensure_setup_token

from tests.support.accounts import PASSWORD
from tests.support.html import Html
from tests.support.people import Caller

HTMX = {"HX-Request": "true"}
TOKEN = re.compile(r"([\w-]{43}); expires=(\d{10})")


def token_of(answer: object) -> str:
    match = TOKEN.fullmatch(answer.headers["Studio-Session"])  # type: ignore[attr-defined]
    assert match
    return match[1]


def test_the_setup_form_carries_the_token_of_its_link(backend: TestClient) -> None:
    page = Html(backend.get("/fragments/setup/new?token=abc").text)

    assert page.one("input[name=setup_token]")["value"] == "abc"
    assert "autofocus" in page.one("input[name=email]")


def test_setting_up_signs_the_administrator_in(backend: TestClient) -> None:
    token = ensure_setup_token(backend.app.state.studio.db)  # type: ignore[attr-defined]
    form = {"setup_token": token, "email": "ruth@example.org", "password": PASSWORD}

    answer = backend.post("/fragments/setup", data=form, headers=HTMX)

    assert answer.status_code == 201
    assert answer.headers["HX-Redirect"] == answer.headers["Studio-Page"] == "/"
    assert Caller(backend, token_of(answer)).get("/api/me").json()["is_admin"] is True


def test_a_wrong_setup_token_keeps_what_was_typed_but_no_password(backend: TestClient) -> None:
    form = {"setup_token": "guess", "email": "ruth@example.org", "name": "Ruth", "password": PASSWORD}

    answer = backend.post("/fragments/setup", data=form, headers=HTMX)

    page = Html(answer.text)
    field = page.one("input[name=setup_token]")
    assert answer.status_code == 422
    assert field["aria-invalid"] == "true" and "autofocus" in field
    assert "not the set-up token" in page.text_of(f"#{field['aria-describedby'].split()[0]}")
    assert page.one("input[name=email]")["value"] == "ruth@example.org"
    assert page.one("input[name=name]")["value"] == "Ruth"
    assert page.one("[role=alert]")
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("address", ["/fragments/setup", "/fragments/people"])
def test_every_mistake_is_named_at_once_and_what_was_typed_stays(
    request: pytest.FixtureRequest, address: str
) -> None:
    is_first = address == "/fragments/setup"
    backend = request.getfixturevalue("backend" if is_first else "ruth")
    backend = backend if is_first else backend.backend
    form = {"setup_token": "guess"} if is_first else {}
    form |= {"email": "ruth at home", "name": "R" * 81, "password": "tooshort9"}

    answer = backend.post(address, data=form, headers=HTMX)

    page = Html(answer.text)
    assert answer.status_code == 422
    assert ("Four things" if is_first else "Three things") in page.text_of("[role=alert]")
    for name in form:
        field = page.one(f"input[name={name}]")
        assert field["aria-invalid"] == "true"
        assert page.text_of(f"#{field['aria-describedby'].split()[0]}")
        assert "value" not in field if name == "password" else field["value"] == form[name]
    assert "autofocus" in page.one(f"input[name={next(iter(form))}]")
    assert form["password"] not in answer.text


def test_a_studio_that_is_set_up_says_so_with_a_link(ruth: Caller) -> None:
    shown = ruth.backend.get("/fragments/setup/new")
    posted = ruth.backend.post(
        "/fragments/setup", data={"setup_token": "x", "email": "a@b.org", "password": PASSWORD}
    )

    assert shown.status_code == 200
    assert posted.status_code == 409
    for answer in (shown, posted):
        assert Html(answer.text).one("a[href='/login']")
        assert "set up already" in answer.text


def test_before_set_up_the_other_pages_point_there(backend: TestClient) -> None:
    for address in ("/fragments/people/new", "/fragments/sessions/new"):
        assert Html(backend.get(address).text).one("a[href='/setup']")


def test_registering_signs_in_and_welcomes(ruth: Caller) -> None:
    answer = ruth.backend.post(
        "/fragments/people", data={"email": "alice@example.org", "name": "Älice", "password": PASSWORD}
    )

    assert answer.status_code == 201
    assert answer.headers["Studio-Page"] == "/"
    assert unquote(answer.headers["Studio-Note"]) == "Welcome, Älice."
    assert Caller(ruth.backend, token_of(answer)).get("/api/me").json()["name"] == "Älice"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "nonsense", "password": PASSWORD}, "email"),
        ({"email": "ruth@example.org", "password": PASSWORD}, "email"),
        ({"email": "alice@example.org", "password": "short"}, "password"),
        ({"email": "alice@example.org", "password": PASSWORD, "name": "a" * 90}, "name"),
        ({}, "email"),
    ],
)
def test_a_bad_registration_comes_back_with_its_field_marked(
    ruth: Caller, form: dict[str, str], field: str
) -> None:
    answer = ruth.backend.post("/fragments/people", data=form, headers=HTMX)

    page = Html(answer.text)
    marked = page.all("[aria-invalid=true]")[0]
    assert answer.status_code == 422
    assert marked["name"] == field
    assert "autofocus" in marked
    assert page.text_of(f"#{marked['aria-describedby'].split()[0]}")
    assert page.fields_of_forms()[0][0] == "csrf"


def test_without_javascript_the_form_comes_back_as_a_whole_section(ruth: Caller) -> None:
    form = {"email": "nonsense", "password": PASSWORD}

    whole = Html(ruth.backend.post("/fragments/people", data=form).text)
    part = Html(ruth.backend.post("/fragments/people", data=form, headers=HTMX).text)

    assert whole.one("section.page h1") and whole.one("form")
    assert not part.all("h1") and part.one("form")


@pytest.mark.parametrize("next_page", ["/chat", "/chat?view=archived", "/chat/1#m-2"])
def test_signing_in_leads_to_where_one_wanted_to_go(alice: Caller, next_page: str) -> None:
    form = {"email": alice.email, "password": PASSWORD, "next": next_page}

    answer = alice.backend.post("/fragments/sessions", data=form, headers=HTMX)

    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == answer.headers["Studio-Page"] == next_page
    assert Caller(alice.backend, token_of(answer)).get("/api/me").status_code == 200


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/chat\r\nSet-Cookie: a=b",
        "/fragments/account",
        "/api/me",
        "/login?next=/login",
        "",
    ],
)
def test_nobody_is_led_away_from_the_site(standing_alice: Caller, next_page: str) -> None:
    form = {"email": standing_alice.email, "password": PASSWORD, "next": next_page}

    answer = standing_alice.backend.post("/fragments/sessions", data=form)

    assert answer.headers["Studio-Page"] == "/"


def test_a_wrong_password_says_nothing_about_who_has_an_account(alice: Caller) -> None:
    wrong = alice.backend.post("/fragments/sessions", data={"email": alice.email, "password": "nope" * 4})
    unknown = alice.backend.post(
        "/fragments/sessions", data={"email": "nobody@example.org", "password": "nope" * 4}
    )

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(alice.email, "…") == unknown.text.replace("nobody@example.org", "…")
    page = Html(wrong.text)
    assert page.text_of("[role=alert]") == "E-mail or password is not right."
    assert {field["aria-describedby"] for field in page.all("[aria-invalid=true]")} == {"sign-in-problem"}
    assert "Studio-Session" not in wrong.headers
    assert "nopenope" not in wrong.text


def test_slowed_guessing_brings_the_form_back_with_the_wait(alice: Caller) -> None:
    form = {"email": alice.email, "password": "wrong password"}
    for _ in range(5):
        alice.backend.post("/fragments/sessions", data=form)

    answer = alice.backend.post("/fragments/sessions", data=form, headers=HTMX)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"
    assert "HX-Retarget" not in answer.headers
    assert Html(answer.text).text_of("[role=alert]") == "Too many tries. Please wait 1 second."
    assert Html(answer.text).one("input[name=email]")["value"] == alice.email


def test_signing_in_again_ends_the_session_this_browser_had(alice: Caller) -> None:
    form = {"email": alice.email, "password": PASSWORD}

    answer = alice.post("/fragments/sessions", data=form)

    assert token_of(answer) != alice.token
    assert alice.get("/api/me").status_code == 401


def test_a_planted_token_is_never_taken_over(alice: Caller) -> None:
    planted = "A" * 43

    answer = Caller(alice.backend, planted).post(
        "/fragments/sessions", data={"email": alice.email, "password": PASSWORD}
    )

    assert token_of(answer) != planted
    assert Caller(alice.backend, planted).get("/api/me").status_code == 401


def test_signing_out_tells_the_frontend_to_drop_the_cookie(alice: Caller, charlie: Caller) -> None:
    assert charlie.post("/fragments/sessions/current/end").status_code == 401

    answer = alice.post("/fragments/sessions/current/end", headers=HTMX)

    assert answer.headers["Studio-Session"] == "ended"
    assert answer.headers["HX-Redirect"] == "/login"
    assert alice.get("/api/me").status_code == 401


def test_the_form_token_of_the_frontend_is_the_first_field_of_every_form(ruth: Caller) -> None:
    headers = {"X-CSRF-Token": 'a"b<c'}
    addresses = [
        "/fragments/sessions/new",
        "/fragments/people/new",
        "/fragments/account",
        "/fragments/admin/people",
    ]

    for address in addresses:
        page = Html(ruth.get(address, headers=headers).text)
        assert {fields[0] for fields in page.fields_of_forms()} == {"csrf"}
        assert {field["value"] for field in page.all("input[name=csrf]")} == {'a"b<c'}


def test_every_form_works_without_javascript(ruth: Caller) -> None:
    for address in (
        "/fragments/sessions/new",
        "/fragments/people/new",
        "/fragments/account",
        "/fragments/admin/people",
    ):
        for form in Html(ruth.get(address).text).all("form"):
            assert form["method"] == "post"
            assert form["action"].startswith("/fragments/")
            assert "hx-post" not in form or form["hx-post"] == form["action"]


def test_no_template_of_ours_needs_what_the_content_policy_forbids() -> None:
    templates = Path(__file__).parents[3] / "backend" / "templates"
    texts = {path.name: path.read_text() for path in (templates / "accounts").glob("*.html")}

    offenders = [
        name for name, text in texts.items() if re.search(r"<script|<style|\sstyle=|hx-on|\son\w+=", text)
    ]
    assert texts
    assert offenders == []
