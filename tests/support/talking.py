"""A backend on a real socket whose provider is a sandbox on a real socket, and people who talk to it."""

import logging
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import structlog
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from structlog._config import BoundLoggerLazyProxy
from studio.accounts.registration import ensure_setup_token
from studio.app import create_app
from studio.config import Settings
from studio.sandbox.app import create_sandbox
from studio.wiring import Studio

from tests.support.html import Html
from tests.support.people import Caller, join, wait_until_open
from tests.support.sandbox import served
from tests.support.sse import Message, messages_of
from tests.support.waiting import until

HX = {"HX-Request": "true"}
FAST = "sandbox/sprinter"
BEAT = "sandbox/metronome"
LATER = "count 60 at 200 per second after 800 ms"  # begins when whoever wants to watch is there
ENDLESS = "count 400 at 20 per second after 0 ms"  # runs until somebody stops it
KEY = "sk-secret-0123456789abcdef"


@dataclass(frozen=True)
class Begun:
    """A conversation with a question, as the answer to asking it named them."""

    conversation_id: str
    question_id: str
    answer_id: str
    generation_id: str

    @property
    def url(self) -> str:
        return f"/fragments/conversations/{self.conversation_id}"


@dataclass
class Talk:
    """The backend, its people, and what they do all the time."""

    app: FastAPI
    log: Path
    client: httpx.Client
    sandbox_url: str
    ruth: Caller = field(init=False)
    alice: Caller = field(init=False)
    bob: Caller = field(init=False)
    charlie: Caller = field(init=False)

    def __post_init__(self) -> None:
        token = ensure_setup_token(self.studio.db)
        self.ruth = self.join("ruth@example.org", "Ruth", setup_token=token)
        self.alice = self.join("alice@example.org", "Alice")
        self.bob = self.join("bob@example.org", "Bob")
        self.charlie = Caller(self.client)  # type: ignore[arg-type]

    def join(self, email: str, name: str, **more: str | None) -> Caller:
        return join(self.client, email, name=name, **more)  # type: ignore[arg-type]

    @property
    def studio(self) -> Studio:
        found = self.app.state.studio
        assert isinstance(found, Studio)
        return found

    def begin(
        self, who: Caller, prompt: str = "Why do plates stack?", *, model: str = FAST, **more: str
    ) -> Begun:
        """A new conversation; its answer may still be growing."""
        form = {"prompt": prompt, "model": model, **more}
        return self.begun(who, who.post("/fragments/conversations", data=form, headers=HX))

    def begun(self, who: Caller, answer: httpx.Response) -> Begun:
        """What the page that an answer names shows last."""
        assert answer.status_code == 201, answer.text
        found = re.fullmatch(
            r"/chat/([0-9a-f-]{36})\?live=1#m-([0-9a-f-]{36})", answer.headers["Studio-Page"]
        )
        assert found is not None, answer.headers["Studio-Page"]
        messages = who.get(f"/api/conversations/{found[1]}").json()["messages"]
        (shown,) = [message for message in messages if message["id"] == found[2]]
        return Begun(found[1], shown["parent_id"], found[2], shown["generation_id"])

    def finished(self, begun: Begun) -> Begun:
        """The same, once its answer has ended."""
        until(lambda: self.studio.engine.find(UUID(begun.generation_id)) is None)
        return begun

    def talked(self, who: Caller, prompt: str = "Why do plates stack?", **more: str) -> Begun:
        return self.finished(self.begin(who, prompt, **more))

    def grown(self, begun: Begun, pieces: int) -> Begun:
        """The same, once its answer has so many pieces."""
        until(lambda: len(self.live(begun).pieces) >= pieces)
        return begun

    def watched(self, begun: Begun, watchers: int) -> Begun:
        """The same, once so many watch it."""
        until(lambda: self.live(begun).watchers >= watchers)
        return begun

    def live(self, begun: Begun) -> Any:
        found = self.studio.engine.find(UUID(begun.generation_id))
        assert found is not None, "it has ended"
        return found

    def stop(self, who: Caller, begun: Begun) -> None:
        assert who.post(f"/api/generations/{begun.generation_id}/cancellation").status_code == 200

    def page(self, who: Caller, begun: Begun) -> Html:
        answer = who.get(begun.url)
        assert answer.status_code == 200, answer.text
        return Html(answer.text)

    def count(self, table: str) -> int:
        with self.studio.db.read() as cursor:
            row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])

    @contextmanager
    def stream(self, who: Caller, address: str, **headers: str) -> Iterator[httpx.Response]:
        """A streamed answer; leaving the block hangs up."""
        with self.client.stream("GET", address, headers={**who.headers, **headers}) as answer:
            yield answer

    def events(self, who: Caller, address: str, **headers: str) -> list[Message]:
        """The messages of a stream, read to its end."""
        with self.stream(who, address, **headers) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            return messages_of(answer.read())


@contextmanager
def talking(place: Path, migrated: Path, **settings: Any) -> Iterator[Talk]:
    """Everything open and the list of models read; what still runs at the end costs five seconds."""
    sandbox = Starlette(routes=[Mount("/v1", app=create_sandbox(speed=inf, record=True))])
    with served(sandbox, path="/v1") as sandbox_url:
        place.mkdir(parents=True, exist_ok=True)
        wanted = {
            "registration": "open",
            "provider_base_url": sandbox_url,
            "provider_api_key": KEY,
            **settings,
        }
        options = Settings(data_dir=place, **wanted)
        shutil.copy(migrated, options.database_path)
        app, log = create_app(options), place / "backend.log"
        with logged_to(log), served(app) as address, httpx.Client(base_url=address, timeout=20) as client:
            wait_until_open(app)
            talk = Talk(app, log, client, sandbox_url)
            until(lambda: talk.studio.catalogue.models)
            yield talk


@contextmanager
def logged_to(file: Path) -> Iterator[None]:
    """Everything that is logged, in the form a deployment logs it."""
    before = structlog.get_config()
    for name, module in list(sys.modules.items()):
        if name.startswith("studio") and isinstance(
            log := getattr(module, "log", None), BoundLoggerLazyProxy
        ):
            vars(log).pop(
                "bind", None
            )  # set-up as in a deployment makes each logger keep where it first wrote to
    with file.open("a") as out:
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
            logger_factory=structlog.PrintLoggerFactory(out),
            cache_logger_on_first_use=False,
        )
        try:
            yield
        finally:
            structlog.configure(**before)
