"""
The noun: a generation carries its recipe, its state with a reason, and what it made.

States: waiting → running → done | failed | cancelled | interrupted. A row in one of the last four never changes
again, except that a cost found out later may be filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from studio.ids import new_id
from studio.moments import iso


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


UNFINISHED = (State.WAITING, State.RUNNING)
NANO_USD = Decimal("0.000000001")


def booked(usd: Decimal | None) -> Decimal | None:
    """A cost as the books hold it, to the billionth of a dollar; what cost something never becomes nothing."""
    return None if usd is None else usd.quantize(NANO_USD, ROUND_UP)


@dataclass(slots=True)
class Outcome:
    """What the provider has reported so far; unknown values stay None."""

    answered_model: str | None = None
    provider_request_id: str | None = None
    finish_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: Decimal | None = None
    started_at: datetime | None = None
    first_token_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(slots=True)
class Generation:
    """One generation as stored; `text` and `reasoning` are what is known, also while it runs."""

    id: UUID
    person_id: UUID
    kind: str
    state: State
    provider_id: UUID
    provider: str
    model: str
    prompt: str
    params: dict[str, Any]
    is_simulated: bool
    asked_at: datetime
    price_list: dict[str, Any] = field(default_factory=dict)
    input_hashes: list[str] = field(default_factory=list)
    parent_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    reason: str | None = None
    reason_text: str | None = None
    text: str = ""
    reasoning: str = ""
    last_piece: int = 0
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED

    def asked_anew(self, moment: datetime) -> "Generation":
        """One that waits, with the same recipe and this as its parent."""
        return replace(
            self,
            id=new_id(),
            state=State.WAITING,
            reason=None,
            reason_text=None,
            text="",
            parent_id=self.id,
            asked_at=moment,
            outcome=Outcome(),
        )

    def as_json(self, assets: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """
        The shape of DESIGN §6; money is a decimal string, moments are ISO 8601, unknown is null. `assets` are what it
        made, as theirs say (generations/made.py).
        """
        out = self.outcome
        return {
            "id": str(self.id),
            "kind": self.kind,
            "state": self.state.value,
            "reason": self.reason,
            "message": self.reason_text,
            "model": self.model,
            "provider": self.provider,
            "prompt": self.prompt,
            "params": self.params,
            "text": self.text,
            "reasoning": self.reasoning,
            "assets": list(assets),
            "input_tokens": out.input_tokens,
            "output_tokens": out.output_tokens,
            "reasoning_tokens": out.reasoning_tokens,
            "cost_usd": None if out.cost_usd is None else format(out.cost_usd, "f"),
            "held_usd": None,
            "finish_reason": out.finish_reason,
            "asked_at": iso(self.asked_at),
            "started_at": iso(out.started_at),
            "first_token_at": iso(out.first_token_at),
            "finished_at": iso(out.finished_at),
            "parent_id": None if self.parent_id is None else str(self.parent_id),
            "conversation_id": None if self.conversation_id is None else str(self.conversation_id),
            "is_simulated": self.is_simulated,
        }
