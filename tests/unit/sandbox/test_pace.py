"""Timing: the metronome's beat, the pace header, and a caller who leaves."""

import json
import time

import httpx
import pytest

from tests.support.sandbox import KEY, on_the_wire, question, seen
from tests.support.waiting import until


def arrivals(base: str, wish: dict[str, object], headers: dict[str, str] | None = None) -> list[float]:
    """Seconds after the request at which each piece of content arrived."""
    began, found = time.monotonic(), []
    with httpx.stream(
        "POST", f"{base}/chat/completions", json=wish, headers={**KEY, **(headers or {})}
    ) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {") and json.loads(line[6:])["choices"][0]["delta"]["content"]:
                found.append(time.monotonic() - began)
    return found


def test_the_metronome_counts_exactly_as_far_as_asked(base: str) -> None:
    found = seen(
        on_the_wire(base, question("count 250 at 2000 per second after 5 ms", model="sandbox/metronome"))
    )

    assert found.text == "".join(f"{number} " for number in range(1, 251))
    assert found.usage is not None
    assert found.usage["completion_tokens"] == 250


def test_the_metronome_does_not_drift(base: str) -> None:
    wish = question("count 100 at 100 per second after 50 ms", model="sandbox/metronome")

    late = [at - (0.05 + number / 100) for number, at in enumerate(arrivals(base, wish))]

    assert min(late) >= -0.002  # uvloop counts in whole milliseconds
    assert sorted(late[-20:])[10] - sorted(late[:20])[10] < 0.05


def test_the_metronome_obeys_the_pace_header(base: str) -> None:
    wish = question("count 5", model="sandbox/metronome")

    found = arrivals(base, wish, {"X-Sandbox-Pace": "events_per_second=200;events=40;first_ms=100"})

    assert len(found) == 40
    assert found[0] >= 0.098
    assert found[-1] >= 0.1 + 39 / 200 - 0.002


def test_a_limit_stops_the_metronome(base: str) -> None:
    found = seen(
        on_the_wire(base, question("count 100 at 900 per second", model="sandbox/metronome", max_tokens=7))
    )

    assert (found.text, found.finish) == ("1 2 3 4 5 6 7 ", "length")


def test_the_pace_header_sets_number_and_speed_of_any_text(base: str) -> None:
    found = arrivals(
        base, question(model="sandbox/slow"), {"X-Sandbox-Pace": "events_per_second=500;events=90;first_ms=1"}
    )

    assert len(found) == 90
    assert found[-1] < 2


@pytest.mark.parametrize(
    "words", ["count 500 at 10 per second after 10 ms", "count 500 at 1 per second after 60000 ms"]
)
def test_a_caller_who_leaves_is_noticed_within_a_second(base: str, client: httpx.Client, words: str) -> None:
    with httpx.stream(
        "POST", f"{base}/chat/completions", json=question(words, model="sandbox/metronome"), headers=KEY
    ) as answer:
        next(answer.iter_raw())
        generation = answer.headers["x-generation-id"]
    left = time.monotonic()

    record = until(lambda: last_request(client, words, outcome="client-left"), seconds=1)

    assert time.monotonic() - left < 1
    assert record["left_after_ms"] is not None
    until(lambda: is_known_as_cancelled(client, generation))


def last_request(client: httpx.Client, words: str, *, outcome: str) -> dict[str, object] | None:
    found = [
        r for r in client.get("/_requests").json()["data"] if r["body"] and words in json.dumps(r["body"])
    ]
    return found[-1] if found and found[-1]["outcome"] == outcome else None


def is_known_as_cancelled(client: httpx.Client, generation: str) -> bool:
    answer = client.get("/generation", params={"id": generation})
    return answer.status_code == 200 and answer.json()["data"]["cancelled"]
