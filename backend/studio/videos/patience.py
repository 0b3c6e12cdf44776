"""How long a video is waited for, and how often it is asked after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from studio.moments import now

GROWTH = 1.4  # of the pause between two looks
MOST_PAUSES = 6.0  # the longest pause in shortest ones: half a minute beside five seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """
    `look_seconds` is the shortest pause between two looks; the others are in proportion to it, so that a test which
    divides it divides them all.
    """

    look_seconds: float = 5.0
    lasts: timedelta = timedelta(hours=2)  # from when the provider took it, and anew from when it has made it
    most_tries: int = 4  # of a provider that is busy or away, which costs nothing
    most_fetches: int = 5  # each of several downloads, of what is no video; what may pass has all of `lasts`
    most_damaged: int = (
        2  # whole files that are no video: the second could only mend what the way there broke
    )
    most_full: int = (
        10  # with a full disk or no decoder, which people mend in an hour rather than in a minute
    )
    most_lost: int = 3  # looks in a row at which the provider did not know it
    settled_looks: int = 24  # two minutes: longer than a server takes to list what it had begun to read
    most_asked_again: int = 1  # after the provider's list showed that it never got the request

    @property
    def told(self) -> str:
        """How long, in words."""
        minutes = max(1, round(self.lasts.total_seconds() / 60))
        return f"{minutes // 60} hours" if minutes >= 120 else f"{minutes} minutes"

    def deadline(self) -> datetime:
        """Of the whole job from when the provider took it: waiting and fetching end it before, each with its reason."""
        return now() + 12 * self.lasts

    def is_over(self, submitted_at: datetime) -> bool:
        return now() - submitted_at >= self.lasts

    def is_settled(self, asked_at: datetime) -> bool:
        """Whether a request that went out then, and came to anything, would be in the provider's list by now."""
        return now() - asked_at >= timedelta(seconds=self.look_seconds * self.settled_looks)

    def next_look(self, looks: int, after_seconds: int | None = None) -> datetime:
        """After so many looks; a server may ask for a longer pause, but not for more than ten of our longest."""
        pause = self.look_seconds * min(GROWTH ** min(looks, 100), MOST_PAUSES)
        return self._together(self._in(max(pause, self._asked(after_seconds))))

    def next_try(self, tries: int, after_seconds: int | None = None) -> datetime:
        return self._in(max(self.look_seconds * 2 ** (tries - 1), self._asked(after_seconds)))

    def next_fetch(
        self, tries: int, after_seconds: int | None = None, links_end_at: datetime | None = None
    ) -> datetime:
        """Doubled each time, up to a quarter of an hour beside five seconds, and once more before the links end."""
        pause = self.look_seconds * min(3 * 2 ** min(tries - 1, 10), 180)
        moment = self._in(max(pause, self._asked(after_seconds)))
        if links_end_at is None:
            return moment
        last = links_end_at - timedelta(seconds=self.look_seconds * MOST_PAUSES)
        return last if self._in(self.look_seconds) < last < moment else moment

    def _asked(self, after_seconds: int | None) -> float:
        return min(float(after_seconds or 0), self.look_seconds * MOST_PAUSES * 10)

    def _together(self, moment: datetime) -> datetime:
        """A moment for many: one claim and one commit for the looks of a tenth of a second, beside pauses of five."""
        return moment + timedelta(seconds=-moment.timestamp() % (self.look_seconds / 50))

    @staticmethod
    def _in(seconds: float) -> datetime:
        return now() + timedelta(seconds=seconds)
