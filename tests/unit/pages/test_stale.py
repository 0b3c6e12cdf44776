"""What a page hears that carries the form token of a session that is over."""

import hashlib

import pytest
from flask import json
from flask.testing import FlaskClient

from tests.support.fake_backend import ALICE, FakeBackend

PATH = "/fragments/conversations"
TOKEN = hashlib.sha256(f"csrf:{ALICE}".encode()).hexdigest()
MARKS = {
    name: hashlib.sha256(f"viewer:{name}@example.org".encode()).hexdigest()[:16] for name in ("alice", "ruth")
}
OLD = {"HX-Request": "true", "X-CSRF-Token": "0" * 64}


def test_the_page_of_the_same_person_gets_the_new_token(alice: FlaskClient, backend: FakeBackend) -> None:
    answer = alice.post(PATH, headers={**OLD, "X-Viewer": MARKS["alice"]})

    assert answer.status_code == 403
    assert 'data-code="signed_in_anew"' in answer.text
    assert json.loads(answer.headers["HX-Trigger"]) == {"studio:token": {"token": TOKEN}}
    assert backend.count(PATH) == 0


def test_the_page_of_somebody_else_gets_no_token(alice: FlaskClient) -> None:
    answer = alice.post(PATH, headers={**OLD, "X-Viewer": MARKS["ruth"]})

    assert answer.status_code == 403
    assert "In this browser Alice is signed in now." in answer.text
    assert "HX-Trigger" not in answer.headers


def test_the_page_of_who_signed_out_is_told_where_to_sign_in(charlie: FlaskClient) -> None:
    answer = charlie.post(PATH, headers={**OLD, "X-Viewer": MARKS["alice"]})

    assert answer.status_code == 401
    assert 'data-code="signed_out"' in answer.text
    assert "HX-Trigger" not in answer.headers


@pytest.mark.parametrize("path", [PATH, "/fragments/sessions"])
def test_a_page_of_nobody_hears_nothing_of_a_session(charlie: FlaskClient, path: str) -> None:
    answer = charlie.post(path, headers=OLD)

    assert answer.status_code == 403
    assert 'data-code="stale_page"' in answer.text


@pytest.mark.parametrize(
    ("cookies", "status", "said"),
    [
        ({"studio": ALICE}, 403, "You have signed in again"),
        ({"visitor": "V" * 32}, 401, "You are signed out."),
        ({"studio": "no-longer-known-0123456789"}, 401, "You are signed out."),
        ({}, 403, "This page is out of date"),
    ],
    ids=["anew", "out", "ended", "no cookies"],
)
def test_a_form_is_kept_with_what_became_of_its_session(
    charlie: FlaskClient, cookies: dict[str, str], status: int, said: str
) -> None:
    for name, value in cookies.items():
        charlie.set_cookie(name, value)

    answer = charlie.post(
        PATH, data={"csrf": "0" * 64, "prompt": "kept"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == status
    assert said in answer.text
    assert "kept</textarea>" in answer.text


def test_a_page_says_whose_it_is(alice: FlaskClient, charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")
    backend.answers("GET /fragments/sessions/new", "<form></form>")

    assert f'"X-Viewer":"{MARKS["alice"]}"' in alice.get("/").text
    assert "X-Viewer" not in charlie.get("/login").text
