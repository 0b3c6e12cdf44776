"""What is logged: events with fields. Never words, names, tokens or keys."""

import json
from pathlib import Path
from uuid import uuid4

from tests.support.accounts import PASSWORD
from tests.support.talking import BEAT, ENDLESS, FAST, HX, KEY, Talk
from tests.support.waiting import until

WORDS = "soup-of-the-day-in-secret"


def test_no_words_tokens_or_keys_are_in_the_logs_whatever_happens(talk: Talk, log: Path) -> None:
    who = talk.join("private.person@example.org", "Private Person")
    begun = talk.talked(who, f"First {WORDS}?", system_prompt=f"Instruction {WORDS}")
    who.post(f"{begun.url}/title", data={"title": f"Title {WORDS}"})
    who.get("/fragments/conversations", params={"q": WORDS})
    who.get("/fragments/create", params={"prompt": WORDS})
    who.post("/fragments/conversations", data={"prompt": WORDS, "model": f"nobody/{WORDS}"}, headers=HX)
    who.post("/api/generations", json={"prompt": WORDS, "model": FAST, "params": {WORDS: 1}})
    who.post("/api/generations", content=f'{{"prompt": "{WORDS}'.encode())
    who.post("/api/assets", files={"file": (f"{WORDS}.png", WORDS.encode(), "image/png")})
    who.get(f"/fragments/{WORDS}")
    who.get(f"/api/generations/{uuid4()}/events?after={WORDS}")
    for model in ("sandbox/refuses", "sandbox/cuts-off"):
        talk.talked(who, f"{model} {WORDS}", model=model)
    running = talk.begin(who, f"{ENDLESS} {WORDS}", model=BEAT)
    talk.stop(who, running)
    talk.client.post("/api/sessions", json={"email": who.email, "password": f"wrong {WORDS}"})
    half = b'{"prompt": "\\ud800 ' + WORDS.encode() + b'", "model": "x"}'
    who.post("/api/generations", content=half, headers={"Content-Type": "application/json"})

    logged = log.read_text()

    assert '"event": "generation.ended"' in logged
    for secret in (
        WORDS,
        KEY,
        str(who.token),
        PASSWORD,
        "Private Person",
        "private.person",
        talk.sandbox_url + "/v1?",
    ):
        assert secret not in logged


def test_each_line_is_an_event_with_its_request(talk: Talk, log: Path) -> None:
    begun = talk.begin(talk.alice, model="sandbox/scribe")
    request_id = talk.alice.get(begun.url, headers={"X-Request-Id": "look-for-me"}).headers["x-request-id"]
    talk.finished(begun)

    until(lambda: request_id in log.read_text())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (mine,) = [line for line in lines if line.get("request_id") == request_id]
    assert {"event", "method", "route", "status", "ms", "level"} <= set(mine)
    assert (mine["route"], mine["status"]) == ("/fragments/conversations/{conversation_id}", 200)
    (ended,) = [line for line in lines if line.get("id") == begun.generation_id]
    assert (ended["event"], ended["state"], ended["model"]) == ("generation.ended", "done", "sandbox/scribe")
    assert ended["request_id"], "of the request that asked"


def test_probes_leave_no_lines(talk: Talk, log: Path) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        assert talk.charlie.get(address, headers={"X-Request-Id": "of-a-probe"}).status_code == 200
    talk.charlie.get("/api/me", headers={"X-Request-Id": "of-somebody"})

    until(lambda: "of-somebody" in log.read_text())
    assert "of-a-probe" not in log.read_text()
