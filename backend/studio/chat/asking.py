"""One question at a time in a conversation."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from studio.errors import Conflict

COMMIT_SECONDS = 10.0


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
        self._changed = threading.Condition()

    @contextmanager
    def alone_in(self, conversation_id: UUID) -> Iterator[None]:
        """Ask with nobody else asking in this conversation; raises StillAnswering while somebody is."""
        with self._changed:
            if conversation_id in self._conversations:
                raise StillAnswering
            self._conversations.add(conversation_id)
        try:
            yield
        finally:
            with self._changed:
                self._conversations.discard(conversation_id)
                self._changed.notify_all()

    def wait_until_asked(self, conversation_id: UUID) -> None:
        """Until whoever is asking in this conversation now is done with it: a commit's time."""
        with self._changed:
            self._changed.wait_for(lambda: conversation_id not in self._conversations, COMMIT_SECONDS)
