"""An open studio without routes: the verbs of talking on a real database, with the real sandbox as its provider."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr
from studio.accounts.desk import Desk
from studio.accounts.person import Person, Role
from studio.assets.files import FileStore
from studio.catalogue import store as providers
from studio.catalogue.catalogue import Catalogue
from studio.chat import ask, store
from studio.chat.conversation import Conversation, Message, Question, Tree
from studio.config import Settings
from studio.db import Database
from studio.generations import store as generations
from studio.generations.engine import Engine
from studio.generations.generation import Generation
from studio.ids import new_id
from studio.images.board import Board
from studio.images.making import PictureMaker
from studio.jobs.jobs import Jobs
from studio.jobs.worker import Worker
from studio.moments import now
from studio.providers import Adapter, Provider, RetryPolicy
from studio.providers.provider import Kind
from studio.wiring import Studio

from tests.support.accounts import cheap_passwords
from tests.support.waiting import soon

ENDLESS = "count 400 at 20 per second after 0 ms"  # for sandbox/metronome: runs until somebody stops it


def person(name: str) -> Person:
    return Person(new_id(), f"{name.lower()}@example.org", name, Role.MEMBER, new_id())


@dataclass
class Talker:
    """Somebody at the verbs, which are called as routes call them: in a thread if they wait for the database."""

    studio: Studio
    who: Person

    async def do(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        if inspect.iscoroutinefunction(verb):
            return await verb(self.studio, self.who, *args, **more)
        return await asyncio.to_thread(verb, self.studio, self.who, *args, **more)

    def again(self, conversation: Conversation) -> Conversation:
        return store.get_conversation(self.studio.db, self.who.id, conversation.id)

    def tree(self, conversation: Conversation) -> Tree:
        return Tree(store.list_messages(self.studio.db, conversation.id))

    def shown(self, conversation: Conversation) -> list[Message]:
        """The messages of the branch that is shown now."""
        return self.tree(conversation).path_to(self.again(conversation).leaf_id)

    def leaf(self, conversation: Conversation) -> Message:
        return self.shown(conversation)[-1]

    def generation(self, generation_id: UUID) -> Generation:
        return generations.get_generation(self.studio.db, self.who.id, generation_id)

    async def ended(self, generation: Generation) -> Generation:
        await soon(lambda: self.studio.engine.find(generation.id) is None)
        return self.generation(generation.id)


def ask_of(prompt: str = "Why do plates stack?", model: str = "sandbox/sprinter", **more: Any) -> Question:
    return Question(prompt=prompt, model=model, **more)


@asynccontextmanager
async def open_studio(
    place: Path, db: Database, sandbox_url: str, kind: Kind = "sandbox", name: str = "Sandbox"
) -> AsyncIterator[Studio]:
    """
    A studio on this database, whose catalogue has been read; its worker does nothing until it is started.

    As another `kind` the sandbox is another provider, with the same models.
    """
    provider = Provider(new_id(), name, kind, sandbox_url, SecretStr("sk-sandbox"), is_simulated=True)
    provider_id = await asyncio.to_thread(providers.remember_provider, db, provider, now())
    provider = replace(
        provider, id=provider_id
    )  # as a studio opens: jobs are told from those of another by it
    async with Adapter(retry=RetryPolicy(base_seconds=0.01), cost_delays_seconds=(0.0, 0.01)) as adapter:
        catalogue = Catalogue(db, adapter, provider, provider_id)
        await catalogue.refresh()
        engine = Engine(db, adapter, save_seconds=0.05, drain_seconds=0.0, cost_look_up_seconds=0.0)
        engine.start_saving()
        desk, files = Desk(cheap_passwords()), FileStore(place / "media")
        settings, board = Settings(data_dir=place), Board()
        maker = PictureMaker(db, files, adapter, provider, board, lambda *_: None, try_again_seconds=0.01)
        worker = Worker(db, [maker], drain_seconds=0.0)
        try:
            jobs = Jobs(db, worker)
            yield Studio(settings, db, files, adapter, provider, catalogue, engine, desk, jobs, board=board)
        finally:
            await asyncio.gather(engine.close(), worker.close())
            await asyncio.to_thread(desk.close)


async def begun(
    talker: Talker, prompt: str = "Why do plates stack?", **more: Any
) -> tuple[Conversation, Generation]:
    conversation, generation = await talker.do(ask.start_conversation, ask_of(prompt, **more))
    return conversation, await talker.ended(generation)


def last_request(sandbox_url: str) -> dict[str, Any]:
    """What the provider was asked last."""
    exchanges = httpx.get(f"{sandbox_url}/_requests").json()["data"]
    chats = [exchange for exchange in exchanges if exchange["path"].endswith("/chat/completions")]
    body = chats[-1]["body"]
    assert isinstance(body, dict)
    return body


def count(db: Database, table: str) -> int:
    with db.read() as cursor:
        row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])
