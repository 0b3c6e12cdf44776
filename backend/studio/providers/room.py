"""Room in memory for the pictures of all answers that come at the same time."""

import asyncio

MOST_TOGETHER_BYTES = 256 * 1024 * 1024  # one answer alone may hold 160 MB (lifting.py), and sixteen may come


class Room:
    """
    What each answer holds, by whatever names it; on the event loop only.

    Beyond the limit an answer is not read on, which its server notices as a slow line. The one that has held pictures
    for longest always goes on, so that whatever happens one comes to its end and makes room.
    """

    def __init__(self, most_bytes: int = MOST_TOGETHER_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: dict[object, int] = {}
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def held_bytes(self) -> int:
        return sum(self._held.values())

    def hold(self, answer: object, size_bytes: int) -> None:
        """From now on it holds so much; 0 when it is over."""
        before = self._held.get(answer, 0)
        if size_bytes:
            self._held[answer] = size_bytes
        else:
            self._held.pop(answer, None)
        if size_bytes < before:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def wait(self, answer: object, more_bytes: int = 0) -> None:
        """Until it may be read on, or may hold so much more."""
        while (
            self.held_bytes + more_bytes > self._most_bytes and next(iter(self._held), answer) is not answer
        ):
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
