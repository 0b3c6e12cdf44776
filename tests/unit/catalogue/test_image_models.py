"""The models that make pictures: two lists that fail alone, settings that stay open, prices that are never guessed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from studio.catalogue import store
from studio.catalogue.catalogue import Catalogue
from studio.catalogue.model import Model
from studio.config import Settings
from studio.db import Database
from studio.errors import Upstream
from studio.moments import now
from studio.providers import (
    Adapter,
    Choice,
    ImagePrice,
    ImageSettings,
    Provider,
    RetryPolicy,
    Span,
    Strange,
    Switch,
    Timeouts,
    UpstreamUnavailable,
    image_settings_from_json,
    provider_from_settings,
)

from tests.support.models import model
from tests.support.scripted_server import HOLD, ScriptedServer, answer

pytestmark = pytest.mark.anyio

PAINTER = {
    "id": "acme/img-1",
    "name": "Acme: Img 1",
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["image"]},
    "supported_parameters": {
        "seed": {"type": "boolean"},
        "resolution": {"type": "enum", "values": ["1K", "2K"]},
        "n": {"type": "range", "min": 1, "max": 4},
        "input_references": {"type": "range", "min": 0, "max": 8},
        "glow": {"type": "aura"},
        "style": {"type": "enum", "values": ["vivid", "brand-new"]},
    },
    "supports_streaming": True,
    "endpoints": "/v1/images/models/acme/img-1/endpoints",
}
TALKER = {
    "id": "acme/talks",
    "pricing": {"prompt": "0.000001", "completion": "0.000002"},
    "architecture": {"output_modalities": ["text"]},
}
MIXED = {
    "id": "acme/both",
    "pricing": {"prompt": "0.0000003", "completion": "0.0000025", "image_output": "0.00003"},
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text", "image"]},
    "supported_parameters": ["seed", "max_tokens"],
}
PRICES = {"pricing": [{"billable": "output_image", "unit": "image", "cost_usd": 0.04}]}
PRICED = ((ImagePrice("output_image", "image", Decimal("0.04")),),)
BROKEN = answer(500, {"error": {"code": 500, "message": "no"}})


@pytest.fixture
def lists(server: ScriptedServer) -> "Lists":
    return Lists(server)


class Lists:
    """What the server lists, changed in the middle of a test."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server

    def texts(self, *entries: dict[str, Any]) -> None:
        self.server.always("/v1/models", answer(200, {"data": list(entries)}))

    def images(self, *entries: dict[str, Any]) -> None:
        self.server.always("/v1/images/models", answer(200, {"data": list(entries)}))

    def prices(self, model_id: str, *endpoints: dict[str, Any]) -> None:
        body = {"id": model_id, "endpoints": list(endpoints)}
        self.server.always(f"/v1/images/models/{model_id}/endpoints", answer(200, body))

    def fail(self, path: str) -> None:
        self.server.always(f"/v1/{path}", BROKEN)


def again(catalogue: Catalogue, db: Database) -> list[Model]:
    """What the next process will find."""
    return store.list_models(db, catalogue.provider_id)


async def test_an_image_model_has_typed_settings_and_prices_and_survives_a_restart(
    catalogue: Catalogue, db: Database, lists: Lists
) -> None:
    lists.texts(TALKER)
    lists.images(PAINTER)
    lists.prices("acme/img-1", PRICES)

    await catalogue.refresh()

    found = catalogue.get("acme/img-1")
    assert (found.makes_images, found.makes_text, found.image_way) == (True, False, "images")
    assert found.image_settings == ImageSettings(
        {
            "n": Span(1, 4),
            "resolution": Choice(("1K", "2K")),
            "seed": Switch(),
            "input_references": Span(0, 8),
            "glow": Strange("aura"),
            "style": Choice(("vivid", "brand-new")),
        },
        streams=True,
    )
    assert list(found.image_settings.by_name)[:2] == ["n", "resolution"]
    assert found.image_pricing == PRICED
    assert again(catalogue, db) == list(catalogue.models)
    assert catalogue.image_models() == [found]
    assert catalogue.text_models() == [catalogue.get("acme/talks")]


