"""How many threads are bound to streams: each open one holds a thread of the server until it ends."""

import threading
from collections.abc import Callable

from pages.errors import TooManyStreams

SHARE_FOR_STREAMS = 0.8


class Streams:
    """Counts open streams, so that they never take the threads that pages need."""

    def __init__(self, server_threads: int) -> None:
        self.limit = max(1, int(server_threads * SHARE_FOR_STREAMS))
        self._open = 0
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        return self._open

    def admit(self) -> Callable[[], None]:
        """Take a place and return what gives it back (any number of calls). Raises TooManyStreams."""
        with self._lock:
            if self._open >= self.limit:
                raise TooManyStreams
            self._open += 1
        is_over = threading.Event()

        def leave() -> None:
            with self._lock:
                if not is_over.is_set():
                    is_over.set()
                    self._open -= 1

        return leave
