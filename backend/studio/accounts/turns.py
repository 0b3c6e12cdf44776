"""One at a time for each key, everybody else at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Locks that exist only while somebody holds or awaits them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Hold the turn of this key."""
        with self._lock:
            turn, count = self._waiting.get(key, (threading.Lock(), 0))
            self._waiting[key] = turn, count + 1
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, count = self._waiting.pop(key)
                if count > 1:
                    self._waiting[key] = turn, count - 1

    def __len__(self) -> int:
        return len(self._waiting)
