"""
Pages through both services: a conversation of `--messages` messages, and questions of `--people` people at once.

The conversation is read as its owner reads it, with the list beside it. The first reading renders every answer's
Markdown, the others find it in memory; both are told.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.bench.figures import conditions, milliseconds
from tests.bench.wire import body_of, request
from tests.support.services import Services, running_services

ANSWER = "Write about bread, kettles and tables, with a table and code."


def long_conversation(services: Services, messages: int, name: str = "alice") -> str:
    """The id of a conversation with so many messages; answers come from the sandbox's quick model."""
    with services.api(name) as api:
        asked = {"prompt": ANSWER, "model": "sandbox/sprinter"}
        made = api.post("/fragments/conversations", data=asked)
        found = made.headers["Studio-Page"].split("?")[0].removeprefix("/chat/")
        for _ in range(messages // 2 - 1):
            wait_until_quiet(api, found)
            answer = api.post(f"/fragments/conversations/{found}/messages", data=asked)
            assert answer.status_code == 201, answer.text[:300]
        wait_until_quiet(api, found)
    return found


def wait_until_quiet(api: httpx.Client, conversation_id: str) -> None:
    """Follow the last answer to its end."""
    last = api.get(f"/api/conversations/{conversation_id}").json()["messages"][-1]
    with api.stream("GET", f"/api/generations/{last['generation_id']}/events") as events:
        for _ in events.iter_raw():
            pass


def sign_in_cookie(services: Services) -> dict[str, str]:
    return {"Cookie": f"studio={quote(services.token('alice'))}"}


def read_pages(services: Services, conversation_id: str, times: int) -> None:
    with httpx.Client(base_url=services.address, headers=sign_in_cookie(services), timeout=30) as client:
        client.get("/account").raise_for_status()
        took = []
        for _ in range(times):
            began = time.perf_counter()
            page = client.get(f"/chat/{conversation_id}")
            took.append(time.perf_counter() - began)
            assert page.status_code == 200 and "composer" in page.text
    print(f"conversation page: {conditions()}")
    print(f"  first {took[0] * 1000:.0f} ms; after it {milliseconds(took[1:])}")
    print(f"  {len(page.content) / 1024:.0f} KiB of HTML, unpacked")


async def write(services: Services, people: int, each: int) -> None:
    """Everybody asks, waits for the 201, and asks again at once: harder than people are."""
    headers = {"Authorization": f"Bearer {services.token('alice')}"}
    body = json.dumps({"model": "sandbox/sprinter", "prompt": "One word, please."}).encode()
    took: list[float] = []

    async def person() -> None:
        for _ in range(each):
            began = time.perf_counter()
            answer = await request(services.backend.address, "POST", "/api/generations", headers, body)
            took.append(time.perf_counter() - began)
            assert b'"id"' in body_of(answer)
            await asyncio.sleep(1.0)

    await asyncio.gather(*(person() for _ in range(people)))
    print(f"accepted: {people} people, one question a second each, answers running, {conditions()}")
    print(f"  {milliseconds(took)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--people", type=int, default=50)
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as place,
        running_services(Path(place), LOG_LEVEL="warning") as services,
    ):
        services.add_people()
        asyncio.run(write(services, args.people, 10))
        read_pages(services, long_conversation(services, args.messages), 60)


if __name__ == "__main__":
    main()
