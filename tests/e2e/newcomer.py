"""Somebody who was registered for one test, and may change."""

from dataclasses import dataclass

from tests.support.services import Services


@dataclass(frozen=True)
class Newcomer:
    """An account with as many sessions as wanted."""

    services: Services
    email: str

    def session(self) -> str:
        """The token of another session."""
        return self.services.new_token(self.email)
