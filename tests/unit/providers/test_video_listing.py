"""What a server says of the videos it has: read with care, as a submission may go out again because of it."""

import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from studio.moments import now, unix_seconds
from studio.providers import Adapter, Provider, UpstreamBusy, VideoListing

from tests.support.scripted_server import ScriptedServer, answer

pytestmark = pytest.mark.anyio

SINCE = now()


def entry(name: str, after: float = 0, **more: Any) -> dict[str, Any]:
    moment = unix_seconds(SINCE + timedelta(seconds=after))
    return {"id": name, "object": "video", "status": "queued", "created_at": moment, **more}


async def listing(adapter: Adapter, provider: Provider) -> VideoListing | None:
    return await adapter.films.list_since(provider, SINCE)


async def test_it_is_read_a_page_at_a_time_until_the_moment_is_reached(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    first = entry("b", 9, model="m", prompt="The sea", seconds="8", size="1280x720")
    server.play(answer(200, {"data": [first], "has_more": True}))
    server.play(answer(200, {"data": [entry("a/1", -9)], "has_more": True}))

    found = await listing(adapter, plain)

    assert found is not None
    assert found.is_whole
    assert [asked.target for asked in server.asked] == [
        "/v1/videos?limit=100&order=desc",
        "/v1/videos?limit=100&order=desc&after=b",
    ]
    video = found.videos[0]
    assert (video.model, video.prompt, video.seconds, video.size) == ("m", "The sea", 8, "1280x720")
    assert (found.videos[1].prompt, found.videos[1].seconds) == (None, None)


@pytest.mark.parametrize(
    ("page", "is_whole"),
    [
        ({"data": [], "has_more": False}, True),
        ({"data": []}, False),  # it may be that it shows nothing of all there is
        ({"data": [entry("a", 5)]}, False),
        ({"data": [entry("a", 5), entry("b", -5)]}, True),
        ({"data": [entry("a", -5), entry("b", 5), entry("c", -9)], "has_more": False}, False),
        ({"data": [entry("a", 5), "b"], "has_more": False}, False),
        ({"data": [entry("a", 5), {"status": "queued"}], "has_more": False}, False),
        ({"data": [{"id": "a", "status": "queued"}], "has_more": False}, False),
    ],
)
async def test_it_is_whole_only_where_nothing_can_be_missing(
    adapter: Adapter, plain: Provider, server: ScriptedServer, page: dict[str, Any], is_whole: bool
) -> None:
    server.play(answer(200, page))

    found = await listing(adapter, plain)

    assert found is not None
    assert found.is_whole is is_whole


@pytest.mark.parametrize(
    "said",
    [
        answer(405, {"detail": "Method Not Allowed"}),
        answer(404, {"error": {"message": "Not found"}}),
        answer(403, {"error": {"message": "This key may not list videos."}}),
        answer(200, b"<html>", "text/html"),
        answer(200, {"error": {"message": "no"}}),
        answer(200, [1, 2]),
    ],
)
async def test_no_list_is_none(
    adapter: Adapter, plain: Provider, server: ScriptedServer, said: bytes
) -> None:
    server.play(said)

    assert await listing(adapter, plain) is None


async def test_a_busy_server_is_to_be_asked_later(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(503, {"error": {"message": "overloaded"}}))

    with pytest.raises(UpstreamBusy):
        await listing(adapter, plain)


async def test_openrouter_is_not_asked(adapter: Adapter, provider: Provider, server: ScriptedServer) -> None:
    assert await listing(adapter, provider) is None
    assert server.asked == []


async def test_a_clock_that_goes_wrong_is_told_by_its_own_date(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    date = format_datetime(now() + timedelta(hours=1))
    server.play(answer(200, {"data": [entry("b", 3590)], "has_more": True}, Date=date))
    server.play(answer(200, {"data": [entry("a", -1)], "has_more": True}, Date=date))

    found = await listing(adapter, plain)

    assert found is not None
    assert found.is_whole
    assert len(found.videos) == 2  # by our clock the first may still not reach back to the moment
    assert abs(found.clock_ahead - timedelta(hours=1)) < timedelta(seconds=5)


async def test_a_date_without_a_place_is_utc(
    adapter: Adapter, plain: Provider, server: ScriptedServer, in_tokyo: None
) -> None:
    date = format_datetime(now())
    assert date.endswith("-0000")
    server.play(answer(200, {"data": [], "has_more": False}, Date=date))

    found = await listing(adapter, plain)

    assert found == VideoListing((), is_whole=True, clock_ahead=timedelta(0))


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Mon, 01 Jan 0001 00:00:00 +1400",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Tue, 24 Nov 2026 12:00:00 +99999999999999999999",
        "yesterday",
        format_datetime(SINCE + timedelta(days=2)),
        format_datetime(SINCE - timedelta(days=2)),
    ],
    ids=["after the last day", "before the first", "the last day", "far away", "words", "ahead", "behind"],
)
async def test_a_date_that_cannot_be_leaves_it_open_what_is_missing(
    adapter: Adapter, plain: Provider, server: ScriptedServer, date: str
) -> None:
    server.play(answer(200, {"data": [entry("a", 5), entry("b", -5)], "has_more": False}, Date=date))

    found = await listing(adapter, plain)

    assert found is not None
    assert [video.status.job.id for video in found.videos] == ["a", "b"]
    assert (found.is_whole, found.clock_ahead) == (False, timedelta(0))


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()
