"""A process killed at every edge of a video's life: after the restart one right end, one file, one submission."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from studio.assets import store as assets
from studio.assets.files import BLOCK_BYTES, POSTER, TEMPORARY, FileStore
from studio.assets.orphans import collect
from studio.db import Database
from studio.generations.generation import Generation
from studio.ids import new_id
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.moments import now
from studio.sandbox.app import create_sandbox

from tests.support import videos_child
from tests.support.films import film_in
from tests.support.forked import exit_code_of
from tests.support.sandbox import served
from tests.support.studio import count
from tests.support.videos import ALICE, ask, made
from tests.support.waiting import until

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(["backend", "."])}
UNKNOWN = ("interrupted", "outcome_unknown")
DONE = ("done", None)


@dataclass
class Left:
    """What is there after everything."""

    generation: Generation
    job: Job
    named: list[str]
    on_disk: list[str]
    posters: int
    items: int
    submissions: int

    @property
    def end(self) -> tuple[str, str | None]:
        assert (self.job.state.value, self.job.reason) == (
            self.generation.state.value,
            self.generation.reason,
        )
        return self.job.state.value, self.job.reason


def command(place: Path, sandbox: str, *told: str) -> list[str]:
    return [sys.executable, "-m", "tests.support.videos_child", str(place), sandbox, *told]


def child(place: Path, sandbox: str, *told: str) -> int:
    code = exit_code_of(videos_child.main, place, sandbox, *told)
    assert code in (0, -signal.SIGKILL)
    return code


def asked(place: Path, sandbox: str, model: str = "sandbox/video-tiny"):  # type: ignore[no-untyped-def]
    """With words of its own: the sandbox lists also what the tests before asked for."""
    httpx.delete(f"{sandbox}/_requests")
    with Database.open(place / "app.db", threads=1) as db:
        return ask(db, model, prompt=f"The sea {new_id()}")


def sending(film: bytes) -> ASGIApp:
    """A sandbox whose videos are all this one."""
    sandbox = create_sandbox(speed=200, record=True, list_ugly=True)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_content = scope["type"] == "http" and scope["path"].endswith("/content")
        answer = Response(film, media_type="video/mp4") if is_content else sandbox
        await answer(scope, receive, send)

    return app


def encoding_of(parent: int) -> int | None:
    """The process that this one has encode a film, once it has set its limits: from then on it dies with its parent."""
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for number in children.read_text().split():
            try:
                said = Path(f"/proc/{number}/cmdline").read_bytes()
                limits = Path(f"/proc/{number}/limits").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"studio.assets.recoding" in said and not re.search(r"Max file size +unlimited", limits):
                return int(number)
    return None


def is_alive(number: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def left(place: Path, sandbox: str, generation_id) -> Left:  # type: ignore[no-untyped-def]
    exchanges = httpx.get(f"{sandbox}/_requests").json()["data"]
    with Database.open(place / "app.db", threads=1) as db:
        files = FileStore(place / "media")
        job = lists.list_of_generations(db, ALICE, [generation_id])[generation_id]
        with db.read() as cursor:
            counted = cursor.execute("SELECT count(*) FROM items").fetchone()
        return Left(
            generation=made(db, generation_id),
            job=job,
            named=[
                asset.sha256 for asset in assets.list_made(db, ALICE, [generation_id]).get(generation_id, [])
            ],
            on_disk=list(files.list_hashes()),
            posters=len(list((place / "media").rglob(f"*.{POSTER}.png"))),
            items=counted[0] if counted else -1,
            submissions=sum(
                each["method"] == "POST" and each["path"].endswith("/videos") for each in exchanges
            ),
        )


@pytest.mark.parametrize(
    ("edge", "end", "submissions"),
    [
        ("claimed ready", DONE, 1),
        ("recorded submitting", UNKNOWN, 0),  # the list does not show it, and nothing else that we know of
        ("submitted", DONE, 1),  # the provider lists it
        ("recorded polling", DONE, 1),
        ("claimed polling", DONE, 1),
        ("polled completed", DONE, 1),
        ("recorded downloading", DONE, 1),
        ("downloaded", DONE, 1),
        ("recorded looking", DONE, 1),
        ("moved", DONE, 1),
        ("moved the poster", DONE, 1),
        ("kept", DONE, 1),
        ("written", DONE, 1),
        ("committed", DONE, 1),
    ],
)
def test_a_kill_at_each_edge_neither_loses_nor_doubles_anything(
    place: Path, sandbox: str, edge: str, end: tuple[str, str | None], submissions: int
) -> None:
    generation_id = asked(place, sandbox)

    assert child(place, sandbox, edge) == -signal.SIGKILL
    assert child(place, sandbox) == 0

    found = left(place, sandbox, generation_id)
    assert (found.end, found.submissions) == (end, submissions)
    files = 1 if end == DONE else 0
    assert (len(found.named), found.posters, found.items) == (files, files, files)
    assert found.on_disk == found.named
    assert list((place / "media" / TEMPORARY).iterdir()) == []
    assert found.job.lease_id is None
    assert (str(found.generation.outcome.cost_usd) == "0.020000000") == (end == DONE)


@pytest.mark.parametrize(
    ("edge", "submissions", "cost"),
    [
        ("claimed ready", 0, "0E-9"),
        ("recorded submitting", 0, None),  # nobody knows whether it went out, and so whether it costs
        ("submitted", 1, None),
        ("recorded polling", 1, None),
        ("claimed polling", 1, None),
        ("polled completed", 1, None),
        ("recorded downloading", 1, "0.020000000"),
        ("downloaded", 1, "0.020000000"),
        ("recorded looking", 1, "0.020000000"),
        ("moved", 1, "0.020000000"),
        ("moved the poster", 1, "0.020000000"),
        ("kept", 1, "0.020000000"),
        ("written", 1, "0.020000000"),
    ],
)
def test_a_kill_when_it_was_to_be_stopped_ends_it_stopped_at_each_edge(
    place: Path, sandbox: str, edge: str, submissions: int, cost: str | None
) -> None:
    generation_id = asked(place, sandbox)

    assert child(place, sandbox, edge) == -signal.SIGKILL
    with Database.open(place / "app.db", threads=1) as db:
        db.transact(lambda cursor: cursor.execute("UPDATE jobs SET is_cancel_wished = true"))
    assert child(place, sandbox) == 0

    with Database.open(place / "app.db", threads=1) as db:
        collect(db, FileStore(place / "media"), deleted_before=now(), idle_seconds=0)
    found = left(place, sandbox, generation_id)
    assert (found.end, found.submissions) == (("cancelled", "cancelled"), submissions)
    told = found.generation.outcome.cost_usd
    assert (told if told is None else str(told)) == cost
    assert (found.named, found.on_disk, found.posters, found.items) == ([], [], 0, 0)
    assert found.job.lease_id is None


def test_a_request_that_a_trustworthy_list_does_not_show_goes_out_once_more(
    place: Path, sandbox: str
) -> None:
    before = asked(place, sandbox)
    assert child(place, sandbox) == 0
    generation_id = asked(place, sandbox)

    assert child(place, sandbox, "recorded submitting") == -signal.SIGKILL
    assert child(place, sandbox) == 0

    found = left(place, sandbox, generation_id)
    assert (found.end, found.submissions) == (DONE, 1)
    assert (left(place, sandbox, before).end, found.items) == (DONE, 2)


@pytest.mark.parametrize(
    "edge",
    ["claimed submitting", "recording polling from submitting", "resting at polling from polling"],
)
def test_a_kill_while_it_is_settled_what_became_of_a_request_takes_its_video_on(
    place: Path, sandbox: str, edge: str
) -> None:
    generation_id = asked(place, sandbox)

    deaths = [child(place, sandbox, "submitted"), child(place, sandbox, edge)]
    assert child(place, sandbox) == 0

    found = left(place, sandbox, generation_id)
    assert deaths == [-signal.SIGKILL] * 2
    assert (found.end, found.submissions, found.items) == (DONE, 1, 1)
    assert found.on_disk == found.named
    assert str(found.generation.outcome.cost_usd) == "0.020000000"


def test_a_kill_when_the_list_shows_that_it_never_began_asks_for_it_once(place: Path, sandbox: str) -> None:
    asked(place, sandbox)
    assert child(place, sandbox) == 0
    generation_id = asked(place, sandbox)

    edges = ["recorded submitting", "resting at ready from submitting"]
    deaths = [child(place, sandbox, edge) for edge in edges]
    assert child(place, sandbox) == 0

    found = left(place, sandbox, generation_id)
    assert deaths == [-signal.SIGKILL] * 2
    assert (found.end, found.submissions, found.items) == (DONE, 1, 2)


@pytest.mark.parametrize("edge", ["trying again", "tried again", "claimed ready", "committed"])
def test_a_kill_while_it_is_tried_again_leaves_one_more_try(place: Path, sandbox: str, edge: str) -> None:
    generation_id = asked(place, sandbox, "sandbox/video-fails")
    assert child(place, sandbox) == 0

    assert child(place, sandbox, edge, "button") == -signal.SIGKILL
    assert child(place, sandbox, "", "button") == 0

    with Database.open(place / "app.db", threads=1) as db:
        tries = lists.list_jobs(db, lists.Filter(), 10)
        named = {job.generation_id for job in tries}
        assert [job.retry_of for job in tries] == [tries[1].id, None]
        assert (len(named), count(db, "generations"), count(db, "request_keys")) == (2, 2, 1)
    assert {job.state.value for job in tries} == {"failed"}
    assert left(place, sandbox, generation_id).submissions == 2


def test_one_that_kills_whoever_asks_for_it_is_not_asked_for_without_end(place: Path, sandbox: str) -> None:
    asked(place, sandbox)
    assert child(place, sandbox) == 0
    generation_id = asked(place, sandbox)

    deaths = [child(place, sandbox, "recorded submitting") for _ in range(2)]
    assert child(place, sandbox, "recorded submitting") == 0

    found = left(place, sandbox, generation_id)
    assert deaths == [-signal.SIGKILL] * 2
    assert (found.end, found.submissions) == (UNKNOWN, 0)


def test_a_kill_in_the_middle_of_the_download_leaves_one_film_and_no_half_of_it(
    place: Path, sandbox: str
) -> None:
    generation_id = asked(place, sandbox, "sandbox/video-pauses")
    unfinished = place / "media" / TEMPORARY

    with subprocess.Popen(command(place, sandbox), env=ENVIRONMENT) as killed:
        half = until(lambda: [path for path in unfinished.glob("*") if path.stat().st_size], seconds=30)
        killed.send_signal(signal.SIGKILL)
    sizes = [path.stat().st_size for path in half]
    assert child(place, sandbox) == 0

    found = left(place, sandbox, generation_id)
    assert (killed.returncode, len(sizes)) == (-signal.SIGKILL, 1)
    assert (found.end, found.submissions, found.items) == (DONE, 1, 1)
    assert found.on_disk == found.named
    assert BLOCK_BYTES <= sizes[0] < 3 * BLOCK_BYTES
    assert list(unfinished.iterdir()) == []


def test_a_kill_while_it_is_encoded_anew_leaves_nobody_encoding_and_no_half_of_it(
    place: Path, tmp_path: Path
) -> None:
    film_in(tmp_path / "old", "mpeg4", "yuv420p")
    with served(sending((tmp_path / "old").read_bytes())) as sandbox:
        generation_id = asked(place, sandbox)

        with subprocess.Popen(command(place, sandbox), env=ENVIRONMENT) as killed:
            encoding = until(lambda: encoding_of(killed.pid), seconds=30)
            os.kill(encoding, signal.SIGSTOP)  # else it may be done before the kill
            killed.send_signal(signal.SIGKILL)
        until(lambda: not is_alive(encoding))
        assert child(place, sandbox) == 0

        found = left(place, sandbox, generation_id)
    assert killed.returncode == -signal.SIGKILL
    assert (found.end, found.submissions, found.items, found.posters) == (("done", "recoded"), 1, 1, 1)
    assert found.on_disk == found.named
    assert list((place / "media" / TEMPORARY).iterdir()) == []
    assert str(found.generation.outcome.cost_usd) == "0.020000000"


def test_a_kill_when_the_failure_is_known_is_one_failure(place: Path, sandbox: str) -> None:
    generation_id = asked(place, sandbox, "sandbox/video-fails")

    assert child(place, sandbox, "polled failed") == -signal.SIGKILL
    assert child(place, sandbox) == 0

    found = left(place, sandbox, generation_id)
    assert (found.end, found.submissions, found.on_disk) == (("failed", "provider_failed"), 1, [])


def test_a_film_that_kills_whoever_looks_at_it_is_given_up_and_was_paid(place: Path, sandbox: str) -> None:
    generation_id = asked(place, sandbox)

    deaths = [child(place, sandbox, "recorded looking") for _ in range(5)]
    assert child(place, sandbox, "recorded looking") == 0

    found = left(place, sandbox, generation_id)
    assert deaths == [-signal.SIGKILL] * 5
    assert (found.end, found.submissions) == (("failed", "gave_up"), 1)
    assert str(found.generation.outcome.cost_usd) == "0.020000000"
