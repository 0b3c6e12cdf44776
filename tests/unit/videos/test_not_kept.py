"""
A disk that fills, or a decoder that does not load, while a video is fetched: tried again, then ended with its reason,
and nothing half-written.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from studio.assets import store as assets
from studio.assets.files import TEMPORARY, Draft, FileStore
from studio.db import Database
from studio.jobs.store import lists
from studio.jobs.worker import Worker
from studio.providers import Adapter
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.patience import Patience

from tests.support.decoders import missing_decoder
from tests.support.jobs import soon
from tests.support.videos import ALICE, ask, made, sandbox_at

pytestmark = pytest.mark.anyio


class FullFiles(FileStore):
    """A real file store on a disk that is full for so many drafts."""

    full_for = 0

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        with super().draft() as draft:
            if self.full_for:
                self.full_for -= 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            yield draft


@pytest.fixture
def files(place: Path) -> FullFiles:
    return FullFiles(place / "media")


@pytest.fixture
async def worker(db: Database, files: FullFiles, sandbox: str) -> AsyncIterator[Worker]:
    """It makes videos once it is woken."""
    async with Adapter(film_pause_seconds=0.01) as adapter:
        provider = sandbox_at(sandbox)
        fetching = Fetching(files, adapter, provider, 5_000_000)
        patience = Patience(look_seconds=0.01, most_full=4)
        made = Worker(db, [VideoMaker(db, files, adapter, provider, fetching, lambda _, __: None, patience)])
        made.start()
        yield made
        await made.close()


async def ended(db: Database, worker: Worker) -> str:
    worker.wake()

    def look() -> str | None:
        (job,) = lists.list_jobs(db, lists.Filter(), 10)
        return f"{job.state} {job.reason}" if job.is_finished else None

    return str(await soon(look))


async def test_a_disk_that_is_emptied_in_time_costs_nothing_but_time(
    db: Database, worker: Worker, files: FullFiles, place: Path
) -> None:
    files.full_for = 2
    generation_id = await asyncio.to_thread(ask, db)

    assert await ended(db, worker) == "done None"

    (asset,) = assets.list_made(db, ALICE, [generation_id])[generation_id]
    assert list(files.list_hashes()) == [asset.sha256]


async def test_a_disk_that_stays_full_ends_it_with_the_reason_and_the_cost(
    db: Database, worker: Worker, files: FullFiles, place: Path
) -> None:
    files.full_for = 1000
    generation_id = await asyncio.to_thread(ask, db)

    assert await ended(db, worker) == "failed storage_full"

    found = made(db, generation_id)
    assert "disk is full" in (found.reason_text or "")
    assert str(found.outcome.cost_usd) == "0.020000000"
    assert list(files.list_hashes()) == []
    assert list((place / "media" / TEMPORARY).iterdir()) == []


async def test_a_decoder_that_is_mended_in_time_costs_nothing_but_time(
    db: Database, worker: Worker, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = missing_decoder(place, monkeypatch)
    generation_id = await asyncio.to_thread(ask, db)
    worker.wake()

    def is_told() -> bool:
        (job,) = lists.list_jobs(db, lists.Filter(), 10)
        return "cannot open videos" in str(job.notes.get("notice"))

    await soon(is_told)
    mark.unlink()

    assert await ended(db, worker) == "done None"
    assert len(assets.list_made(db, ALICE, [generation_id])[generation_id]) == 1


async def test_a_decoder_that_never_loads_ends_it_with_the_reason_and_the_cost(
    db: Database, worker: Worker, files: FullFiles, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing_decoder(place, monkeypatch)
    generation_id = await asyncio.to_thread(ask, db)

    assert await ended(db, worker) == "failed cannot_open_videos"

    found = made(db, generation_id)
    assert "cannot open videos" in (found.reason_text or "")
    assert str(found.outcome.cost_usd) == "0.020000000"
    assert list(files.list_hashes()) == []
    assert list((place / "media" / TEMPORARY).iterdir()) == []
