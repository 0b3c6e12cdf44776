"""Every misbehaviour of the sandbox, through the adapter: each ends in an end or in an error with a name."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from studio.providers import (
    Adapter,
    ChatRequest,
    Provider,
    ProviderError,
    RetryPolicy,
    Timeouts,
    UpstreamBrokeOff,
    UpstreamUnavailable,
)
from studio.sandbox.app import create_sandbox
from studio.sandbox.ugly import UGLY
from studio.sandbox.ugly import Outcome as Promise

from tests.support.answers import Outcome, hear
from tests.support.sandbox import served

pytestmark = pytest.mark.anyio

# Where a careful client sees more than the wire says: thoughts in tags are no text, and an answer that finishes for
# the reason "error" has failed even if nobody says why.
THOUGHTS_IN_TAGS, FAILED_WITHOUT_A_WORD = "think-tags", "finish-error"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Provider]:
    app = Starlette(routes=[Mount("/v1", app=create_sandbox(speed=20, list_ugly=True, record=True))])
    with served(app, path="/v1") as url:
        yield Provider("sandbox", "Sandbox", "sandbox", url, SecretStr("sk-sandbox"), is_simulated=True)


@pytest.fixture
async def adapter() -> AsyncIterator[Adapter]:
    limits, patience = Timeouts(connect=5, headers=20, silence=20), RetryPolicy(tries=1)
    async with Adapter(timeouts=limits, retry=patience, cost_delays_seconds=(0.05,) * 5) as made:
        yield made


def ask(model: str) -> ChatRequest:
    return ChatRequest(model, [{"role": "user", "content": "Why do plates stack?"}])


async def answer_of(adapter: Adapter, sandbox: Provider, name: str) -> Outcome:
    """What comes of the ugly model; anything but an end or an error with a name fails the test."""
    heard = await hear(adapter, sandbox, ask(f"sandbox/ugly-{name}"))
    assert (heard.finished is None) is isinstance(heard.error, ProviderError)
    assert heard.error is None or "Sandbox" in heard.error.text
    return heard


def names(*promises: Promise) -> list[str]:
    odd = (THOUGHTS_IN_TAGS, FAILED_WITHOUT_A_WORD)
    return [name for name in UGLY if UGLY[name].outcome in promises and name not in odd]


def test_no_ugly_answer_is_left_out() -> None:
    assert {*names(*Promise), THOUGHTS_IN_TAGS, FAILED_WITHOUT_A_WORD} == set(UGLY)


@pytest.mark.parametrize("name", names(Promise.DONE))
async def test_what_is_only_ugly_is_read_to_the_end(name: str, adapter: Adapter, sandbox: Provider) -> None:
    outcome = await answer_of(adapter, sandbox, name)

    assert outcome.finished is not None
    assert not outcome.finished.is_truncated
    assert (outcome.text, outcome.finished.reason) == (UGLY[name].text, UGLY[name].finish)


@pytest.mark.parametrize("name", names(Promise.CUT))
async def test_what_is_cut_keeps_its_text_and_says_so(name: str, adapter: Adapter, sandbox: Provider) -> None:
    outcome = await answer_of(adapter, sandbox, name)

    is_truncated = outcome.finished is not None and outcome.finished.is_truncated
    assert outcome.text == UGLY[name].text
    assert is_truncated or isinstance(outcome.error, UpstreamBrokeOff)


@pytest.mark.parametrize("name", names(Promise.FAILED, Promise.REFUSED))
async def test_what_fails_has_an_error_after_its_text(name: str, adapter: Adapter, sandbox: Provider) -> None:
    outcome = await answer_of(adapter, sandbox, name)

    assert outcome.error is not None
    assert outcome.text == (UGLY[name].text if UGLY[name].outcome is Promise.FAILED else "")


async def test_thoughts_in_tags_are_no_text(adapter: Adapter, sandbox: Provider) -> None:
    outcome = await answer_of(adapter, sandbox, THOUGHTS_IN_TAGS)

    assert f"<think>{outcome.reasoning}</think>\n\n{outcome.text}" == UGLY[THOUGHTS_IN_TAGS].text


async def test_finishing_with_an_error_is_failing(adapter: Adapter, sandbox: Provider) -> None:
    outcome = await answer_of(adapter, sandbox, FAILED_WITHOUT_A_WORD)

    assert outcome.text == UGLY[FAILED_WITHOUT_A_WORD].text
    assert type(outcome.error) is UpstreamUnavailable


async def test_the_whole_catalogue_is_read(adapter: Adapter, sandbox: Provider) -> None:
    cards = {card.id: card for card in await adapter.list_models(sandbox)}

    assert f"sandbox/ugly-{FAILED_WITHOUT_A_WORD}" in cards
    assert all(card.makes_text for card in cards.values())
    assert any(card.prices.prompt for card in cards.values())


async def test_the_sandbox_is_healthy(adapter: Adapter, sandbox: Provider) -> None:
    health = await adapter.check(sandbox)

    assert health.is_ok, health.text


async def test_the_books_tell_what_a_broken_answer_cost(adapter: Adapter, sandbox: Provider) -> None:
    outcome = await hear(adapter, sandbox, ask("sandbox/ugly-drop-mid-event"))

    assert outcome.usage is None
    assert outcome.started.provider_request_id is not None
    assert await adapter.look_up_cost(sandbox, outcome.started.provider_request_id) is not None
