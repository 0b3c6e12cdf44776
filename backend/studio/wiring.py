"""Everything the parts of the backend share, wired once in app.py and handed to each route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from studio.assets.previews import Previews
from studio.chat.asking import Asking
from studio.errors import Starting
from studio.images.board import Board
from studio.once.beginning import Beginning

if TYPE_CHECKING:
    from studio.accounts.desk import Desk
    from studio.assets.files import FileStore
    from studio.catalogue.catalogue import Catalogue
    from studio.config import Settings
    from studio.db import Database
    from studio.generations.engine import Engine
    from studio.jobs.jobs import Jobs
    from studio.providers import Adapter, Provider


T = TypeVar("T")


@dataclass
class Studio:
    """One open studio. It exists once the database is open and migrated, never half."""

    settings: Settings
    db: Database
    files: FileStore
    adapter: Adapter
    provider: Provider
    catalogue: Catalogue
    engine: Engine
    desk: Desk
    jobs: Jobs
    asking: Asking = field(default_factory=Asking)
    beginning: Beginning = field(default_factory=Beginning)
    board: Board = field(default_factory=Board)
    previews: Previews = field(init=False)

    def __post_init__(self) -> None:
        self.previews = Previews(self.files)

    async def read(self, work: Callable[..., T], *args: object) -> T:
        """Run something that reads the database in a worker thread: the event loop never waits for it."""
        return await run_in_threadpool(work, *args)


async def wired(request: Request) -> Studio:
    """Dependency: the open studio; raises Starting (503) until the database is there."""
    studio = getattr(request.app.state, "studio", None)
    if studio is None:
        raise Starting
    assert isinstance(studio, Studio)
    return studio


Wired = Annotated[Studio, Depends(wired)]
