"""
What is known of pictures while they are made: how many are there, and what one may see of them already.

In memory only: a process that starts anew knows of none, and the pages then say no more than that it is being made.
Only the event loop writes here; other threads read.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class Progress:
    """`shown` are the contents (sha256) of the pictures that are kept by now, in their order."""

    wanted: int
    shown: list[str] = field(default_factory=list)

    @property
    def made(self) -> int:
        return len(self.shown)


class Board:
    """The pictures that are made in this process, by generation."""

    def __init__(self) -> None:
        self._progress: dict[UUID, Progress] = {}
        self._waiters: dict[UUID, list[asyncio.Future[None]]] = {}

    def find(self, generation_id: UUID) -> Progress | None:
        return self._progress.get(generation_id)

    def begin(self, generation_id: UUID, wanted: int) -> Progress:
        """To be called on the event loop, as all that follows."""
        progress = self._progress[generation_id] = Progress(wanted)
        self.wake(generation_id)
        return progress

    def end(self, generation_id: UUID) -> None:
        self._progress.pop(generation_id, None)
        self.wake(generation_id)

    def wake(self, generation_id: UUID) -> None:
        """Something changed: whoever waits looks again."""
        for waiter in self._waiters.pop(generation_id, []):
            if not waiter.done():
                waiter.set_result(None)

    async def changed(self, generation_id: UUID, seconds: float) -> None:
        """Wait for a change, or for so long: what is written in the database changes without a word here."""
        waiter = asyncio.get_running_loop().create_future()
        waiters = self._waiters.setdefault(generation_id, [])
        waiters.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        finally:
            if waiter in waiters:
                waiters.remove(waiter)
            if not waiters and self._waiters.get(generation_id) is waiters:
                del self._waiters[generation_id]
