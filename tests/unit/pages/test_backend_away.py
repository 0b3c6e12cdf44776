"""The backend is away, or not ready: a page that says so and comes back by itself."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.fake_backend import FakeBackend


@pytest.mark.parametrize(
    "page", ["/", "/chat", "/account", "/admin/people", "/chat/0199c0de-0000-7000-8000-000000000001?live=1"]
)
def test_a_page_says_that_the_studio_is_restarting(
    alice: FlaskClient, backend: FakeBackend, page: str
) -> None:
    backend.stop()

    answer = alice.get(page)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "<h1>The studio is restarting</h1>" in answer.text
    assert f'hx-get="{page}"' in answer.text
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    assert "Traceback" not in answer.text
    assert "Set-Cookie" not in answer.headers  # not knowing somebody is no reason to sign them out


def test_it_says_the_same_while_the_backend_waits_for_its_database(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    backend.answers("GET /api/me", "{}", status=503)

    answer = alice.get("/")

    assert answer.status_code == 503
    assert "<h1>The studio is restarting</h1>" in answer.text


def test_the_page_reloads_once_the_studio_is_back(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")

    answer = alice.get("/", headers={"HX-Request": "true", "HX-Source": "p#restarting"})

    assert answer.status_code == 204
    assert answer.headers["HX-Refresh"] == "true"


def test_it_waits_on_while_the_studio_is_away(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()

    answer = alice.get("/", headers={"HX-Request": "true", "HX-Source": "p#restarting"})

    assert answer.status_code == 503
    assert "HX-Refresh" not in answer.headers


def test_the_sign_in_page_stands_without_its_form(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()

    answer = charlie.get("/login?next=/chat")

    assert answer.status_code == 503
    assert 'hx-get="/fragments/sessions/new?next=%2Fchat"' in answer.text


def test_programs_get_json(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()

    api, openai = alice.get("/api/models"), alice.get("/v1/models")

    assert api.status_code == openai.status_code == 503
    assert api.json is not None
    assert openai.json is not None
    assert (api.json["error"], openai.json["error"]["code"]) == ("restarting", "restarting")


def test_a_crash_of_ours_is_a_page_without_a_trace(app: Flask, charlie: FlaskClient) -> None:
    def crash() -> str:
        raise RuntimeError("secret detail")

    app.view_functions["sign_in.register"] = crash

    answer = charlie.get("/register")

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
