"""One question at a time in a conversation."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from studio.errors import Conflict


class StillAnswering(Conflict):
    code = "still_answering"
    text = "The answer is still being written. Stop it first, or wait until it is finished."
    field = "prompt"


class Turns:
    """
    Who is asking now. Between looking whether an answer is being written and beginning one lies a commit: two clicks
    at once must not become two answers that are both paid for.
    """

    def __init__(self) -> None:
        self._taken: set[UUID] = set()
        self._lock = threading.Lock()

    @contextmanager
    def take(self, conversation_id: UUID) -> Iterator[None]:
        """The conversation to oneself; raises StillAnswering while somebody else has it."""
        with self._lock:
            if conversation_id in self._taken:
                raise StillAnswering
            self._taken.add(conversation_id)
        try:
            yield
        finally:
            with self._lock:
                self._taken.discard(conversation_id)