async def test_programs_see_settings_and_prices(catalogue: Catalogue, lists: Lists) -> None:
    lists.texts(TALKER)
    lists.images({**PAINTER, "supported_parameters": {"n": {"type": "range", "min": 1, "max": 4}}})
    lists.prices("acme/img-1", PRICES)

    await catalogue.refresh()

    painter, talker = catalogue.get("acme/img-1").as_json(), catalogue.get("acme/talks").as_json()
    assert painter["kinds"] == ["image"]
    assert painter["image_settings"] == {
        "parameters": {"n": {"type": "range", "min": 1, "max": 4}},
        "streams": True,
    }
    assert painter["image_pricing"] == [
        [{"billable": "output_image", "unit": "image", "usd": "0.04", "variant": None}]
    ]
    assert (talker["image_way"], talker["image_settings"], talker["image_pricing"]) == (None, None, None)


async def test_a_model_that_talks_and_paints_is_one_model(catalogue: Catalogue, lists: Lists) -> None:
    lists.texts({**MIXED, "id": "acme/img-1"}, MIXED)
    lists.images(PAINTER)
    lists.prices("acme/img-1", PRICES)

    await catalogue.refresh()

    assert [(m.id, m.kinds, m.image_way) for m in catalogue.models] == [
        ("acme/img-1", ["text", "image"], "images"),
        ("acme/both", ["text", "image"], "chat"),
    ]
    assert catalogue.get("acme/img-1").image_pricing == PRICED
    both = catalogue.get("acme/both")
    assert both.image_settings == ImageSettings({"seed": Switch(), "input_references": Span(0, 8)})
    assert both.prompt_usd == Decimal("0.0000003")
    assert both.image_pricing is not None
    assert ImagePrice("output_image", "token", Decimal("0.00003")) in both.image_pricing[0]


async def test_a_model_that_only_paints_in_a_chat_is_not_free_because_it_lists_zeros(
    catalogue: Catalogue, lists: Lists
) -> None:
    zeros = {"prompt": "0", "completion": "0"}
    lists.texts({"id": "p", "architecture": {"output_modalities": ["image"]}, "pricing": zeros})

    await catalogue.refresh()

    assert (catalogue.get("p").image_way, catalogue.get("p").image_pricing) == ("chat", ())


async def test_a_failing_list_of_image_models_loses_nothing(
    catalogue: Catalogue, db: Database, lists: Lists
) -> None:
    lists.texts(TALKER, {**TALKER, "id": "acme/img-1"})
    lists.images(PAINTER, {**PAINTER, "id": "acme/img-2", "endpoints": None})
    lists.prices("acme/img-1", PRICES)
    lists.prices("acme/img-2", PRICES)
    await catalogue.refresh()
    before = {m.id: m for m in catalogue.models}
    lists.fail("images/models")
    lists.texts({**TALKER, "id": "acme/new"}, {**TALKER, "id": "acme/img-1", "name": "Renamed"})

    with pytest.raises(Upstream):
        await catalogue.refresh()

    assert [m.id for m in catalogue.models] == ["acme/new", "acme/img-1", "acme/img-2"]
    assert catalogue.get("acme/img-1") == replace(before["acme/img-1"], name="Renamed")
    assert catalogue.get("acme/img-2") == before["acme/img-2"]
    assert again(catalogue, db) == list(catalogue.models)


async def test_a_failing_list_of_text_models_loses_nothing(
    catalogue: Catalogue, db: Database, lists: Lists
) -> None:
    lists.texts(TALKER, MIXED)
    lists.images(PAINTER)
    lists.prices("acme/img-1", PRICES)
    await catalogue.refresh()
    before = {m.id: m for m in catalogue.models}
    lists.fail("models")
    lists.images({**PAINTER, "name": "Renamed"}, {**PAINTER, "id": "acme/img-2"})

    with pytest.raises(Upstream):
        await catalogue.refresh()

    assert [m.id for m in catalogue.models] == ["acme/talks", "acme/both", "acme/img-1", "acme/img-2"]
    assert catalogue.get("acme/talks") == before["acme/talks"]
    assert catalogue.get("acme/both") == before["acme/both"]
    assert catalogue.get("acme/img-1").name == "Renamed"
    assert again(catalogue, db) == list(catalogue.models)


