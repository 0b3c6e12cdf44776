"""What a deployment looks at, also before the database is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from starlette.testclient import TestClient
from studio import opening
from studio.app import create_app
from studio.config import Settings
from studio.db import Database

from tests.support.html import Html
from tests.support.people import wait_until_open
from tests.support.talking import Talk


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[TestClient]:
    """A backend that was made and never opened, as while another process holds the database."""
    yield TestClient(create_app(Settings(data_dir=tmp_path)), follow_redirects=False)


def test_the_process_lives_while_it_starts(starting: TestClient) -> None:
    assert starting.get("/healthz").json() == {"status": "alive"}


def test_it_is_not_ready_while_it_starts(starting: TestClient) -> None:
    answer = starting.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "starting"})
    assert answer.headers["retry-after"] == "1"


def test_metrics_are_told_while_it_starts(starting: TestClient) -> None:
    assert "studio_requests_total" in starting.get("/metrics").text


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/me"),
        ("POST", "/api/generations"),
        ("GET", "/fragments/create"),
        ("GET", "/media/x"),
        ("GET", "/x"),
    ],
)
def test_everything_else_is_asked_to_come_back(starting: TestClient, method: str, address: str) -> None:
    answer = starting.request(method, address)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "The studio is starting." in answer.text
    if address.startswith("/fragments"):
        assert Html(answer.text).one(".toast")["data-code"] == "starting"


def test_it_is_ready_only_once_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_last_step, may_go_on = Event(), Event()

    def slow_token(db: Database) -> None:
        is_last_step.set()
        assert may_go_on.wait(20)

    monkeypatch.setattr(opening, "ensure_setup_token", slow_token)
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client:
        assert is_last_step.wait(20)
        status = client.get("/readyz").status_code
        may_go_on.set()
        wait_until_open(client.app)  # type: ignore[arg-type]

        assert status == 503
        assert client.get("/api/me").status_code == 401


def test_an_open_studio_is_ready(talk: Talk) -> None:
    assert talk.charlie.get("/readyz").json() == {"status": "ready"}


def test_metrics_name_routes_by_their_pattern_and_no_person_or_thing(talk: Talk) -> None:
    begun = talk.talked(talk.alice, "A metric soup?")

    found = talk.charlie.get("/metrics").text

    assert 'route="/api/conversations/{conversation_id}"' in found
    assert "studio_generations_running 0.0" in found
    assert 'studio_generations_total{kind="text",state="done"}' in found
    assert re.search(r"^studio_models [1-9]", found, re.MULTILINE)
    for private in (
        begun.conversation_id,
        begun.answer_id,
        talk.alice.id,
        "alice@",
        "soup",
        str(talk.alice.token),
    ):
        assert private not in found


def test_methods_that_somebody_invents_make_no_metrics_of_their_own(talk: Talk) -> None:
    talk.charlie.request("PROPFIND", "/api/me")

    found = talk.charlie.get("/metrics").text

    assert "PROPFIND" not in found
    assert 'method="(other)"' in found
