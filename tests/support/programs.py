"""What a program does that makes something through the API: asks, and waits for the end by the events."""

from typing import Any

import httpx


def made(program: httpx.Client, prompt: str, **wish: object) -> dict[str, Any]:
    """Something that was made; without a `model`, a quick text."""
    answer = program.post("/api/generations", json={"model": "sandbox/sprinter", "prompt": prompt, **wish})
    assert answer.status_code == 201, answer.text
    found = ended(program, answer.json()["id"])
    assert found["state"] == "done", found["reason_text"]
    return found


def ended(program: httpx.Client, generation_id: str) -> dict[str, Any]:
    """The generation, as it is after its last event, whatever became of it."""
    address = f"/api/generations/{generation_id}"
    with program.stream("GET", f"{address}/events", timeout=60) as events:
        assert any(line == "event: done" for line in events.iter_lines())
    found: dict[str, Any] = program.get(address).json()
    return found
