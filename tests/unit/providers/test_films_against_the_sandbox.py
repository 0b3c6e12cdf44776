"""Every misbehaviour with films, through the adapter: each ends as it should, and none ends twice or never."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from studio.providers import (
    Adapter,
    Provider,
    ProviderError,
    RetryPolicy,
    Timeouts,
    VideoRequest,
    VideoStatus,
)
from studio.providers.videos import VideoOutput
from studio.sandbox.app import create_sandbox
from studio.sandbox.films.manners import BAD, ODD

from tests.support.sandbox import served

pytestmark = pytest.mark.anyio

LIMIT_BYTES = 8 * 1024 * 1024
POLLS = 120
WISH = {"size": "128x72", "duration": 1, "seed": 5}

# What becomes of each: a film, a state it ends in, or the error of a step. Those not named give a film.
ENDS = {
    "stuck": "still running",
    "stuck-pending": "still pending",
    "fails": "failed",
    "fails-silently": "failed",
    "cancelled": "cancelled",
    "expired": "expired",
    "expired-link": "download UpstreamGone",
    "lost-film": "download UpstreamGone",
    "early": "download UpstreamBusy",
    "always-half": "download UpstreamBrokeOff",
    "html": "download UpstreamMalformed",
    "html-as-video": "download UpstreamMalformed",
    "empty": "download UpstreamMalformed",
    "huge": "download UpstreamTooLarge",
    "huge-declared": "download UpstreamTooLarge",
    "vanishes": "poll UpstreamLost",
    "5xx-always": "poll UpstreamBusy",
    "lost-answer": "submit UpstreamOutcomeUnknown",
    "html-answer": "submit UpstreamOutcomeUnknown",
    "no-id": "submit UpstreamOutcomeUnknown",
    "unavailable": "submit UpstreamOutcomeUnknown",
    "overloaded": "submit UpstreamBusy",
    "refuses": "submit UpstreamRefused",
    "no-balance": "submit UpstreamPaymentRequired",
    "rate-limited": "submit UpstreamBusy",
}
NO_FILM = ("junk", "truncated")  # bytes that only who looks into them can tell from a film
PASSING = ("UpstreamUnavailable", "UpstreamBusy", "UpstreamTimeout", "UpstreamMalformed", "UpstreamBrokeOff")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Provider]:
    app = Starlette(routes=[Mount("/v1", app=create_sandbox(speed=1000, list_ugly=True, record=True))])
    with served(app, path="/v1") as url:
        yield Provider("sandbox", "Sandbox", "sandbox", url, SecretStr("sk-sandbox"), is_simulated=True)


@pytest.fixture
async def adapter() -> AsyncIterator[Adapter]:
    limits = Timeouts(connect=5, headers=20, silence=20)
    async with Adapter(timeouts=limits, retry=RetryPolicy(tries=1), film_pause_seconds=0.01) as made:
        yield made


async def followed(adapter: Adapter, provider: Provider, status: VideoStatus) -> VideoStatus:
    """Polled as a patient caller does: an error that may pass is asked about again, a few times."""
    errors = 0
    for _ in range(POLLS):
        try:
            status = await adapter.films.poll(provider, status.job)
        except ProviderError as error:
            errors += 1
            if type(error).__name__ not in PASSING or errors > 6:
                raise
        if status.is_ended:
            return status
        await asyncio.sleep(0.02)
    return status


async def outcome(adapter: Adapter, provider: Provider, model: str) -> tuple[str, bytes]:
    async def sink(pieces: AsyncIterator[bytes]) -> bytes:
        return b"".join([piece async for piece in pieces])

    step = "submit"
    try:
        status = await adapter.films.submit(provider, VideoRequest(model, "the sea", WISH))
        step = "poll"
        status = await followed(adapter, provider, status)
        if not status.outputs:
            return (status.state.value if status.is_ended else f"still {status.state.value}"), b""
        step = "download"
        films = [
            await adapter.films.download(provider, status, output, sink, LIMIT_BYTES)
            for output in status.outputs
        ]
        return "film", films[-1]
    except ProviderError as error:
        return f"{step} {type(error).__name__}", b""


@pytest.mark.parametrize(
    "name", [*BAD, *(model.id.removeprefix("sandbox/video-") for model in ODD if model.sizes)]
)
async def test_each_ends_as_it_should(adapter: Adapter, sandbox: Provider, name: str) -> None:
    if name.startswith("stuck"):
        status = await adapter.films.submit(sandbox, VideoRequest(f"sandbox/video-{name}", "the sea", WISH))
        await asyncio.sleep(0.05)
        status = await adapter.films.poll(sandbox, status.job)
        assert f"still {status.state.value}" == ENDS[name]
        return

    ended, film = await outcome(adapter, sandbox, f"sandbox/video-{name}")

    assert ended == ENDS.get(name, "film")
    assert not film or name in NO_FILM or film[4:8] == b"ftyp"


async def test_a_lost_answer_left_a_job_and_was_asked_for_once(adapter: Adapter, sandbox: Provider) -> None:
    async with httpx.AsyncClient(base_url=sandbox.base_url) as client:
        await client.delete("/_requests")

        ended, _ = await outcome(adapter, sandbox, "sandbox/video-lost-answer")

        asked = (await client.get("/_requests")).json()["data"]
    assert ended == "submit UpstreamOutcomeUnknown"
    assert [exchange["path"] for exchange in asked if exchange["method"] == "POST"] == ["/videos"]


async def test_two_films_are_two_downloads(adapter: Adapter, sandbox: Provider) -> None:
    status = await adapter.films.submit(sandbox, VideoRequest("sandbox/video-two", "the sea", WISH))

    status = await followed(adapter, sandbox, status)

    assert [output.index for output in status.outputs] == [0, 1]
    assert all(isinstance(output, VideoOutput) for output in status.outputs)
