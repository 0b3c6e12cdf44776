"""What a job can meet on its way, and what can be wrong with a wish about one."""

from studio.errors import Conflict, Limited, Refused


class LeaseLost(Refused):
    """Somebody else ended the job or claimed it: whoever held the lease must write nothing more."""


class CancelWished(Exception):
    """Raised at a safe point once the person, or an administrator, wants the job to end."""


class TryAgain(Exception):
    """
    The step failed and is worth another try. `reason` is a code, `text` a sentence for a person.

    `after_seconds` is what the other side asked for; the back-off may wait longer.
    """

    def __init__(
        self, reason: str, text: str, *, after_seconds: float = 0.0, provider_error: str | None = None
    ) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.after_seconds = after_seconds
        self.provider_error = provider_error


class AlreadyFinished(Conflict):
    code = "already_finished"
    text = "This has already ended."


class NotFinished(Conflict):
    code = "not_finished"
    text = "This has not ended yet. Cancel it first."


class NotWaiting(Conflict):
    code = "not_waiting"
    text = "This does not wait any more, so it cannot be moved in line."


class CannotRepeat(Conflict):
    code = "cannot_repeat"
    text = "This cannot be tried again."


class ProviderGone(CannotRepeat):
    code = "provider_gone"


class TooManyWaiting(Limited):
    code = "too_many_waiting"
    text = "You have as much waiting as this studio takes. Please let some of it finish first."
