"""What holds for every route there is, also for one that somebody adds tomorrow."""

import re
from uuid import uuid4

import pytest
from starlette.testclient import TestClient
from studio.app import create_app
from studio.config import Settings

from tests.support.people import Caller
from tests.support.sameness import assert_signed_out

# Doors, and what a deployment looks at: everything else needs somebody who is signed in.
OPEN_TO_ALL = {
    ("GET", "/fragments/sessions/new"),
    ("POST", "/fragments/sessions"),
    ("GET", "/fragments/people/new"),
    ("POST", "/fragments/people"),
    ("GET", "/fragments/setup/new"),
    ("POST", "/fragments/setup"),
    ("POST", "/api/users"),
    ("POST", "/api/sessions"),
    ("GET", "/api/limits"),  # the frontend asks before it knows who sends
}


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """(method, path) of every route that is told of in /openapi.json."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("routes")))
    return [(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item]


def test_the_list_of_open_routes_names_only_routes_that_exist(routes: list[tuple[str, str]]) -> None:
    assert set(routes) >= OPEN_TO_ALL


def test_every_other_route_asks_the_signed_out_to_sign_in(
    standing: TestClient, routes: list[tuple[str, str]]
) -> None:
    charlie, closed = Caller(standing), sorted(set(routes) - OPEN_TO_ALL)

    for method, path in closed:
        address = re.sub(r"\{[^}]*\}", str(uuid4()), path)
        assert_signed_out(charlie.request(method, address))

    assert len(closed) > 40