async def test_on_the_first_day_one_list_is_better_than_none(catalogue: Catalogue, lists: Lists) -> None:
    lists.fail("images/models")
    lists.texts(TALKER)

    with pytest.raises(UpstreamUnavailable):
        await catalogue.refresh()

    assert [m.id for m in catalogue.models] == ["acme/talks"]


async def test_a_price_that_cannot_be_had_stays_as_it_was(
    catalogue: Catalogue, db: Database, lists: Lists
) -> None:
    lists.texts()
    lists.images(PAINTER)
    lists.prices("acme/img-1", PRICES)
    await catalogue.refresh()
    lists.fail("images/models/acme/img-1/endpoints")

    await catalogue.refresh()

    assert catalogue.get("acme/img-1").image_pricing == PRICED
    assert again(catalogue, db) == list(catalogue.models)


@pytest.mark.parametrize(
    ("endpoints", "pricing"),
    [
        ([], ()),
        ([{}], ((),)),
        ([{"pricing": None}, PRICES], ((), *PRICED)),
        ([{"pricing": [{"billable": "output_image", "unit": "image", "cost_usd": -1}]}], ((),)),
        ([{"pricing": [*PRICES["pricing"], {"billable": "input_image", "unit": "image"}]}], ((),)),
        (
            [
                {
                    "pricing": [
                        {"billable": "output_image", "unit": "vibe", "cost_usd": "3e-5", "variant": "2K"}
                    ]
                }
            ],
            ((ImagePrice("output_image", "vibe", Decimal("0.00003"), "2K"),),),
        ),
    ],
)
async def test_prices_are_read_with_care(
    endpoints: list[dict[str, Any]], pricing: object, catalogue: Catalogue, db: Database, lists: Lists
) -> None:
    lists.texts()
    lists.images(PAINTER)
    lists.prices("acme/img-1", *endpoints)

    await catalogue.refresh()

    assert catalogue.get("acme/img-1").image_pricing == pricing
    assert again(catalogue, db) == list(catalogue.models)


async def test_the_key_does_not_follow_a_price_list_to_another_host(
    catalogue: Catalogue, lists: Lists, server: ScriptedServer
) -> None:
    async with ScriptedServer() as stranger:
        lists.texts()
        lists.images({**PAINTER, "endpoints": f"{stranger.url}/prices"})
        lists.prices("acme/img-1", PRICES)

        await catalogue.refresh()

        assert stranger.connections == 0
    assert catalogue.get("acme/img-1").image_pricing == PRICED


async def test_prices_are_asked_for_four_at_a_time_and_never_for_text_models(
    catalogue: Catalogue, lists: Lists, server: ScriptedServer
) -> None:
    lists.texts(TALKER)
    lists.images(*({**PAINTER, "id": f"acme/{n}", "endpoints": None} for n in range(12)))
    for n in range(12):
        lists.prices(f"acme/{n}", PRICES)

    await catalogue.refresh()

    assert all(m.image_pricing == PRICED for m in catalogue.image_models())
    asked = [request for request in server.asked if request.target.endswith("/endpoints")]
    assert len(asked) == 12
    assert len({request.connection for request in asked}) <= 4


@pytest.mark.parametrize("document", [{}, {"data": 5}, b"<html>", {"error": {"code": 401, "message": "no"}}])
async def test_what_is_no_list_of_image_models_is_told(
    document: object, catalogue: Catalogue, lists: Lists, server: ScriptedServer
) -> None:
    lists.texts(TALKER)
    server.always("/v1/images/models", answer(200, document))

    with pytest.raises(Upstream):
        await catalogue.refresh()

    assert catalogue.text_models()


