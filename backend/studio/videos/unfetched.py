"""A video that is made and paid for and did not come: whether it is fetched again, and how it ends if not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from studio.assets.video import CannotLook, NotAVideo, VideoDamaged
from studio.errors import StorageFull, StudioError
from studio.generations.generation import State
from studio.providers import UpstreamGone, UpstreamTooLarge
from studio.providers.film_reel import PASSING
from studio.videos.outcome import Verdict
from studio.videos.patience import Patience
from studio.videos.reasons import reason_text

# Notes of a job: when the provider first said that the video is finished, and how often each error came since.
MADE_AT, UNFETCHED = "made_at", "unfetched"
OURS = (StorageFull, CannotLook)  # for people to mend, who need an hour


def is_over(patience: Patience, notes: Mapping[str, Any]) -> bool:
    """
    Whether it took too long: counted from when the provider took it on, and anew from when it was made, so that a
    slow provider leaves no less time for the fetching.
    """
    since = notes.get(MADE_AT) or notes.get("submitted_at")
    return bool(since) and patience.is_over(datetime.fromisoformat(str(since)))


def too_late(patience: Patience, notes: Mapping[str, Any], provider: str) -> Verdict:
    """How what took too long ends."""
    reason = "not_fetched" if notes.get(MADE_AT) else "too_slow"
    return Verdict(State.FAILED, "timed_out", reason_text(reason, provider, hours=patience.told))


def once_more(patience: Patience, notes: Mapping[str, Any], error: StudioError) -> dict[str, Any] | None:
    """The notes for another try; None where none is of use. What may pass has time, everything else so many tries."""
    counted = dict(notes.get(UNFETCHED, {}))
    counted[error.code] = counted.get(error.code, 0) + 1
    if (
        is_over(patience, notes)
        if isinstance(error, PASSING)
        else counted[error.code] >= _most(patience, error)
    ):
        return None
    return {**notes, UNFETCHED: counted, "notice": error.text}


def tries_so_far(notes: Mapping[str, Any]) -> int:
    return sum(notes.get(UNFETCHED, {}).values())


def given_up(patience: Patience, error: StudioError, provider: str) -> Verdict:
    """How it ends that is not fetched any more."""
    reason, text = error.code, error.text
    if isinstance(error, UpstreamGone):
        reason, text = "content_expired", reason_text("content_expired", provider)
    elif isinstance(error, PASSING):
        text = f"{reason_text('not_fetched', provider, hours=patience.told)} {error.text}"
    elif isinstance(error, OURS):
        text = reason_text(error.code, provider)
    return Verdict(State.FAILED, reason, text, getattr(error, "provider_message", None) or "")


def _most(patience: Patience, error: StudioError) -> int:
    if isinstance(error, UpstreamGone | UpstreamTooLarge):
        return 1
    if isinstance(error, NotAVideo | VideoDamaged):
        return patience.most_damaged
    return patience.most_full if isinstance(error, OURS) else patience.most_fetches
