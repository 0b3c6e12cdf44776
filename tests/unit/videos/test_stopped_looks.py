"""A video that is stopped while it is looked at or encoded anew: its process ends, and nobody's thread is held."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from studio.assets.files import TEMPORARY, FileStore
from studio.providers import Adapter, Provider, VideoOutput, VideoStatus
from studio.videos.fetching import Fetching

from tests.support.films import film_bytes, film_in
from tests.support.jobs import soon
from tests.support.videos import sandbox_at

pytestmark = pytest.mark.anyio

MOST_BYTES = 5_000_000
# More than the executor has threads that everybody shares.
STOPS = min(32, (os.cpu_count() or 1) + 4) + 1
PROMPT_SECONDS = 3.0  # of a busy machine; what is stuck would take as long as the program sleeps


class Reel:
    """The adapter's part that downloads: what it brings lies here already."""

    def __init__(self, film: bytes) -> None:
        self.film = film
        self.films = self

    async def download(
        self,
        provider: Provider,
        status: VideoStatus,
        output: VideoOutput,
        keep: Callable[[AsyncIterator[bytes]], Awaitable[None]],
        most_bytes: int,
    ) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield self.film

        await keep(pieces())


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """Holds the number of each process that was begun and does not end by itself, a line each."""
    path = tmp_path / "begun"
    path.touch()
    return path


def endless(program: str, begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this program never ends by itself."""
    python = begun.parent / "python"
    python.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *studio.assets.{program}*) echo $$ >> {begun}; exec sleep 60;; esac\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))


def fetching_of(files: FileStore, film: bytes) -> Fetching:
    return Fetching(files, cast(Adapter, Reel(film)), sandbox_at("http://127.0.0.1:9"), MOST_BYTES)


def fetch(fetching: Fetching) -> asyncio.Task[Any]:
    async def downloaded() -> None:
        pass

    nothing = cast(Any, None)  # the reel asks for neither
    return asyncio.create_task(fetching.fetch(nothing, nothing, downloaded))


def living(begun: Path) -> list[str]:
    return [number for number in begun.read_text().split() if Path(f"/proc/{number}").exists()]


async def stopped(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_more_stops_than_there_are_threads_hold_none_of_them(
    files: FileStore, begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless("looking", begun, monkeypatch)
    fetching = fetching_of(files, film_bytes())

    for number in range(1, STOPS + 1):
        task = fetch(fetching)
        await soon(lambda number=number: len(begun.read_text().split()) == number)
        await stopped(task)

    async with asyncio.timeout(PROMPT_SECONDS):
        await asyncio.to_thread(lambda: None)
    await soon(lambda: not living(begun))
    assert list(files.list_hashes()) == []


@pytest.mark.parametrize("program", ["looking", "recoding"])
async def test_the_next_video_s_turn_comes_and_nothing_half_written_stays(
    files: FileStore, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    real, old = sys.executable, tmp_path / "old"
    film_in(old, "mpeg4", "yuv420p")
    endless(program, begun, monkeypatch)
    fetching = fetching_of(files, old.read_bytes())
    first = fetch(fetching)
    await soon(lambda: len(living(begun)) == 1)
    waiting, leaving = fetch(fetching), fetch(fetching)
    await asyncio.sleep(0)
    monkeypatch.setattr(sys, "executable", real)

    await stopped(leaving)
    await stopped(first)

    made = await waiting
    assert (made.came_as, made.plays) == ("mpeg4", True)
    assert living(begun) == []
    assert list(files.list_hashes()) == [made.sha256]
    assert list((tmp_path / "media" / TEMPORARY).iterdir()) == []


async def test_one_turn_at_a_time_also_behind_a_stop(
    files: FileStore, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless("looking", begun, monkeypatch)
    fetching = fetching_of(files, film_bytes())
    at_work = fetch(fetching)

    for number in range(1, 4):
        await soon(lambda number=number: len(begun.read_text().split()) == number)
        waiting = fetch(fetching)  # never two: whose turn it were would be a matter of threads
        await soon(lambda: len(list((tmp_path / "media" / TEMPORARY).iterdir())) == 2)
        assert len(living(begun)) == 1
        await stopped(at_work)
        at_work = waiting

    await soon(lambda: len(begun.read_text().split()) == 4)
    await stopped(at_work)
    await soon(lambda: not living(begun))


async def test_a_stop_while_it_is_kept_leaves_nothing(
    files: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, task = asyncio.get_running_loop(), None

    class Slow(FileStore):
        """It is stopped behind the first block, and sees the others once that is so."""

        def receive(self, source: Any, limit_bytes: int) -> Any:
            def blocks() -> Any:
                for block in source:
                    yield block
                    asyncio.run_coroutine_threadsafe(stopped(task), loop).result(10)  # type: ignore[arg-type]

            return super().receive(blocks(), limit_bytes)

    slow = Slow(tmp_path / "media")
    late = film_bytes()
    task = fetch(fetching_of(slow, late))
    with pytest.raises(asyncio.CancelledError):
        await task

    await soon(lambda: not list((tmp_path / "media" / TEMPORARY).iterdir()))
    assert list(slow.list_hashes()) == []


async def test_what_plays_is_kept_while_another_is_encoded_anew(
    files: FileStore, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    film_in(old, "mpeg4", "yuv420p")
    endless("recoding", begun, monkeypatch)
    encoded = fetch(fetching := fetching_of(files, old.read_bytes()))
    await soon(lambda: len(living(begun)) == 1)

    fetching._adapter = cast(Adapter, Reel(film_bytes()))
    async with asyncio.timeout(4 * PROMPT_SECONDS):
        made = await fetch(fetching)

    assert (made.came_as, made.plays, encoded.done()) == (None, True, False)
    await stopped(encoded)
    await soon(lambda: not living(begun))
    assert list(files.list_hashes()) == [made.sha256]
