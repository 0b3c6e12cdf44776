"""
How many threads are bound to somebody far away: an open stream holds a thread of the server until it ends, and so does
a body that arrives slowly. The server itself has no time limit for bodies.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pages.errors import TooManyArriving, TooManyStreams

SHARE_FOR_STREAMS = 0.8
SHARE_FOR_STREAMS_OF_ONE = 0.2  # of one session: a page holds one, so this is a hundred open pages
SHARE_FOR_BODIES = 0.4
SHARE_FOR_BODIES_OF_ONE = 0.2  # of one address: who begins bodies and never ends them stops only themselves


class Streams:
    """Counts open streams, so that they never take the threads that pages need."""

    def __init__(self, server_threads: int) -> None:
        self.limit = max(1, int(server_threads * SHARE_FOR_STREAMS))
        self.limit_of_one = max(1, int(server_threads * SHARE_FOR_STREAMS_OF_ONE))
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        return self._open.total()

    def admit(self, session: str) -> Callable[[], None]:
        """Take a place and return what gives it back (any number of calls). Raises TooManyStreams."""
        with self._lock:
            if self._open[session] >= self.limit_of_one or self._open.total() >= self.limit:
                raise TooManyStreams
            self._open[session] += 1
        is_over = threading.Event()

        def leave() -> None:
            with self._lock:
                if not is_over.is_set():
                    is_over.set()
                    self._open[session] -= 1
                    if not self._open[session]:
                        del self._open[session]

        return leave


class Arrivals:
    """
    Counts threads that wait for bytes of a body: 560 connections that promised 100 bytes and sent none stopped every
    page for as long as they stayed. A whole body that is there already is read in no time and meets no limit.
    """

    def __init__(self, server_threads: int) -> None:
        self.limit = max(2, int(server_threads * SHARE_FOR_BODIES))
        self.limit_of_one = max(1, int(server_threads * SHARE_FOR_BODIES_OF_ONE))
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self, address: str) -> Iterator[None]:
        """While one read waits for this address. Raises TooManyArriving."""
        with self._lock:
            if self._waiting[address] >= self.limit_of_one or self._waiting.total() >= self.limit:
                raise TooManyArriving
            self._waiting[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[address] -= 1
                if not self._waiting[address]:
                    del self._waiting[address]
