"""An adapter with short limits, a server that does what it is told, and a provider that points to it."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from studio.providers import Adapter, Provider, RetryPolicy, Timeouts

from tests.support.scripted_server import ScriptedServer

KEY = "sk-or-v1-0123456789abcdef"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
async def adapter() -> AsyncIterator[Adapter]:
    limits = Timeouts(connect=2, headers=2, lookup=0.3, silence=1, after_finish=0.3, error_body=0.5)
    patience = RetryPolicy(base_seconds=0.01, most_wait_seconds=0.02)
    async with Adapter(timeouts=limits, retry=patience, cost_delays_seconds=(0.01, 0.01, 0.01)) as made:
        yield made


@pytest.fixture
def provider(server: ScriptedServer) -> Provider:
    return Provider("p", "Acme Cloud", "openrouter", server.url, SecretStr(KEY))


@pytest.fixture
def plain(server: ScriptedServer) -> Provider:
    """A server that is only OpenAI-compatible, without a key."""
    return Provider("q", "Llama Box", "openai", server.url)
