"""The catalogue, the health check and the cost that is looked up afterwards."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from studio.providers import (
    Adapter,
    ModelCard,
    PriceOverride,
    Prices,
    Provider,
    UpstreamKeyRejected,
    UpstreamMalformed,
)

from tests.support.scripted_server import HOLD, ScriptedServer, answer
from tests.unit.providers.conftest import KEY

pytestmark = pytest.mark.anyio

RICH = {
    "id": "acme/chat-1",
    "name": "Acme: Chat 1",
    "description": "Talks.",
    "created": 1788220800,
    "context_length": 131072,
    "architecture": {
        "modality": "text+image->text",
        "input_modalities": ["text", "image"],
        "output_modalities": ["text"],
        "tokenizer": "Other",
    },
    "pricing": {
        "prompt": "0.0000005",
        "completion": "0.0000015",
        "request": "0",
        "image": "-1",
        "overrides": [
            {"min_prompt_tokens": 200000, "prompt": "0.000001"},
            {"utc_start": "0030", "utc_end": "0830"},
        ],
    },
    "top_provider": {"context_length": 65536, "max_completion_tokens": 4096, "is_moderated": True},
    "supported_parameters": ["max_tokens", "temperature", "a_new_one", None],
    "default_parameters": {"temperature": 1},
    "reasoning": {"mandatory": True},
    "expiration_date": "2027-01-01",
}


async def test_a_card_holds_what_the_server_tells(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {"data": [RICH], "total_count": 1, "links": {"next": None}}))

    cards = await adapter.list_models(provider)

    assert cards == [
        ModelCard(
            id="acme/chat-1",
            name="Acme: Chat 1",
            description="Talks.",
            created_at=datetime(2026, 9, 1),
            expires_at="2027-01-01",
            context_tokens=65536,
            max_output_tokens=4096,
            input_modalities=("text", "image"),
            output_modalities=("text",),
            supported_parameters=("max_tokens", "temperature", "a_new_one"),
            default_parameters={"temperature": 1},
            reasoning={"mandatory": True},
            prices=Prices(prompt=Decimal("5E-7"), completion=Decimal("0.0000015"), request=Decimal(0)),
            overrides=(
                PriceOverride(Prices(prompt=Decimal("0.000001")), above_prompt_tokens=200000),
                PriceOverride(Prices(), utc_start="0030", utc_end="0830"),
            ),
            is_moderated=True,
        )
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "m"},
        {"id": "m", "object": "model", "created": 1, "owned_by": "library", "name": "m"},
        {
            "id": "m",
            "name": None,
            "pricing": None,
            "architecture": None,
            "top_provider": None,
            "created": None,
        },
        {
            "id": "m",
            "pricing": "free",
            "architecture": [],
            "context_length": "many",
            "supported_parameters": {},
        },
        {"id": "m", "pricing": {"prompt": "-1", "completion": None, "request": "NaN"}, "created": 1e300},
        {"id": "m", "context_length": -1, "architecture": {"input_modalities": [None, 5]}, "reasoning": []},
        "m",
    ],
)
async def test_everything_but_the_id_may_be_missing_or_absurd(
    entry: object, adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {"object": "list", "data": [entry]}))

    cards = await adapter.list_models(plain)

    assert [(c.id, c.name, c.prices, c.context_tokens) for c in cards] == [("m", "m", Prices(), None)]


@pytest.mark.parametrize(
    ("price", "read"),
    [
        ("0", Decimal(0)),
        (0, Decimal(0)),
        ("0.0000005", Decimal("5E-7")),
        (3e-7, Decimal("3E-7")),
        ("-1", None),
        ("", None),
    ],
)
async def test_free_is_zero_and_unknown_is_not(
    price: object, read: Decimal | None, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {"data": [{"id": "m", "pricing": {"prompt": price}}]}))

    cards = await adapter.list_models(provider)

    assert (cards[0].prices.prompt, cards[0].prices.completion) == (read, None)


@pytest.mark.parametrize("document", [[{"id": "a"}], {"data": [{"id": "a"}]}, {"models": [{"name": "a"}]}])
async def test_bare_and_foreign_lists_are_lists(
    document: object, adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, document))

    assert [c.id for c in await adapter.list_models(plain)] == ["a"]


@pytest.mark.parametrize(
    ("extra", "tokens"),
    [
        ({"max_model_len": 8192}, 8192),
        ({"meta": {"n_ctx_train": 4096}}, 4096),
        ({"meta": {"n_ctx": 2048, "n_ctx_train": 9}}, 2048),
    ],
)
async def test_local_servers_tell_their_context_in_their_own_words(
    extra: dict[str, object], tokens: int, adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {"data": [{"id": "m", **extra}]}))

    assert (await adapter.list_models(plain))[0].context_tokens == tokens


async def test_pages_are_followed_and_doubles_and_other_kinds_left_out(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    many = [{"id": f"m{n}"} for n in range(600)]
    speech = {"id": "p", "architecture": {"output_modalities": ["speech"]}}
    mixed = {"id": "x", "architecture": {"modality": "text->image+text"}}
    server.play(answer(200, {"data": [*many, speech], "links": {"next": "/v1/models?offset=600"}}))
    server.play(
        answer(200, {"data": [{"id": "m0", "name": "again"}, mixed, None, {"name": ""}], "links": {}})
    )

    cards = await adapter.list_models(provider)

    assert len(cards) == 601
    assert (cards[0].name, cards[-1].id) == ("m0", "x")
    assert [asked.target for asked in server.asked] == ["/v1/models", "/v1/models?offset=600"]
    assert server.asked[1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_next_page_elsewhere_is_left_alone(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    async with ScriptedServer() as stranger:
        server.play(answer(200, {"data": [{"id": "a"}], "links": {"next": stranger.url + "/models"}}))

        assert [c.id for c in await adapter.list_models(provider)] == ["a"]
        assert stranger.asked == []


async def test_pages_in_a_circle_end(adapter: Adapter, provider: Provider, server: ScriptedServer) -> None:
    for offset in (1, 2, 1):
        server.play(answer(200, {"data": [{"id": "a"}], "links": {"next": f"/v1/models?offset={offset}"}}))

    assert len(await adapter.list_models(provider)) == 1
    assert len(server.asked) == 3


@pytest.mark.parametrize("document", [{}, {"data": 5}, "x", None, b"<html>", b"", {"data": None}])
async def test_what_is_no_list_is_malformed(
    document: object, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, document))

    with pytest.raises(UpstreamMalformed):
        await adapter.list_models(provider)


async def test_an_error_instead_of_a_list_keeps_its_name(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {"error": {"code": 401, "message": "no"}}))

    with pytest.raises(UpstreamKeyRejected):
        await adapter.list_models(provider)


async def test_a_healthy_openrouter_tells_what_is_left(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(
        answer(200, {"data": {"limit": 10, "limit_remaining": 7.5, "usage": 2.5, "is_free_tier": False}})
    )

    health = await adapter.check(provider)

    assert server.asked[0].target == "/v1/key"
    assert (health.is_ok, health.credit_left_usd, health.spent_usd) == (True, Decimal("7.5"), Decimal("2.5"))
    assert health.text == "Acme Cloud accepts the key; $7.50 of its limit is left."


async def test_a_key_without_a_cap_has_none(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {"data": {"limit": None, "limit_remaining": None}}))

    health = await adapter.check(provider)

    assert (health.text, health.credit_left_usd) == ("Acme Cloud accepts the key.", None)


async def test_a_server_without_a_key_page_is_asked_for_its_models(
    adapter: Adapter, provider: Provider, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(404, {"detail": "Not Found"}))
    server.play(answer(200, {"data": [{"id": "a"}]}))
    server.play(answer(200, {"data": [{"id": "a"}, {"id": "b"}]}))

    first = await adapter.check(provider)
    second = await adapter.check(plain)

    assert first.text == "Acme Cloud answers and offers 1 text model."
    assert second.text == "Llama Box answers and offers 2 text models."
    assert second.model_count == 2


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ((answer(401, {"error": {"message": "no"}}),), "Acme Cloud rejected the API key of this studio."),
        ((HOLD,), "Acme Cloud took too long to begin its answer."),
        ((answer(200, b"<html>"),), "Acme Cloud answered with something that is not JSON."),
        ((answer(500, b""),), "Acme Cloud has a problem of its own at the moment."),
    ],
)
async def test_a_sick_provider_is_an_outcome_and_no_exception(
    script: tuple[bytes, ...], sentence: str, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(*script)

    health = await adapter.check(provider)

    assert (health.is_ok, health.text) == (False, sentence)
    assert health.error is not None


MISSING = answer(404, {"error": {"message": "Generation gen-1 not found", "code": 404}})


async def test_a_cost_is_asked_for_until_the_books_have_it(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(MISSING)
    server.play(MISSING)
    server.play(
        answer(200, {"data": {"id": "gen-1", "total_cost": 0.00012, "usage": 0.00012, "is_byok": False}})
    )

    cost = await adapter.look_up_cost(provider, "gen-1/&x")

    assert cost == Decimal("0.00012")
    assert parse_qs(urlsplit(server.asked[0].target).query) == {"id": ["gen-1/&x"]}


@pytest.mark.parametrize(
    ("generation", "cost"),
    [
        ({"total_cost": 0.01, "is_byok": True, "upstream_inference_cost": 0.2}, Decimal("0.21")),
        ({"total_cost": 0}, Decimal(0)),
        ({"total_cost": None, "usage": 0.3}, Decimal("0.3")),
        ({"total_cost": None}, None),
        (None, None),
    ],
)
async def test_a_cost_in_the_books_is_the_true_spend_or_unknown(
    generation: object, cost: Decimal | None, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    for _ in range(3):
        server.play(answer(200, {"data": generation}))

    assert await adapter.look_up_cost(provider, "gen-1") == cost


@pytest.mark.parametrize(("reply", "tries"), [(MISSING, 3), (answer(401, b""), 1), (answer(529, b""), 3)])
async def test_a_cost_that_cannot_be_found_is_unknown(
    reply: bytes, tries: int, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    for _ in range(3):
        server.play(reply)

    assert await adapter.look_up_cost(provider, "gen-1") is None
    assert len(server.asked) == tries


async def test_other_servers_keep_no_books(adapter: Adapter, plain: Provider, server: ScriptedServer) -> None:
    assert await adapter.look_up_cost(plain, "chatcmpl-1") is None
    assert server.asked == []
