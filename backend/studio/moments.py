"""Moments are naive UTC datetimes inside the backend, as the database stores them."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, without a time zone attached, cut to microseconds."""
    return datetime.now(UTC).replace(tzinfo=None)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, such as `2026-11-23T18:00:00.123Z`; None stays None."""
    return None if moment is None else moment.isoformat(timespec="milliseconds") + "Z"


def unix_seconds(moment: datetime) -> int:
    """Whole seconds since 1970 of a naive UTC moment."""
    return int(moment.replace(tzinfo=UTC).timestamp())
