"""Who people are: the caller of a request, the account behind it, and the names they go by."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from studio.accounts.errors import BadName
from studio.naming import one_line

MAX_NAME_CHARACTERS = 80


class Role(StrEnum):
    MEMBER = "member"
    ADMIN = "admin"


class State(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Person:
    """Who calls, as every other feature sees it."""

    id: UUID
    email: str
    name: str
    role: Role
    session_id: UUID

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the books know them; without the password's hash, which leaves the store only for checking."""

    id: UUID
    email: str
    name: str
    role: Role
    state: State
    created_at: datetime

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_active(self) -> bool:
        return self.state is State.ACTIVE


def clean_name(text: str | None, *, email: str) -> str:
    """The name to show; the part before the @ when none was given. Raises BadName when it is too long."""
    name = one_line((text or "")[: 10 * MAX_NAME_CHARACTERS])
    if len(name) > MAX_NAME_CHARACTERS:
        raise BadName
    return name or email.rpartition("@")[0]
