"""How long a server asks us to wait."""

import math
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from studio.providers.error_shapes import Told
from studio.providers.loose import number

MOST_SECONDS = 60


def retry_after_seconds(headers: Mapping[str, str], told: Told, *, now: float | None = None) -> int | None:
    """
    Whole seconds, rounded up, at most 60; None if the server gave no hint.

    Hints in order of trust: the `Retry-After` header, what the body says, a used-up `X-RateLimit` window.
    `now` is unix time; a date is read against the server's own `Date` where there is one, as its clock may be
    wrong.
    """
    clock = _date(headers.get("Date")) or now or time.time()
    for hint in _hints(headers, told):
        seconds = _seconds(hint, clock)
        if seconds is not None:
            return min(max(math.ceil(seconds), 0), MOST_SECONDS)
    return _until_reset(headers, told, clock)


def _hints(headers: Mapping[str, str], told: Told) -> Iterator[object]:
    yield headers.get("Retry-After")
    yield from told.delays
    for name, value in (told.headers or {}).items():
        if name.lower() == "retry-after":
            yield value


def _seconds(hint: object, clock: float) -> float | None:
    if (seconds := number(hint)) is not None:
        return min(float(seconds), MOST_SECONDS)
    date = _date(hint)
    return None if date is None else date - clock


def _date(text: object) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _until_reset(headers: Mapping[str, str], told: Told, clock: float) -> int | None:
    """The platform's own windows. `Reset` has been seen in unix milliseconds; smaller numbers are read as seconds."""
    found = {name.lower(): value for name, value in (told.headers or {}).items()}
    found |= {
        name.lower(): value for name, value in headers.items() if name.lower().startswith("x-ratelimit-")
    }
    reset = number(found.get("x-ratelimit-reset"))
    if reset is None or number(found.get("x-ratelimit-remaining")) != 0:
        return None
    moment = float(reset)
    moment = moment / 1000 if moment > 100_000_000_000 else moment
    return math.ceil(min(max(moment - clock, 0), MOST_SECONDS))
