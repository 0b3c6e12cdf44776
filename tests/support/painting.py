"""
A backend on a real socket whose provider is the sandbox as a studio without keys has it, with prices and settings of
pictures, but on a socket of its own: it never waits, shows its misbehaving models, and records what it was asked.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount
from studio.app import create_app
from studio.config import Settings
from studio.sandbox.app import create_sandbox

from tests.support.people import Caller, wait_until_open
from tests.support.sandbox import served
from tests.support.talking import Talk, logged_to
from tests.support.waiting import until

PAINTER, SKETCHER, RETOUCHER = "sandbox/painter", "sandbox/sketcher", "sandbox/retoucher"
PATH = "/sandbox/v1"
P = TypeVar("P", bound="Paint")


@dataclass
class Paint(Talk):
    """The backend, its people, and how they ask for pictures."""

    def ask(
        self, who: Caller, prompt: str = "A lighthouse", *, model: str = SKETCHER, **more: Any
    ) -> dict[str, Any]:
        """A generation as the API accepted it."""
        body = {"kind": "image", "model": model, "prompt": prompt, **more}
        answer = who.post("/api/generations", json=body)
        assert answer.status_code == 201, answer.text
        asked: dict[str, Any] = answer.json()
        return asked

    def made(self, who: Caller, prompt: str = "A lighthouse", **more: Any) -> dict[str, Any]:
        """The same, once it has ended."""
        return self.ended(who, self.ask(who, prompt, **more)["id"])

    def ended(self, who: Caller, generation_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = who.get(f"/api/generations/{generation_id}").json()
            return None if found["state"] in ("waiting", "running") else found

        found = until(look, seconds=20)
        assert isinstance(found, dict)
        return found

    def has_heard(self, words: str) -> bool:
        """Whether these words came to the provider in any of its last requests."""
        return words in httpx.get(f"{self.sandbox_url}/_requests").text

    def requests(self) -> list[dict[str, Any]]:
        """What the provider was asked for pictures, oldest first."""
        exchanges = httpx.get(f"{self.sandbox_url}/_requests").json()["data"]
        return [exchange for exchange in exchanges if "/images" in exchange["path"] and exchange["body"]]


@contextmanager
def painting(
    place: Path,
    migrated: Path,
    *,
    speed: float = inf,
    seen_as: type[P] = Paint,
    **settings: Any,  # type: ignore[assignment]
) -> Iterator[P]:
    """Everything open and the list of models read."""
    sandbox = Starlette(routes=[Mount(PATH, app=create_sandbox(speed=speed, record=True, list_ugly=True))])
    with served(sandbox, path=PATH) as sandbox_url:
        place.mkdir(parents=True, exist_ok=True)
        port = urlsplit(sandbox_url).port  # where a studio without keys looks for its sandbox
        options = Settings(data_dir=place, registration="open", port=port, **settings)
        shutil.copy(migrated, options.database_path)
        app = create_app(options)
        with (
            logged_to(place / "backend.log"),
            served(app) as address,
            httpx.Client(base_url=address, timeout=20) as client,
        ):
            wait_until_open(app)
            paint = seen_as(app, place / "backend.log", client, sandbox_url)
            until(lambda: paint.studio.catalogue.default_image_model())
            yield paint
