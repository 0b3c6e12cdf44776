"""
A running generation in memory: numbered pieces that grow, and watchers who wait for more.

The first delta leaves at once; those after it are gathered for `COALESCE_SECONDS`, because one piece costs every
service on its way a fixed price and the eye sees no difference.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from studio.generations.generation import Generation
from studio.generations.said import Piece, Said

COALESCE_SECONDS = 0.03
HEARTBEAT_SECONDS = 12.0


def delta_event(number: int, text: str, reasoning: str) -> bytes:
    """The SSE message of one piece: id is its number, so that `Last-Event-ID` resumes after it."""
    said = {"text": text, "reasoning": reasoning} if reasoning else {"text": text}
    return f"id: {number}\nevent: delta\ndata: {json.dumps(said, ensure_ascii=False)}\n\n".encode()


class Live:
    """One running generation. Everything here happens on the event loop."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.pieces = Said()
        self.saved = 0  # pieces that are in the database
        self.is_ending = False  # its end is being written, with all its pieces
        self.notice: str | None = None  # such as "The provider is busy; trying again in 3 s"
        self.is_over = False
        self.is_closing = False  # the process ends: watchers leave, and come back to the next one
        self.watchers = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._flushed_at = -COALESCE_SECONDS
        self._announced = 0  # how often the notice has changed
        self._timer: asyncio.TimerHandle | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._loop = asyncio.get_running_loop()

    def say(self, text: str, reasoning: str = "") -> None:
        """Take a delta in; it becomes (part of) a piece at once or within `COALESCE_SECONDS`."""
        if text:
            self._text.append(text)
        if reasoning:
            self._reasoning.append(reasoning)
        if self._timer is not None:
            return
        due = self._flushed_at + COALESCE_SECONDS - self._loop.time()
        if due <= 0:
            self.flush()
        else:
            self._timer = self._loop.call_later(due, self.flush)

    def flush(self) -> None:
        """Make a piece of what was gathered and wake the watchers."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._text and not self._reasoning:
            return
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        self._text.clear()
        self._reasoning.clear()
        self.pieces.append(text, reasoning)
        self._flushed_at = self._loop.time()
        self.wake()

    def announce(self, notice: str | None) -> None:
        """Show or clear a sentence about what the generation is waiting for."""
        if notice != self.notice:
            self.notice = notice
            self._announced += 1
            self.wake()

    def end(self) -> None:
        """Nothing follows; `generation` holds the final state."""
        self.is_over = True
        self.wake()

    @property
    def text(self) -> str:
        return self.pieces.text

    @property
    def reasoning(self) -> str:
        return self.pieces.reasoning

    async def wait(self) -> None:
        """
        Wait until something changed or the engine ticked.

        Each watcher has a future of its own: a task that is cancelled cancels the future it waits for, and one
        watcher who leaves must not wake or break the others. `asyncio.wait_for` would cost a timer for each piece.
        """
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        await waiter

    async def watch(self, after: int) -> AsyncIterator[list[Piece]]:
        """
        Pieces after this number, in order, as they come.

        Ends when the generation has ended (`is_over`) or when this process ends (`is_closing`). An empty list says
        that the notice has changed, or is a heartbeat, due after `HEARTBEAT_SECONDS` of silence. A watcher that leaves
        changes nothing for the generation.
        """
        self.watchers += 1
        spoke_at = self._loop.time()
        heard = 0
        try:
            while True:
                fresh = self.pieces[after:]
                # Not "and nothing is fresh": an answer that writes as fast as it is sent would never let go.
                if self.is_closing or (self.is_over and not fresh):
                    return
                is_silent = self._loop.time() - spoke_at >= HEARTBEAT_SECONDS
                if fresh or heard != self._announced or is_silent:
                    after += len(fresh)
                    heard = self._announced
                    spoke_at = self._loop.time()
                    yield fresh
                else:
                    await self.wait()
        finally:
            self.watchers -= 1

    def wake(self) -> None:
        """Let every watcher look again."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
