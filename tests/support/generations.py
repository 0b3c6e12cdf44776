"""A generation that is asked for, on a real database, without anybody's routes."""

from concurrent.futures import Future
from typing import Any
from uuid import UUID

import duckdb
from studio.db import Database, Row
from studio.generations import store
from studio.generations.engine import Engine
from studio.generations.generation import Generation, State
from studio.generations.live import Live
from studio.ids import new_id
from studio.moments import now
from studio.providers import ChatRequest, Provider

from tests.support.scripted_server import chunk, event, head, piece, stream
from tests.support.waiting import soon

ALICE, PROVIDER = new_id(), new_id()
USAGE = {
    "id": "gen-1790000000-A",
    "choices": [],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "cost": 0.000123},
}
WHOLE = stream(chunk(content="Plates "), chunk(content="stack."), chunk("stop"), USAGE)


def asked_for(
    db: Database, *, model: str = "acme/chat-1", state: State = State.WAITING, **more: Any
) -> Generation:
    """The row of Alice's question, committed."""
    generation = Generation(
        **{
            "id": new_id(),
            "person_id": ALICE,
            "kind": "text",
            "state": state,
            "provider_id": PROVIDER,
            "provider": "Acme Cloud",
            "model": model,
            "prompt": "Why do plates stack?",
            "params": {},
            "is_simulated": False,
            "asked_at": now(),
            **more,
        }
    )
    db.write(store.add_generation(generation))
    return generation


def request_for(generation: Generation) -> ChatRequest:
    return ChatRequest(generation.model, [{"role": "user", "content": generation.prompt}])


def stored(db: Database, generation_id: UUID) -> Generation:
    return store.get_generation(db, ALICE, generation_id)


def pieces_of(db: Database, generation_id: UUID) -> list[str]:
    """The texts of its pieces in the database, in order."""
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT text FROM generation_pieces WHERE generation_id = $id ORDER BY number",
            {"id": generation_id},
        ).fetchall()
    return [row[0] for row in rows]


class FullDisk:
    """The database while nothing can be written: until `is_full` is cleared every write fails."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.is_full = True
        self.failures = 0

    def read(self) -> Any:
        return self._db.read()

    def write_soon(self, *rows: Row) -> "Future[None]":
        if not self.is_full:
            return self._db.write_soon(*rows)
        self.failures += 1
        failed: Future[None] = Future()
        failed.set_exception(duckdb.IOException("no space left on device"))
        return failed


def begun(*words: str) -> bytes:
    """The beginning of a streamed answer, whose end is up to the next step."""
    return head() + piece(b"".join(event(chunk(content=word)) for word in words))


async def run(engine: Engine, db: Database, provider: Provider, **more: str) -> tuple[Generation, Live]:
    generation = asked_for(db)
    live = await engine.start(generation, provider, request_for(generation), **more)
    return generation, live


async def ended(live: Live) -> None:
    await soon(lambda: live.is_over)
