"""
Who may have news of their jobs, in memory: every page asks, and most people wait for none.

Which ends were told is in the table, so that none is lost with a process and none told twice.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from studio.db import Database
from studio.jobs.job import Job, JobState
from studio.jobs.store import lists, news
from studio.moments import now

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class News:
    """
    Jobs that have ended and that the page which asks does not know of yet, oldest first.

    `until` is the moment that this page names when it asks again; `is_more`: others are still open.
    """

    ended: list[Job]
    until: datetime
    is_more: bool


class Bell:
    """Called from any thread."""

    def __init__(self) -> None:
        self._rings: dict[UUID, int] = {}
        self._lock = threading.Lock()

    def ring_for(self, people: Iterable[UUID]) -> None:
        """After the commit that added a job of theirs; at a start, for all that `list_people_waiting` names."""
        with self._lock:
            for person_id in people:
                self._rings[person_id] = self._rings.get(person_id, 0) + 1

    def is_waiting(self, person_id: UUID) -> bool:
        """Whether there may be news."""
        return person_id in self._rings

    def saw(self, db: Database, person_id: UUID, *generation_ids: UUID) -> None:
        """This person saw the end of these where they looked for it."""
        if generation_ids and self.is_waiting(person_id):
            news.saw_ends(db, person_id, generation_ids)

    def news(self, db: Database, person_id: UUID, since: datetime | None = None) -> News:
        """
        What has ended, for a page that asked `since` then for the last time, or is new (None).

        What they stopped themselves is no news.
        """
        with self._lock:
            rings = self._rings.get(person_id)
        until = now()
        if rings is None and since is None:
            return News([], until, False)
        # In this order: what ends in between is then seen to be open, and told by the next answer.
        is_more = bool(lists.list_unfinished_of(db, person_id))
        told = news.tell(db, person_id, since)
        with self._lock:
            if not is_more and self._rings.get(person_id) == rings:
                self._rings.pop(person_id, None)
            is_more = person_id in self._rings
        if told and told[-1].finished_at is not None:
            until = max(until, told[-1].finished_at + _TICK)
        return News([job for job in told if job.state is not JobState.CANCELLED], until, is_more)
