"""
Whose turn it is.

In front stands whoever would have the fewest jobs running with this one; then whoever has waited longest for a start
(without this, of two people with nothing running the one with the older jobs would win every time); then what is more
urgent; then what is older. Urgency is weighed after fairness: it orders a person's own jobs and pushes nobody aside.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from studio.jobs.rules import Rules

_NEVER = -1


class Place(NamedTuple):
    """One job that waits; ids as text, moments in microseconds."""

    priority: int
    created_at: int
    id: str
    kind: str
    person: str
    provider: str | None

    @property
    def lane(self) -> tuple[str, str]:
        return self.kind, self.person


@dataclass(slots=True)
class Busy:
    """What runs already, counted in the three ways that have a limit."""

    kinds: Counter[str] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    providers: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add(self, kind: str, person: str, provider: str | None) -> None:
        self.kinds[kind] += 1
        self.people[kind, person] += 1
        self.providers[kind, provider] += 1


def in_turn(
    waiting: Iterable[Place],
    busy: Busy,
    turns: Mapping[tuple[str, str], int],
    rules: Mapping[str, Rules] | None,
) -> Iterator[Place]:
    """
    The jobs that may begin, one after the other; `busy` is counted up as they are taken.

    `turns` tells when a (kind, person) last had a start. Without rules it is the whole line, in its order. Every job
    that is left out at the end fits no more.
    """
    lanes: dict[tuple[str, str], deque[Place]] = defaultdict(deque)
    for place in sorted(waiting):
        lanes[place.lane].append(place)
    heap = [
        (busy.people[lane] + 1, turns.get(lane, _NEVER), places[0], lane) for lane, places in lanes.items()
    ]
    heapq.heapify(heap)
    served = max(turns.values(), default=0) + 1
    while heap:
        _, turn, place, lane = heapq.heappop(heap)
        rule = rules[place.kind] if rules is not None else None
        if rule and (busy.kinds[place.kind] >= rule.at_once or busy.people[lane] >= rule.at_once_per_person):
            continue  # nothing of this kind fits, or nothing of this person
        lanes[lane].popleft()
        if not rule or busy.providers[place.kind, place.provider] < rule.at_once_per_provider:
            yield place
            busy.add(place.kind, place.person, place.provider)
            turn, served = served, served + 1
        if lanes[lane]:
            heapq.heappush(heap, (busy.people[lane] + 1, turn, lanes[lane][0], lane))
