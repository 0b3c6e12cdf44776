"""
Pictures as they come: proven, kept and noted in the job, so that a kill does not lose what is paid for.

A noted file has no row until the end is written. Whoever finds the job after a kill ends it with what was noted.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from studio.assets.files import FileStore
from studio.assets.making import MadeFile, made_picture
from studio.errors import StorageFull, StudioError
from studio.images.board import Progress
from studio.images.outcome import Came
from studio.jobs.desk import JobDesk
from studio.jobs.job import Job
from studio.jobs.waiting import tell_of_failure
from studio.moments import now

CAME = "came"  # the note
# A disk that is full when a paid picture comes has ten minutes to be emptied.
ROOM_SECONDS = (1.0, 2.0, 5.0, *[15.0] * 40)


@dataclass(slots=True)
class Keeper:
    """Shared by all jobs: pictures are decoded one at a time, and those who wait hold no thread that all need."""

    files: FileStore
    room_seconds: Sequence[float] = ROOM_SECONDS
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def keep(self, data: bytes, desk: JobDesk, came: Came, progress: Progress) -> None:
        """Add the picture to what `came`, or why it cannot be. A stop waits for that, though not for room."""
        hurry = asyncio.Event()
        looking = asyncio.create_task(self._look_at(data, desk, came, progress, hurry))
        try:
            await asyncio.shield(looking)
        except asyncio.CancelledError as cancelled:
            hurry.set()
            while not looking.done():  # the process may end behind a stop: neither may cost the picture
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([looking])
            if (error := looking.exception()) is not None:
                tell_of_failure(error)
                raise cancelled from error
            raise

    async def _look_at(
        self, data: bytes, desk: JobDesk, came: Came, progress: Progress, hurry: asyncio.Event
    ) -> None:
        try:
            made = await self._made(data, hurry)
        except StudioError as error:
            came.bad.append(error)
            return
        if came.out.first_token_at is None:
            came.out.first_token_at = now()
        came.files.append(made)
        progress.shown.append(made.sha256)
        await desk.record(
            desk.job.step, notes={**desk.job.notes, CAME: [asdict(each) for each in came.files]}
        )

    async def _made(self, data: bytes, hurry: asyncio.Event) -> MadeFile:
        for seconds in self.room_seconds:
            try:
                return await self._try(data)
            except StorageFull:
                if hurry.is_set():
                    raise
            try:
                async with asyncio.timeout(seconds):
                    await hurry.wait()
            except TimeoutError:
                pass
        return await self._try(data)

    async def _try(self, data: bytes) -> MadeFile:
        async with self.decoding:
            return await asyncio.to_thread(made_picture, self.files, data)


def noted(job: Job, files: FileStore) -> list[MadeFile]:
    """What had come before the process died, as far as it is still there."""
    found = [MadeFile(**each) for each in job.notes.get(CAME, ())]
    return [each for each in found if files.path(each.sha256).exists()]
