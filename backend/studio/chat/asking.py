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


class Asking:
    """
    Where somebody is asking now. Between looking whether an answer is being written and beginning one lies a commit:
    two clicks at once must not become two answers that are both paid for.
    """

    def __init__(self) -> None:
        self._conversations: set[UUID] = set()
        self._lock = threading.Lock()

    @contextmanager
    def alone_in(self, conversation_id: UUID) -> Iterator[None]:
        """Ask with nobody else asking in this conversation; raises StillAnswering while somebody is."""
        with self._lock:
            if conversation_id in self._conversations:
                raise StillAnswering
            self._conversations.add(conversation_id)
        try:
            yield
        finally:
            with self._lock:
                self._conversations.discard(conversation_id)
