"""A session: what a bearer token stands for."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class EndReason(StrEnum):
    SIGNED_OUT = "signed_out"
    ENDED = "ended"  # by its owner, from the list
    REPLACED = "replaced"  # by a new sign-in in the same browser
    PASSWORD_CHANGED = "password_changed"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser or program that is signed in."""

    id: UUID
    person_id: UUID
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime
    address: str
    agent: str


def new_token() -> str:
    """256 random bits in 43 characters that need no quoting anywhere."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is stored and looked up instead of a token or code: hex SHA-256. 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
