"""Trying again: only before an answer, only unbilled, only for a while, and never in silence."""

import pytest
from studio.providers import Adapter, Provider, ProviderError, RetryPolicy, UpstreamBusy, UpstreamUnavailable

from tests.support.answers import QUESTION, hear
from tests.support.scripted_server import CLOSE, ScriptedServer, answer, chunk, event, head, piece, stream

pytestmark = pytest.mark.anyio

BUSY = {"error": {"code": 429, "message": "Slow down"}}
HELLO = stream(chunk("stop", content="Hello"))


async def test_a_busy_server_is_asked_again_and_the_page_can_say_so(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(429, BUSY))
    server.play(answer(503, BUSY))
    server.play(HELLO)
    told: list[tuple[int, type[ProviderError]]] = []

    said = [
        e
        async for e in adapter.chat(
            provider, QUESTION, on_retry=lambda attempt, wait, error: told.append((attempt, type(error)))
        )
    ]

    assert told == [(1, UpstreamBusy), (2, UpstreamBusy)]
    assert said
    assert [asked.body for asked in server.asked] == [server.asked[0].body] * 3


async def test_a_short_retry_after_is_obeyed(provider: Provider, server: ScriptedServer) -> None:
    server.play(answer(429, BUSY, Retry_After="1"))
    server.play(HELLO)
    waits: list[float] = []

    async with Adapter(retry=RetryPolicy(base_seconds=0.01)) as adapter:
        async for _ in adapter.chat(provider, QUESTION, on_retry=lambda _, wait, __: waits.append(wait)):
            pass

    assert len(waits) == 1
    assert 1 <= waits[0] < 1.1


@pytest.mark.parametrize("wait", ["11", "86400"])
async def test_a_long_retry_after_is_told_and_not_waited_for(
    wait: str, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(429, BUSY, Retry_After=wait))

    outcome = await hear(adapter, provider)

    assert isinstance(outcome.error, UpstreamBusy)
    assert outcome.error.retry_after_seconds == min(int(wait), 60)
    assert len(server.asked) == 1


async def test_a_refused_connection_is_tried_again(adapter: Adapter) -> None:
    async with ScriptedServer() as gone:
        nobody = Provider("n", "Nobody", "openai", gone.url)
    told: list[int] = []

    with pytest.raises(UpstreamUnavailable):
        async for _ in adapter.chat(nobody, QUESTION, on_retry=lambda attempt, _, __: told.append(attempt)):
            pass

    assert told == [1, 2]


@pytest.mark.parametrize(
    "script",
    [
        (stream({"error": {"code": 429, "message": "x"}}, done=False),),
        (answer(200, BUSY),),
        (head(), piece(event(chunk(content="Hel"))), CLOSE),
        (head(), CLOSE),
        (CLOSE,),
    ],
)
async def test_after_the_first_byte_nothing_is_tried_again(
    script: tuple[bytes, ...], adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(*script)
    server.play(HELLO)

    outcome = await hear(adapter, provider)

    assert outcome.error is not None
    assert len(server.asked) == 1


def test_waits_grow_jitter_and_end() -> None:
    policy = RetryPolicy()
    busy = UpstreamBusy(extra_tries=2)

    first = [policy.wait_seconds(busy, 1, 0.0) for _ in range(200)]
    second = [policy.wait_seconds(busy, 2, 0.0) for _ in range(200)]

    assert all(w is not None and 0 <= w <= 1 for w in first)
    assert max(w or 0 for w in second) > 1
    assert len(set(first)) > 100
    assert policy.wait_seconds(busy, 3, 0.0) is None
    assert policy.wait_seconds(busy, 1, 20.0) is None
    assert policy.wait_seconds(UpstreamUnavailable(extra_tries=1), 2, 0.0) is None
    assert policy.wait_seconds(UpstreamUnavailable(), 1, 0.0) is None
