"""The videos that a server knows of: OpenAI's `GET /videos`, the newest first, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from studio.moments import now
from studio.providers.errors import UpstreamKeyRejected, UpstreamRefused
from studio.providers.http import Http
from studio.providers.loose import count, mapping, mappings, number, read_json, string
from studio.providers.provider import Provider
from studio.providers.video_answer import moment_of, status_of
from studio.providers.videos import VideoStatus

PAGE_VIDEOS = 100
MOST_PAGES = 10
CLOCK_ROUNDING = timedelta(seconds=2)  # a header in whole seconds and a trip over the network
MOST_CLOCK_AHEAD = timedelta(days=1)  # or behind: no clock goes that wrong, so that is not what it says


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """One video as the list shows it. What the server does not tell is None; `created_at` is by its own clock."""

    status: VideoStatus
    created_at: datetime | None
    model: str | None
    prompt: str | None
    seconds: int | None
    size: str | None


@dataclass(frozen=True, slots=True)
class VideoListing:
    """
    The newest first. `is_whole`: no video made since the moment that was asked about can be missing.

    `clock_ahead` is how much the server's clock is ahead of ours, by its `Date`: of a gateway's clock, perhaps, and not
    of the one that `created_at` is from. So whole means whole by this clock and by ours.
    """

    videos: tuple[ListedVideo, ...]
    is_whole: bool
    clock_ahead: timedelta = timedelta(0)


async def list_videos(http: Http, provider: Provider, since: datetime) -> VideoListing | None:
    """
    What the server made since a moment of our clock, and before it as far as its pages go.

    None where there is no such list, or none for this key. Raises other ProviderErrors: ask again later.
    Source: OpenAI's reference, "List videos"; its clones keep the shape.
    """
    found: list[ListedVideo] = []
    ahead, after = timedelta(0), ""
    for _ in range(MOST_PAGES):
        url = provider.url(f"/videos?limit={PAGE_VIDEOS}&order=desc{after}")
        try:
            response = await http.open(provider, "GET", url)
        except (UpstreamRefused, UpstreamKeyRejected):
            return None
        told_ahead = _clock_ahead(response.headers.get("Date"))
        body = await http.read(provider, response)
        try:
            page = mapping(read_json(body.decode("utf-8", "replace")))
        except ValueError:
            return None
        if not isinstance(page.get("data"), list):
            return None
        entries = mappings(page["data"])
        videos = [video for entry in entries if (video := _video(provider, entry)) is not None]
        is_readable = len(videos) == len(page["data"])
        found += videos
        if told_ahead is None:
            break
        ahead = told_ahead
        if page.get("has_more") is False or _reaches(found, since + min(ahead, timedelta(0))):
            return VideoListing(tuple(found), is_readable and _is_in_order(found), ahead)
        if not videos or not is_readable or page.get("has_more") is not True:
            break
        after = f"&after={quote(videos[-1].status.job.id, safe='')}"
    return VideoListing(tuple(found), False, ahead)


def _video(provider: Provider, entry: Mapping[str, Any]) -> ListedVideo | None:
    status = status_of(provider, entry)
    if status is None:
        return None
    seconds = number(entry.get("seconds"))  # a text in OpenAI's own answers
    return ListedVideo(
        status,
        moment_of(entry.get("created_at")),
        string(entry.get("model")),
        string(entry.get("prompt")),
        None if seconds is None else count(seconds),
        string(entry.get("size")),
    )


def _reaches(videos: list[ListedVideo], moment: datetime) -> bool:
    return bool(videos) and videos[-1].created_at is not None and videos[-1].created_at < moment


def _is_in_order(videos: list[ListedVideo]) -> bool:
    """Whether the newest come first, as was asked: else what is missing may be anywhere."""
    moments = [video.created_at for video in videos]
    known = [moment for moment in moments if moment is not None]
    return len(known) == len(moments) and known == sorted(known, reverse=True)


def _clock_ahead(date: str | None) -> timedelta | None:
    """Zero where nothing is said or rounding explains it; None where what is said cannot be."""
    if date is None:
        return timedelta(0)
    try:
        moment = parsedate_to_datetime(date)
        # `-0000` is UTC of a server that does not say where it is.
        ahead = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).replace(tzinfo=None) - now()
    except (ValueError, OverflowError):
        return None
    if abs(ahead) > MOST_CLOCK_AHEAD:
        return None
    return ahead if abs(ahead) > CLOCK_ROUNDING else timedelta(0)
