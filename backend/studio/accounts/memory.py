"""Live sessions in memory, so that knowing who calls costs no database read."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from studio.accounts.person import Person

MOST_SESSIONS = 10_000  # about 1 kB each
TOUCH_EVERY = timedelta(minutes=5)


@dataclass(slots=True)
class Remembered:
    person: Person
    expires_at: datetime
    seen_at: datetime

    def wants_touch(self, moment: datetime) -> bool:
        """Whether `last_seen_at` is to be written; says so once in TOUCH_EVERY."""
        if moment - self.seen_at < TOUCH_EVERY:
            return False
        self.seen_at = moment
        return True


class SessionMemory:
    """
    An exact copy of the live sessions used last, by the fingerprint of their token.

    Exact because one process owns the database: every verb that ends a session, or changes who a person is,
    calls forget_… after its commit. A lookup that read the database before that commit and comes back after it
    must not put the dead session here; `epoch` tells it that something was forgotten in between.
    """

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, Remembered] = OrderedDict()
        self._epoch = 0

    @property
    def epoch(self) -> int:
        return self._epoch

    def find(self, fingerprint: str, moment: datetime) -> Remembered | None:
        """The session, if it is here and its time is not over."""
        with self._lock:
            found = self._sessions.get(fingerprint)
            if found is None:
                return None
            if found.expires_at <= moment:
                del self._sessions[fingerprint]
                return None
            self._sessions.move_to_end(fingerprint)
            return found

    def remember(self, fingerprint: str, session: Remembered, *, epoch: int) -> None:
        """Keep what was read from the database since `epoch`, unless something was forgotten meanwhile."""
        with self._lock:
            if epoch != self._epoch:
                return
            self._sessions[fingerprint] = session
            if len(self._sessions) > self._most:
                self._sessions.popitem(last=False)

    def forget_session(self, session_id: UUID) -> None:
        self._forget(lambda person: person.session_id == session_id)

    def forget_person(self, person_id: UUID) -> None:
        """All sessions of a person; live ones are read from the database again at their next use."""
        self._forget(lambda person: person.id == person_id)

    def __len__(self) -> int:
        return len(self._sessions)

    def _forget(self, is_meant: Callable[[Person], bool]) -> None:
        # A scan of 10,000 entries takes about a millisecond; endings are rare, a second index could disagree.
        with self._lock:
            self._epoch += 1
            for key in [key for key, session in self._sessions.items() if is_meant(session.person)]:
                del self._sessions[key]
