"""What the accounts keep in memory while the studio is open."""

from dataclasses import dataclass, field

from studio.accounts.memory import SessionMemory
from studio.accounts.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Desk:
    """One for each open studio: the one hasher and the one memory of live sessions."""

    passwords: Passwords = field(default_factory=Passwords)
    memory: SessionMemory = field(default_factory=SessionMemory)

    def close(self) -> None:
        self.passwords.close()
