"""One at a time under one key: what comes with a request is kept before its key is written."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from studio.errors import Conflict
from studio.once.once import Once

# As long as large pictures take to be taken in; whoever waits holds a thread that answers requests.
WAIT_SECONDS = 20.0


class StillBeginning(Conflict):
    code = "still_beginning"
    text = "The same was asked for a moment ago and is still being taken in. Please look again in a moment."


class Beginning:
    """
    Which requests are being begun now. Between looking for what a key began and writing it lie the files that came
    with the form: a second press must not put them into the gallery once more.
    """

    def __init__(self) -> None:
        self._begun: set[tuple[object, str]] = set()
        self._changed = threading.Condition()

    @contextmanager
    def alone_with(self, once: Once | None) -> Iterator[None]:
        """
        Begin with nobody else beginning the same; whoever comes second waits and then finds what the first began.

        A request without a key waits for nobody. Raises StillBeginning after 20 seconds. Blocks: call it in a thread.
        """
        if once is None:
            yield
            return
        name = (once.person_id, once.key)
        with self._changed:
            if not self._changed.wait_for(lambda: name not in self._begun, WAIT_SECONDS):
                raise StillBeginning
            self._begun.add(name)
        try:
            yield
        finally:
            with self._changed:
                self._begun.discard(name)
                self._changed.notify_all()
