"""
One film from its first moment to its last.

What was asked for is written down once and never changes; how far the job is follows from the clock and from whether
the film is there. So nothing that a killed process forgot can contradict the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from studio.sandbox.filming.commission import FilmCommission

LIVES_SECONDS = 6 * 3600.0


class State(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class FilmJob:
    """
    `waits_seconds` and `seconds` are already divided by the sandbox's speed. `cost_usd` None is a price nobody told.
    """

    id: str
    model: str
    created_at: float
    waits_seconds: float
    seconds: float
    cost_usd: str | None
    commission: FilmCommission
    lives_seconds: float = LIVES_SECONDS

    def state(self, now: float, *, is_there: bool, has_failed: bool) -> State:
        """Pending and in progress by the clock; completed when the time is over and the film is there."""
        if now < self.created_at + self.waits_seconds:
            return State.PENDING
        if self.is_gone(now):
            return State.EXPIRED
        if has_failed:
            return State.FAILED
        is_over = now >= self.created_at + self.seconds
        return State.COMPLETED if is_over and is_there else State.IN_PROGRESS

    def is_gone(self, now: float) -> bool:
        """Whether the film is not kept any more."""
        return now >= self.created_at + self.seconds + self.lives_seconds

    @property
    def usage(self) -> dict[str, Any]:
        cost = None if self.cost_usd is None else float(Decimal(self.cost_usd))
        return {"cost": cost, "is_byok": False}
