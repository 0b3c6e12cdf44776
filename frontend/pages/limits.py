"""How much may be sent at once: the backend says so, here it is remembered for a minute."""

import json
import time
from threading import Lock

from flask import current_app

from pages.backend import CONNECT_SECONDS, Backend, BackendDown

UNTIL_TOLD_BYTES = 25_000_000
REMEMBERED_SECONDS = 60.0


class Limits:
    """The backend's answer, the last one while it is away. Whoever finds it old asks; the others do not wait for it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._asking = Lock()
        self._told_bytes = UNTIL_TOLD_BYTES
        self._good_until = 0.0

    @property
    def upload_bytes(self) -> int:
        """The largest body of a form with files, all of it together."""
        if time.monotonic() >= self._good_until and self._asking.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._asking.release()
        return self._told_bytes

    def _ask(self) -> None:
        self._good_until = time.monotonic() + REMEMBERED_SECONDS
        try:
            answer = self._backend.fetch("/api/limits", read_seconds=CONNECT_SECONDS)
            told = json.loads(answer.body)["upload_max_bytes"] if answer.status == 200 else None
        except (BackendDown, ValueError, KeyError, TypeError):
            told = None
        if isinstance(told, int) and told > 0:
            self._told_bytes = told
        else:
            self._good_until = 0.0


def limits() -> Limits:
    found: Limits = current_app.extensions["limits"]
    return found
