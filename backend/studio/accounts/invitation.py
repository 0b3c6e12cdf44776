"""An invitation: a link that makes one account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from studio.accounts.person import Role


class Standing(StrEnum):
    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Invitation:
    id: UUID
    note: str
    role: Role
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    used_by: UUID | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def standing(self, moment: datetime) -> Standing:
        if self.used_at is not None:
            return Standing.USED
        if self.revoked_at is not None:
            return Standing.REVOKED
        return Standing.OPEN if self.expires_at > moment else Standing.EXPIRED
