"""
Who waits for news of their jobs, in memory: every page asks whether there may be any, and most people wait for none.

What is remembered is only since when somebody has waited and what they saw end on its own card; everything else is in
the table. A process that starts anew rings for whoever has jobs open.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from studio.db import Database
from studio.jobs.job import Job, JobState
from studio.jobs.store import lists
from studio.moments import now

MOST_NEWS = 5


@dataclass(slots=True)
class _Waiting:
    since: datetime
    rings: int = 0
    seen: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class News:
    """Jobs that have ended and were not told of yet, oldest first; `is_more` whether others are still open."""

    ended: list[Job]
    is_more: bool


class Bell:
    """Called from any thread."""

    def __init__(self) -> None:
        self._people: dict[UUID, _Waiting] = {}
        self._lock = threading.Lock()

    def ring_for(self, people: Iterable[UUID]) -> None:
        """After the commit that added a job of theirs."""
        with self._lock:
            for person_id in people:
                self._people.setdefault(person_id, _Waiting(now())).rings += 1

    def is_waiting(self, person_id: UUID) -> bool:
        """Whether there may be news."""
        return person_id in self._people

    def saw(self, person_id: UUID, generation_id: UUID) -> None:
        """This person saw the end of it already."""
        with self._lock:
            if person_id in self._people:
                self._people[person_id].seen.add(generation_id)

    def news(self, db: Database, person_id: UUID) -> News:
        """What has ended since the last time; each is told once. What they stopped themselves is no news."""
        with self._lock:
            waiting = self._people.get(person_id)
            if waiting is None:
                return News([], False)
            since, rings = waiting.since, waiting.rings
        until = now()
        ended = lists.list_ended(db, person_id, since, until)
        is_more = bool(lists.list_unfinished_of(db, person_id))
        with self._lock:
            told = [job for job in ended if job.generation_id not in waiting.seen]
            waiting.since = max(waiting.since, until)
            if not is_more and waiting.rings == rings:
                self._people.pop(person_id, None)
            is_more = person_id in self._people
        fresh = [job for job in told if job.state is not JobState.CANCELLED]
        return News(fresh[-MOST_NEWS:], is_more)
