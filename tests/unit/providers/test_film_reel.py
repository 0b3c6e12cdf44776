"""From which places a video is fetched, when it is gone, and how slowly it may come."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from studio.providers import Adapter, Provider, ProviderError, Timeouts, UpstreamBusy, UpstreamRefused
from studio.providers.errors import (
    UpstreamGone,
    UpstreamKeyRejected,
    UpstreamMalformed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from studio.providers.filming import Films
from studio.providers.links import Links
from studio.providers.videos import VideoJob, VideoOutput, VideoState, VideoStatus

from tests.support.scripted_server import END, HOLD, Pause, ScriptedServer, answer, head, piece

pytestmark = pytest.mark.anyio

JOB = VideoJob("gen-vid-1790000000-A")
USUAL = f"/v1/videos/{JOB.id}/content?index=0"
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
MOST = 1_000_000


@pytest.fixture
async def films() -> AsyncIterator[Films]:
    """As patient as a test; a link may lead anywhere."""
    limits = Timeouts(connect=2, headers=2, lookup=2, silence=2, error_body=0.2)
    links = Links(noun="video", pause_seconds=0.01, allows=lambda _: True)
    async with Adapter(timeouts=limits, film_links=links, film_pause_seconds=0.01) as adapter:
        yield adapter.films


async def kept(pieces: AsyncIterator[bytes]) -> bytes:
    """A sink that keeps what comes in memory."""
    return b"".join([piece async for piece in pieces])


def completed(*outputs: VideoOutput, **more: Any) -> VideoStatus:
    return VideoStatus(JOB, VideoState.COMPLETED, "completed", outputs=outputs or (VideoOutput(),), **more)


def film() -> bytes:
    return head(200, "video/mp4") + piece(FILM) + END


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_storage_that_the_provider_sends_us_to_gets_no_key(
    films: Films, server: ScriptedServer, provider: Provider, status: int
) -> None:
    async with ScriptedServer() as storage:
        server.play(answer(status, b"", "text/plain", Location=storage.url + "/f?signature=s"))
        storage.play(film())

        assert await films.download(provider, completed(), VideoOutput(), kept, MOST) == FILM

        assert storage.asked[0].target == "/v1/f?signature=s"
        assert "authorization" not in storage.asked[0].headers


async def test_a_storage_in_our_own_network_is_not_asked(server: ScriptedServer, provider: Provider) -> None:
    async with ScriptedServer() as private, Adapter(film_pause_seconds=0.01) as guarded:
        server.play(answer(302, b"", "text/plain", Location=private.url + "/inside"))

        with pytest.raises(UpstreamMalformed, match="does not follow"):
            await guarded.films.download(provider, completed(), VideoOutput(), kept, MOST)

        assert private.asked == []


async def test_a_storage_cannot_lead_back_into_our_own_network(
    server: ScriptedServer, provider: Provider
) -> None:
    async with ScriptedServer() as storage, ScriptedServer() as private:
        links = Links(noun="video", pause_seconds=0.01, allows=lambda _: not storage.asked)
        server.play(answer(302, b"", "text/plain", Location=storage.url + "/f"))
        storage.play(answer(302, b"", "text/plain", Location=private.url + "/inside"))
        async with Adapter(film_links=links, film_pause_seconds=0.01) as adapter:
            with pytest.raises(UpstreamMalformed, match="does not follow"):
                await adapter.films.download(provider, completed(), VideoOutput(), kept, MOST)

        assert (len(storage.asked), private.asked) == (1, [])


@pytest.mark.parametrize(
    "usual",
    [
        answer(400, {"error": "no such route"}),
        answer(401, {"error": "no"}),
        answer(405, {"error": "no such route"}),
        answer(409, {"error": "not finished"}),
        answer(500, {"error": "oops"}),
        answer(501, {"error": "no such route"}),
        answer(200, b"<title>Welcome</title>", "text/html"),
        answer(200, {"error": {"code": 404, "message": "no such route"}}),
    ],
    ids=["400", "401", "405", "409", "500", "501", "a page", "json"],
)
async def test_whatever_is_wrong_with_the_usual_place_the_link_is_asked(
    films: Films, server: ScriptedServer, provider: Provider, usual: bytes
) -> None:
    async with ScriptedServer() as elsewhere:
        server.always(USUAL, usual)
        elsewhere.play(film())
        output = VideoOutput(0, elsewhere.url + "/f.mp4")

        assert await films.download(provider, completed(output), output, kept, MOST) == FILM


@pytest.mark.parametrize(
    ("usual", "link", "kind"),
    [
        (404, 503, UpstreamUnavailable),
        (503, 404, UpstreamBusy),
        (404, 403, UpstreamGone),
        (410, 404, UpstreamGone),
        (400, 410, UpstreamRefused),
        (401, 403, UpstreamKeyRejected),
    ],
)
async def test_it_is_gone_only_where_every_place_says_so(
    films: Films,
    server: ScriptedServer,
    provider: Provider,
    usual: int,
    link: int,
    kind: type[ProviderError],
) -> None:
    async with ScriptedServer() as elsewhere:
        server.always(USUAL, answer(usual, {"error": "no"}))
        elsewhere.always("/v1/signed", answer(link, {"error": "no"}))
        output = VideoOutput(0, None, elsewhere.url + "/signed")

        with pytest.raises(kind) as raised:
            await films.download(provider, completed(output), output, kept, MOST)

        assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [(404, UpstreamGone), (409, UpstreamBusy), (502, UpstreamUnavailable), (503, UpstreamBusy)],
)
async def test_the_code_of_an_error_under_http_200_counts_like_a_status(
    films: Films, server: ScriptedServer, provider: Provider, code: int, kind: type[ProviderError]
) -> None:
    server.always(USUAL, answer(200, {"error": {"code": code, "message": "Not now"}}))

    with pytest.raises(kind) as raised:
        await films.download(provider, completed(), VideoOutput(), kept, MOST)

    assert (type(raised.value), raised.value.provider_message) == (kind, "Not now")


async def test_a_text_that_does_not_come_is_not_waited_for(
    films: Films, server: ScriptedServer, provider: Provider
) -> None:
    server.always(
        USUAL,
        head(200, "text/html", chunked=False, Content_Length="500"),
        HOLD,
    )

    async with asyncio.timeout(5):
        with pytest.raises(UpstreamMalformed, match="a text in place of the video"):
            await films.download(provider, completed(), VideoOutput(), kept, MOST)


@pytest.mark.parametrize("is_elsewhere", [False, True])
async def test_one_that_drips_is_given_up_after_the_time_of_grace(
    server: ScriptedServer, provider: Provider, is_elsewhere: bool
) -> None:
    drip = [step for byte in FILM for step in (piece(bytes([byte])), Pause(0.01))]
    links = Links(noun="video", allows=lambda _: True)
    async with ScriptedServer() as elsewhere, Adapter(timeouts=Timeouts(grace=0.1), film_links=links) as slow:
        output = VideoOutput(0, elsewhere.url + "/f.mp4" if is_elsewhere else None)
        dripping = elsewhere if is_elsewhere else server
        server.always(USUAL, answer(410, {}))
        dripping.always(
            "/v1/f.mp4" if is_elsewhere else USUAL,
            head(200, "video/mp4"),
            *drip,
        )

        async with asyncio.timeout(5):
            with pytest.raises(UpstreamTimeout, match="too slowly"):
                await slow.films.download(provider, completed(output), output, kept, MOST)
            await dripping.asked[-1].disconnected.wait()

        assert len(dripping.asked) == 1


async def test_the_time_that_a_slow_disk_takes_is_not_the_provider_s(
    server: ScriptedServer, provider: Provider
) -> None:
    async def slowly(pieces: AsyncIterator[bytes]) -> int:
        size = 0
        async for each in pieces:
            size += len(each)
            await asyncio.sleep(0.4)
        return size

    server.play(head(200, "video/mp4"), piece(FILM[:20]), Pause(0.02), piece(FILM[20:40]), END)
    async with Adapter(timeouts=Timeouts(grace=0.3)) as quick:
        assert await quick.films.download(provider, completed(), VideoOutput(), slowly, MOST) == 40