@pytest.mark.parametrize(
    ("parameters", "most_pictures", "inputs"),
    [
        ({}, 1, (0, 0)),
        (None, 1, (0, 0)),
        (["n"], 1, (0, 0)),
        ({"n": {"type": "range", "min": 1, "max": 1}}, 1, (0, 0)),
        ({"n": {"type": "range", "min": 1, "max": 10**9}}, 10, (0, 0)),
        ({"n": {"type": "range"}}, 10, (0, 0)),
        ({"n": {"type": "enum", "values": [1, 2]}}, 2, (0, 0)),
        ({"n": {"type": "range", "min": 4, "max": 1}}, 1, (0, 0)),
        ({"n": None, "seed": 5, "": {"type": "boolean"}}, 1, (0, 0)),
        ({"input_references": {"type": "range", "min": 1, "max": 3}}, 1, (1, 3)),
        ({"input_references": {"type": "range", "min": 5, "max": 99}}, 1, (5, 16)),
    ],
)
async def test_settings_are_read_with_care(
    parameters: object, most_pictures: int, inputs: tuple[int, int], catalogue: Catalogue, lists: Lists
) -> None:
    lists.texts()
    lists.images({**PAINTER, "supported_parameters": parameters, "endpoints": 5})

    await catalogue.refresh()

    found = catalogue.get("acme/img-1").image_settings
    assert found is not None
    assert (found.most_pictures, (found.least_inputs, found.most_inputs)) == (most_pictures, inputs)
    assert image_settings_from_json(found.as_json()) == found


async def test_the_default_is_priced_and_needs_no_picture(catalogue: Catalogue) -> None:
    def painter(id: str, priced: bool, least: int) -> Model:  # noqa: A002
        return model(
            id,
            output_modalities=("image",),
            image_way="images",
            image_settings=ImageSettings({"input_references": Span(least, 3)}),
            image_pricing=PRICED if priced else (),
        )

    assert catalogue.default_image_model() is None
    catalogue._take([model("text"), painter("edits", True, 1)])
    assert catalogue.default_image_model() is None
    catalogue._take([painter("edits", True, 1), painter("unpriced", False, 0), painter("priced", True, 0)])
    assert catalogue.default_image_model() == catalogue.get("priced")
    assert [m.id for m in catalogue.search("pri", kind="image")] == ["priced", "unpriced"]


class TestOtherServers:
    @pytest.fixture
    async def named(self, db: Database, server: ScriptedServer) -> AsyncIterator[Catalogue]:
        """A server whose operator named two image models."""
        provider = Provider("configured", "Box", "openai", server.url, image_models=("flux", "sd"))
        async with Adapter(timeouts=Timeouts(connect=0.2, lookup=0.2), retry=RetryPolicy(tries=1)) as adapter:
            yield Catalogue(db, adapter, provider, store.remember_provider(db, provider, now()))

    async def test_the_operators_word_makes_image_models(
        self, named: Catalogue, lists: Lists, server: ScriptedServer
    ) -> None:
        lists.texts({"id": "llama"}, {"id": "sd"})

        await named.refresh()

        assert [(m.id, m.kinds, m.image_way) for m in named.models] == [
            ("llama", ["text"], None),
            ("sd", ["image"], "openai"),
            ("flux", ["image"], "openai"),
        ]
        settings = named.get("flux").image_settings
        assert settings is not None
        assert (list(settings.by_name), settings.most_inputs) == (["n", "size", "input_references"], 16)
        assert named.get("flux").image_pricing == ()
        assert [asked.target for asked in server.asked] == ["/v1/models"]

    async def test_they_are_there_although_the_server_is_silent(
        self, named: Catalogue, server: ScriptedServer
    ) -> None:
        server.always("/v1/models", HOLD)

        with pytest.raises(Upstream):
            await named.refresh()

        assert [m.id for m in named.image_models()] == ["flux", "sd"]


def test_the_setting_is_a_comma_list(tmp_path: Any) -> None:
    settings = Settings(
        data_dir=tmp_path,
        provider_base_url="http://box:1/v1",
        provider_image_models=" flux, ,sd,flux ",
        provider_video_models="sora,,sora, wan",
    )

    provider = provider_from_settings(settings, 1)

    assert (provider.image_models, provider.video_models) == (("flux", "sd"), ("sora", "wan"))


@pytest.mark.parametrize("kind", ["image", "video"])
def test_named_models_without_a_server_stop_the_start(tmp_path: Any, kind: str) -> None:
    with pytest.raises(ValueError, match=f"AYCG_PROVIDER_{kind.upper()}_MODELS is set"):
        Settings(data_dir=tmp_path, **{f"provider_{kind}_models": "flux"})
