"""What the accounts keep in memory while the studio is open."""

from dataclasses import dataclass, field

from studio.accounts.memory import SessionMemory
from studio.accounts.passwords import Passwords
from studio.accounts.turns import Turns


@dataclass(frozen=True, slots=True)
class Desk:
    """One for each open studio: the one hasher, the one memory of live sessions."""

    passwords: Passwords = field(default_factory=Passwords)
    memory: SessionMemory = field(default_factory=SessionMemory)
    turns: Turns = field(default_factory=Turns)

    def close(self) -> None:
        self.passwords.close()
