"""Fetching what a provider made: to a file that nobody names, looked at, and only then kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from studio.assets.child import Child
from studio.assets.files import BLOCK_BYTES, FileStore
from studio.assets.making import MadeFile
from studio.assets.video import kept_video, seen_video
from studio.providers import Adapter, Provider, VideoOutput, VideoStatus

T = TypeVar("T")

DOWNLOADS_AT_ONCE = 4  # as many unfinished files of full size may lie on the disk


class Fetching:
    """
    Shared by all jobs, because videos are looked at one after the other, and encoded anew one after the other: each
    takes a whole core.
    """

    def __init__(self, files: FileStore, adapter: Adapter, provider: Provider, most_bytes: int) -> None:
        self._files = files
        self._adapter = adapter
        self._provider = provider
        self._most_bytes = most_bytes
        self._downloading = asyncio.Semaphore(DOWNLOADS_AT_ONCE)
        # Here and not only in the thread: those who wait must not hold the threads that everybody needs.
        self._looking, self._recoding = asyncio.Semaphore(1), asyncio.Semaphore(1)

    async def fetch(
        self, status: VideoStatus, output: VideoOutput, downloaded: Callable[[], Awaitable[None]]
    ) -> MadeFile:
        """
        One file of a completed job, kept with its poster; `downloaded` is called when it is here, before it is kept.

        A download that breaks off begins at zero again. Raises ProviderError, NotAVideo, VideoDamaged, StorageFull;
        then nothing stays.
        """
        async with self._downloading:
            with self._files.draft() as draft:

                async def keep(pieces: AsyncIterator[bytes]) -> None:
                    await _write(pieces, draft.path)

                await self._adapter.films.download(self._provider, status, output, keep, self._most_bytes)
                await downloaded()
                return await self._look(draft.path)

    async def _look(self, path: Path) -> MadeFile:
        """Most are kept in a moment: they wait for none that is encoded anew, which takes minutes."""
        seen = await _in_turn(self._looking, lambda child: seen_video(path, child))
        turn = self._looking if seen.plays else self._recoding
        return await _in_turn(turn, lambda child: kept_video(self._files, seen, child))


async def _in_turn(turn: asyncio.Semaphore, work: Callable[[Child], T]) -> T:
    """Cancelled, it kills the process that works. The next one's turn comes once the thread has left as well."""
    await turn.acquire()
    child = Child()
    working = asyncio.create_task(asyncio.to_thread(work, child))

    def left(working: asyncio.Task[T]) -> None:
        turn.release()
        if not working.cancelled():
            working.exception()  # of work that was stopped nobody asks how it ended

    working.add_done_callback(left)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        child.stop()
        raise


async def _write(pieces: AsyncIterator[bytes], place: Path) -> None:
    """A megabyte at a time, in threads: a disk may be slow."""
    with place.open("wb") as file:
        waiting: list[bytes] = []
        size = 0
        async for piece in pieces:
            waiting.append(piece)
            size += len(piece)
            if size >= BLOCK_BYTES:
                await asyncio.to_thread(file.write, b"".join(waiting))
                waiting, size = [], 0
        await asyncio.to_thread(file.write, b"".join(waiting))
