"""How many jobs of a kind may run, how often they are tried, and how long they wait between two tries."""

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Rules:
    """
    For one kind of job. A job that has begun counts until it ends, also while it rests between two steps.

    `most_attempts` counts the tries of one step in a row; a kill counts as one, because the job may have caused it.
    """

    at_once: int = 16
    at_once_per_person: int = 4
    at_once_per_provider: int = 16
    most_attempts: int = 5
    base_seconds: float = 2.0
    most_wait_seconds: float = 300.0

    def limited(self, at_once: int, per_person: int) -> "Rules":
        """The same with so many of a kind at one provider, and so many of them for one person."""
        return replace(
            self, at_once=at_once, at_once_per_provider=at_once, at_once_per_person=min(per_person, at_once)
        )

    def wait_seconds(self, attempts: int) -> float:
        """
        Until the next try after `attempts` that failed: doubled each time, the upper half of it by chance.

        Not the whole by chance, as for a person who waits: a job that comes back at once helps nobody.
        """
        longest = min(self.most_wait_seconds, self.base_seconds * 2.0 ** min(attempts - 1, 30))
        return random.uniform(longest / 2, longest)
