"""Entries of the audit log: who changed what, from what, to what, from where."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.ids import new_id


@dataclass(frozen=True, slots=True)
class Entry:
    """`action` is noun.verb, `subject` noun:id, `before` and `after` are JSON objects or None."""

    id: UUID
    happened_at: datetime
    actor_id: UUID | None
    action: str
    subject: str
    before: str | None
    after: str | None
    address: str

    @classmethod
    def of(
        cls,
        action: str,
        subject: str,
        *,
        actor_id: UUID | None,
        address: str,
        moment: datetime,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> "Entry":
        return cls(new_id(), moment, actor_id, action, subject, _json(before), _json(after), address)


def _json(facts: Mapping[str, object] | None) -> str | None:
    return None if facts is None else json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
