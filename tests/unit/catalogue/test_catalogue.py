"""The list of models: refreshing it, and finding one in it."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from studio.catalogue import store
from studio.catalogue.catalogue import Catalogue
from studio.db import Database
from studio.errors import UnknownModel, Upstream
from studio.moments import now

from tests.support.models import model
from tests.support.scripted_server import DROP, ScriptedServer, answer
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio


def listed(*entries: dict[str, Any]) -> bytes:
    return answer(200, {"data": list(entries)})


def entry(id: str, **more: Any) -> dict[str, Any]:  # noqa: A002
    return {"id": id, "name": id.title(), "pricing": {"prompt": "0.000001", "completion": "0.000002"}, **more}


def again(catalogue: Catalogue, db: Database) -> list[Any]:
    """What the next process will find."""
    return store.list_models(db, catalogue.provider_id)


async def test_a_refreshed_list_is_stored_in_the_providers_order(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    server.play(listed(entry("z/last"), entry("a/first"), entry("m/middle")))

    await catalogue.refresh()

    assert [known.id for known in catalogue.models] == ["z/last", "a/first", "m/middle"]
    assert again(catalogue, db) == list(catalogue.models)
    assert catalogue.get("a/first").prompt_usd == Decimal("0.000001")
    assert catalogue.refresh_error is None


async def test_refreshing_takes_away_what_is_gone_and_takes_new_prices(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    server.play(listed(entry("a/one"), entry("a/two")))
    server.play(listed(entry("a/two", pricing={"prompt": "1e-6", "completion": "0"}), entry("a/three")))
    await catalogue.refresh()

    await catalogue.refresh()

    assert [known.id for known in again(catalogue, db)] == ["a/two", "a/three"]
    assert catalogue.get("a/two").completion_usd == 0
    assert catalogue.find("a/one") is None


@pytest.mark.parametrize(
    "failure",
    [
        answer(500, {"error": {"code": 500, "message": "no"}}),
        answer(401, {"error": {"code": 401, "message": "no"}}),
        answer(200, b"<html>", "text/html"),
        answer(200, {"data": "nonsense"}),
        DROP,
    ],
)
async def test_a_failed_refresh_keeps_the_old_list(
    catalogue: Catalogue, db: Database, server: ScriptedServer, failure: Any
) -> None:
    server.play(listed(entry("a/one")))
    server.play(failure)
    await catalogue.refresh()
    before = catalogue.models

    with pytest.raises(Upstream):
        await catalogue.refresh()

    assert catalogue.models == before
    assert again(catalogue, db) == list(before)


async def test_a_list_that_cannot_be_stored_is_not_half_taken(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    server.play(listed(entry("a/one")))
    server.play(listed(entry("a/two"), entry("a/huge", context_length=2**53)))
    await catalogue.refresh()
    db.close()

    with pytest.raises(RuntimeError):
        await catalogue.refresh()

    assert [known.id for known in catalogue.models] == ["a/one"]


async def test_keeping_fresh_survives_failures_and_tells_of_them(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    server.play(answer(500, {"error": {"code": 500, "message": "no"}}))
    server.play(listed(entry("a/one")))

    keeping = asyncio.create_task(catalogue.keep_fresh(0.01))
    await soon(lambda: catalogue.refresh_error)
    told = catalogue.refresh_error
    await soon(lambda: catalogue.models and catalogue.refresh_error is None)
    keeping.cancel()

    assert told and "Acme Cloud" in told
    assert [known.id for known in again(catalogue, db)] == ["a/one"]


async def test_keeping_fresh_survives_what_nobody_expected(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    server.play(listed(entry("a/one")))
    server.play(listed(entry("a/two")))
    await catalogue.refresh()
    db.close()

    keeping = asyncio.create_task(catalogue.keep_fresh(0.01))
    await soon(lambda: catalogue.refresh_error)

    assert catalogue.refresh_error == "The list of models could not be stored."
    assert [known.id for known in catalogue.models] == ["a/one"]
    assert not keeping.done()
    keeping.cancel()


@pytest.mark.parametrize(
    "price", ["-1", "nonsense", None, {"usd": 1}, "NaN", "Infinity", "1e9", "1000000", "999999999999", True]
)
async def test_a_price_that_nobody_can_mean_is_unknown_and_no_reason_to_lose_the_list(
    catalogue: Catalogue, db: Database, server: ScriptedServer, price: Any
) -> None:
    pricing = {"prompt": price, "completion": price, "request": price, "image": price}
    server.play(listed(entry("a/odd", pricing=pricing), entry("a/fine")))

    await catalogue.refresh()

    odd = catalogue.get("a/odd")
    assert (odd.prompt_usd, odd.completion_usd, odd.request_usd, odd.image_usd) == (None,) * 4
    assert not odd.is_priced
    assert not odd.is_free
    assert again(catalogue, db) == list(catalogue.models)
    assert catalogue.get("a/fine").is_priced


async def test_an_entry_of_nothing_but_an_id_is_a_text_model_without_a_price(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    server.play(listed({"id": "llama3", "object": "model", "owned_by": "library"}))

    await catalogue.refresh()

    (known,) = again(catalogue, db)
    assert (known.makes_text, known.is_priced, known.can_see, known.accepts("max_tokens")) == (
        True,
        False,
        False,
        True,
    )


async def test_the_worst_of_all_conditional_prices_is_kept(
    catalogue: Catalogue, server: ScriptedServer
) -> None:
    pricing = {
        "prompt": "0.000001",
        "completion": "0.000002",
        "overrides": [{"min_prompt_tokens": 200_000, "prompt": "0.000004"}, {"completion": "0.000001"}],
    }
    server.play(listed(entry("a/one", pricing=pricing)))

    await catalogue.refresh()

    assert catalogue.get("a/one").pricing["most_prompt"] == "0.000004"
    assert catalogue.get("a/one").pricing["most_completion"] == "0.000002"


class TestSearching:
    @pytest.fixture
    def catalogue(self, catalogue: Catalogue) -> Catalogue:
        names = {
            "acme/chat-large": "Acme: Chat Large",
            "acme/seer-mini": "Acme: Seer Mini",
            "beta/large-chat": "Beta: Large Chat",
            "beta/enlarger": "Beta: Enlarger",
        }
        catalogue._take(
            [
                model(id_, name=name, input_modalities=("text", "image") if "seer" in id_ else ("text",))
                for id_, name in names.items()
            ]
            + [model("acme/painter", output_modalities=("image",))]
        )
        return catalogue

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["acme/chat-large", "acme/seer-mini", "beta/large-chat", "beta/enlarger"]),
            ("large", ["acme/chat-large", "beta/large-chat", "beta/enlarger"]),
            ("LARGE beta", ["beta/large-chat", "beta/enlarger"]),
            ("arge", ["acme/chat-large", "beta/large-chat", "beta/enlarger"]),
            ("acme/chat", ["acme/chat-large"]),
            ("painter", []),
            ("nobody", []),
            ("  mini  ", ["acme/seer-mini"]),
        ],
    )
    async def test_every_word_must_occur_and_beginnings_come_first(
        self, catalogue: Catalogue, query: str, found: list[str]
    ) -> None:
        assert [known.id for known in catalogue.search(query)] == found

    async def test_one_can_look_for_those_that_see(self, catalogue: Catalogue) -> None:
        assert [known.id for known in catalogue.search("", needs_sight=True)] == ["acme/seer-mini"]

    async def test_a_long_list_is_cut(self, catalogue: Catalogue) -> None:
        assert len(catalogue.search("", limit=2)) == 2

    async def test_a_whole_id_is_offered_among_all(self, catalogue: Catalogue) -> None:
        everything = catalogue.search("")
        last = everything[-1]

        assert catalogue.offered(last.id) == everything
        assert catalogue.offered(last.id, limit=2) == [last, everything[0]]

    async def test_an_id_with_blanks_around_it_is_found_and_another_is_unknown(
        self, catalogue: Catalogue
    ) -> None:
        assert catalogue.get(" acme/chat-large ").id == "acme/chat-large"
        with pytest.raises(UnknownModel) as unknown:
            catalogue.get("acme/chat")
        assert unknown.value.field == "model"


async def test_the_first_model_with_a_known_price_is_the_default(catalogue: Catalogue) -> None:
    assert catalogue.default_text_model() is None

    catalogue._take([model("a/unpriced", prompt_usd=None)])
    assert catalogue.default_text_model() == catalogue.models[0]

    catalogue._take([model("a/unpriced", prompt_usd=None), model("a/priced")])
    assert catalogue.default_text_model() == catalogue.models[1]


async def test_a_provider_is_known_again_by_its_address(db: Database, catalogue: Catalogue) -> None:
    assert store.remember_provider(db, catalogue.provider, now()) == catalogue.provider_id
