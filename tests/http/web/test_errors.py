"""Every error in one shape for each audience, and never more in it than a person may see."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import studio
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from studio.errors import StudioError
from studio.html import make_environment
from studio.web import RequestMiddleware, add_error_handlers

from tests.support.html import Html
from tests.support.talking import Talk, logged_to
from tests.support.waiting import until

SECRETS = ("Traceback", "/srv/data", "app.db", "sk-or-v1-abcdef", "my secret soup", "RuntimeError", ".py")


def classes() -> list[type[StudioError]]:
    """Every error that the backend has, wherever it is defined."""
    for module in pkgutil.walk_packages(studio.__path__, "studio."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = {StudioError}, [StudioError]
    while waiting:
        below = set(waiting.pop().__subclasses__()) - found
        found |= below
        waiting += below
    return sorted(found, key=lambda error: f"{error.__module__}.{error.__name__}")


CLASSES = classes()


@pytest.fixture(scope="module")
def failing() -> Iterator[TestClient]:
    """An application that does nothing but fail: `…/<number of the class>`, `…/crash`, `…/http/<status>`."""
    app = FastAPI()
    app.state.templates = make_environment()
    app.add_middleware(RequestMiddleware, is_ready=lambda: True)
    add_error_handlers(app)
    for audience in ("fragments", "api", "v1"):

        @app.get(f"/{audience}/raises/{{number}}")
        def raises(number: int) -> None:
            raise CLASSES[number]()

        @app.get(f"/{audience}/crash")
        def crash() -> None:
            raise RuntimeError("my secret soup, sk-or-v1-abcdef, /srv/data/app.db")

        @app.get(f"/{audience}/http/{{status}}")
        def http(status: int) -> None:
            raise HTTPException(status, "details that nobody asked for")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_there_are_many_of_them() -> None:
    assert len(CLASSES) > 25


@pytest.mark.parametrize("number", range(len(CLASSES)), ids=[error.__name__ for error in CLASSES])
class TestEveryClass:
    def test_as_json(self, failing: TestClient, number: int) -> None:
        error, answer = CLASSES[number](), failing.get(f"/api/raises/{number}")
        body = answer.json()

        assert answer.status_code == error.status >= 400
        assert body == {
            "error": error.code,
            "message": error.text,
            "request_id": answer.headers["x-request-id"],
            **({"field": error.field} if error.field else {}),
        }

    def test_as_a_card(self, failing: TestClient, number: int) -> None:
        error, answer = CLASSES[number](), failing.get(f"/fragments/raises/{number}")
        card = Html(answer.text).one(".toast")

        assert answer.status_code == error.status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert (card["data-code"], card["role"]) == (error.code, "alert")
        assert card.text.startswith(error.text)
        assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#toasts", "beforeend")
        assert (answer.headers["x-request-id"] in card.text) is (error.status >= 500)

    def test_as_openai_has_it(self, failing: TestClient, number: int) -> None:
        error, answer = CLASSES[number](), failing.get(f"/v1/raises/{number}")

        assert answer.status_code == error.status
        assert answer.json() == {
            "error": {"message": error.text, "type": error.code, "code": error.code, "param": error.field}
        }

    def test_its_words_and_code_are_fit_for_people_and_programs(
        self, failing: TestClient, number: int
    ) -> None:
        error = CLASSES[number]()
        answer = failing.get(f"/api/raises/{number}")

        assert error.code.isascii() and error.code == error.code.lower() and " " not in error.code
        assert error.text[0].isupper() and error.text[-1] in ".!?"
        assert ("retry-after" in answer.headers) is (error.retry_after_seconds is not None)
        assert ("www-authenticate" in answer.headers) is (error.status == 401)
        if error.status in (429, 503) and error.retry_after_seconds is not None:
            assert int(answer.headers["retry-after"]) >= 1


def test_a_code_says_which_error_it_is() -> None:
    by_code: dict[str, set[int]] = {}
    for error in CLASSES:
        by_code.setdefault(error.code, set()).add(error.status)

    assert {code: statuses for code, statuses in by_code.items() if len(statuses) > 1} == {}


@pytest.mark.parametrize("audience", ["fragments", "api", "v1"])
def test_what_nobody_expected_shows_a_reference_and_nothing_else(
    failing: TestClient, tmp_path: Path, audience: str
) -> None:
    log = tmp_path / "backend.log"
    with logged_to(log):
        answer = failing.get(f"/{audience}/crash", headers={"X-Request-Id": f"reference-{audience}"})

    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == f"reference-{audience}"
    assert "Something went wrong on our side." in answer.text
    assert [secret for secret in SECRETS if secret in answer.text] == []
    if audience != "v1":
        assert f"reference-{audience}" in answer.text
    crashes = [
        line
        for line in log.read_text().splitlines()
        if f'"reference-{audience}"' in line and "crashed" in line
    ]
    assert len(crashes) == 1
    assert "Traceback" in crashes[0], "whoever runs the studio finds the trace by the reference"


@pytest.mark.parametrize("audience", ["fragments", "api", "v1"])
@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 418, 500, 501])
def test_errors_of_the_framework_take_our_shape(failing: TestClient, audience: str, status: int) -> None:
    answer = failing.get(f"/{audience}/http/{status}")

    assert answer.status_code == status
    assert "details that nobody asked for" not in answer.text
    if audience == "fragments":
        assert Html(answer.text).one(".toast")["data-code"].islower()
    else:
        assert answer.json()["error"]


@pytest.mark.parametrize("address", ["/api/nothing", "/v1/nothing", "/fragments/nothing", "/nothing", "/"])
def test_an_address_that_is_none_is_not_there(talk: Talk, address: str) -> None:
    answer = talk.alice.get(address)

    assert answer.status_code == 404
    assert "There is nothing here, or it is not yours." in answer.text


@pytest.mark.parametrize(
    ("method", "address"), [("PUT", "/api/conversations"), ("DELETE", "/fragments/create")]
)
def test_a_method_that_is_none_is_told_so(talk: Talk, method: str, address: str) -> None:
    answer = talk.alice.request(method, address)

    assert answer.status_code == 405
    assert "This cannot be done here." in answer.text


@pytest.mark.parametrize(
    "given", ["a b", "<script>", "x" * 65, "é", "a\tb", "", "../..", "%0d%0aSet-Cookie:", "a;b", 'a"b']
)
def test_a_strange_request_id_is_replaced(talk: Talk, given: str) -> None:
    answer = talk.alice.get(f"/api/generations/{uuid4()}", headers={"X-Request-Id": given.encode()})

    found = answer.headers["x-request-id"]
    assert found != given
    assert found.isalnum() and len(found) == 32
    assert answer.json()["request_id"] == found


@pytest.mark.parametrize("given", ["a", "x" * 64, "01a209ec-8fad-76ae-bed2-6e09b7e7f0c1", "frontend:7.1_b"])
def test_a_request_id_of_the_frontend_goes_through_both_services(talk: Talk, log: Path, given: str) -> None:
    answer = talk.alice.get("/api/me", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] == given
    until(lambda: f'"request_id": "{given}"' in log.read_text())  # the line follows the answer
