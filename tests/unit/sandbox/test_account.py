"""Key, credits, generations, health, the recorder: everything beside the chat and the catalogue."""

import re
import select
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from studio.sandbox.app import create_sandbox
from studio.sandbox.ugly import UGLY

from tests.support.sandbox import KEY, on_the_wire, question, seen, served

BACKEND = Path(__file__).parents[3] / "backend"


def test_a_key_without_a_limit(client: httpx.Client) -> None:
    answer = client.get("/key")

    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json()["data"]["limit"] is None
    assert answer.json()["data"]["limit_remaining"] is None


def test_a_key_with_a_limit(client: httpx.Client) -> None:
    facts = client.get("/key", headers={"Authorization": "Bearer capped-1"}).json()["data"]

    assert (facts["limit"], facts["limit_remaining"]) == (10.0, 7.5)


@pytest.mark.parametrize("path", ["/key", "/credits", "/generation?id=gen-1"])
def test_a_bad_key_learns_nothing(base: str, path: str) -> None:
    answer = httpx.get(base + path, headers={"Authorization": "Bearer bad-key"})

    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "User not found."


def test_an_ordinary_key_does_not_see_the_credits(client: httpx.Client) -> None:
    assert client.get("/credits").status_code == 403


def test_a_generation_is_known_at_the_third_question(client: httpx.Client) -> None:
    answer = client.post("/chat/completions", json=question(model="sandbox/scribe", stream=False))
    generation = answer.headers["x-generation-id"]

    found = [client.get("/generation", params={"id": generation}) for _ in range(4)]

    assert [answer.status_code for answer in found] == [404, 404, 200, 200]
    assert found[0].json()["error"] == {"message": f"Generation {generation} not found", "code": 404}
    assert found[2].json()["data"]["total_cost"] == answer.json()["usage"]["cost"] > 0
    assert answer.json()["id"] == generation


def test_an_unknown_generation_stays_unknown(client: httpx.Client) -> None:
    assert {client.get("/generation", params={"id": "gen-1"}).status_code for _ in range(4)} == {404}


def test_health_needs_no_key(base: str) -> None:
    assert httpx.get(f"{base}/healthz").json() == {"status": "ok", "provider": "Sandbox"}


def test_the_recorder_keeps_headers_and_body() -> None:
    with served(create_sandbox(record=True)) as base:
        on_the_wire(base, question("count 1", model="sandbox/metronome"), {"X-Title": "All You Can GET"})

        (record,) = httpx.get(f"{base}/_requests").json()["data"]

        assert (record["method"], record["path"], record["status"]) == ("POST", "/chat/completions", 200)
        assert (record["outcome"], record["left_after_ms"]) == ("complete", None)
        assert record["headers"]["x-title"] == "All You Can GET"
        assert record["body"]["messages"] == [{"role": "user", "content": "count 1"}]


def test_the_recorder_tells_a_drop_from_a_caller_who_left() -> None:
    with served(create_sandbox(record=True)) as base:
        on_the_wire(base, question(model="sandbox/ugly-drop-mid-event"))

        assert httpx.get(f"{base}/_requests").json()["data"][0]["outcome"] == "dropped"


def test_the_records_can_be_cleared() -> None:
    with served(create_sandbox(record=True)) as base:
        httpx.get(f"{base}/models")
        assert len(httpx.get(f"{base}/_requests").json()["data"]) == 1

        assert httpx.delete(f"{base}/_requests").json() == {"data": []}


def test_nothing_is_recorded_unless_asked_for() -> None:
    with served(create_sandbox()) as base:
        assert httpx.get(f"{base}/_requests").status_code == 404


class TestMounted:
    def test_it_works_under_a_path_of_another_application(self) -> None:
        outer = FastAPI()
        outer.mount("/sandbox/v1", create_sandbox(speed=20))
        with served(outer, path="/sandbox/v1") as base:
            listing = httpx.get(f"{base}/models?limit=5").json()
            found = seen(on_the_wire(base, question(model="sandbox/sprinter")))

            assert listing["links"]["next"].startswith(f"{base}/models?")
            assert found.is_done

    def test_it_can_hang_up_from_within(self) -> None:
        outer = FastAPI()
        outer.mount("/sandbox/v1", create_sandbox(speed=20, record=True))
        with served(outer, path="/sandbox/v1") as base:
            assert on_the_wire(base, question(model="sandbox/ugly-drop-before-headers")).status == 0
            assert on_the_wire(base, question(model="sandbox/ugly-reset-mid-answer")).ended == "reset"


class TestAlone:
    def test_it_says_where_it_listens_and_logs_nothing_whatever_it_does(self) -> None:
        command = [sys.executable, "-m", "studio.sandbox", "--port", "0", "--speed", "inf"]
        with subprocess.Popen(
            command, cwd=BACKEND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert select.select([process.stdout], [], [], 20)[0]
                announced = re.fullmatch(
                    r"sandbox listening on (http://127\.0\.0\.1:\d+/v1)\n", process.stdout.readline()
                )
                assert announced is not None
                base = announced.group(1)
                for name in UGLY:
                    on_the_wire(base, question(model=f"sandbox/ugly-{name}"))
                with httpx.stream(
                    "POST",
                    f"{base}/chat/completions",
                    json=question("count 9999 at 1 per second", model="sandbox/metronome"),
                    headers=KEY,
                ) as answer:
                    next(answer.iter_raw())
                    process.terminate()
                    process.wait(10)
            finally:
                process.kill()
            assert process.stdout.read() == ""
