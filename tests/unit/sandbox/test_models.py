"""`GET /models`: what is listed, filtered, ordered, paged."""

import math
from decimal import Decimal
from itertools import chain

import httpx
import pytest
from studio.sandbox.app import create_sandbox
from studio.sandbox.images.manners import BAD_MODELS
from studio.sandbox.ugly import UGLY

from tests.support.sandbox import served

NICE = {
    f"sandbox/{name}"
    for name in (
        *("scribe", "thinker", "seer", "sprinter", "slow", "flaky", "cuts-off", "refuses"),
        *("rate-limited", "rate-limited-always", "unpriced", "metronome", "muralist"),
    )
}
PAINTING = {"sandbox/painter", "sandbox/sketcher", "sandbox/retoucher", "sandbox/muralist"}
BADLY = {model.id for model in BAD_MODELS}


def ids(answer: httpx.Response) -> list[str]:
    return [model["id"] for model in answer.json()["data"]]


def test_only_the_models_for_people_are_listed() -> None:
    with served(create_sandbox()) as base:
        answer = httpx.get(f"{base}/models")

        assert set(ids(answer)) == NICE
        assert answer.json()["total_count"] == len(NICE)
        assert answer.json()["links"] == {"next": None}


def test_ugly_models_answer_without_being_listed() -> None:
    with served(create_sandbox(speed=math.inf)) as base:
        wish = {"model": "sandbox/ugly-cost-zero", "messages": [{"role": "user", "content": "x"}]}
        answer = httpx.post(f"{base}/chat/completions", json=wish, headers={"Authorization": "Bearer x"})

        assert answer.status_code == 200


def test_prices_are_decimal_strings(client: httpx.Client) -> None:
    scribe = next(model for model in client.get("/models").json()["data"] if model["id"] == "sandbox/scribe")

    assert {key: Decimal(value) for key, value in scribe["pricing"].items()}["prompt"] == Decimal("0.0000005")
    assert all(isinstance(value, str) and "e" not in value for value in scribe["pricing"].values())


def test_models_differ_in_price_and_abilities(client: httpx.Client) -> None:
    nice = [model for model in client.get("/models").json()["data"] if model["id"] in NICE]

    assert len({model["pricing"]["completion"] for model in nice}) >= 8
    assert len({tuple(model["supported_parameters"]) for model in nice}) >= 3
    assert len({model["context_length"] for model in nice}) >= 4


def test_without_a_filter_only_text_output_is_listed(client: httpx.Client) -> None:
    assert "sandbox/ugly-image-only" not in ids(client.get("/models"))


@pytest.mark.parametrize(
    ("query", "some"),
    [
        ({"output_modalities": "image"}, {"sandbox/ugly-image-only"} | PAINTING | BADLY),
        ({"output_modalities": "hologram"}, {"sandbox/ugly-strange-words"}),
        ({"input_modalities": "image"}, {"sandbox/seer", "sandbox/muralist"}),
        ({"supported_parameters": "reasoning"}, {"sandbox/thinker"}),
        ({"q": "dominant colour"}, {"sandbox/seer"}),
    ],
)
def test_filters_leave_exactly_these(client: httpx.Client, query: dict[str, str], some: set[str]) -> None:
    assert set(ids(client.get("/models", params=query))) == some


def test_all_modalities_means_all(client: httpx.Client) -> None:
    everything = set(ids(client.get("/models", params={"output_modalities": "all"})))

    assert everything > NICE | {"sandbox/ugly-image-only"} | {f"sandbox/ugly-{name}" for name in UGLY}


def test_the_well_behaved_painters_are_listed_when_pictures_are_asked_for() -> None:
    with served(create_sandbox()) as base:
        assert set(ids(httpx.get(f"{base}/models?output_modalities=image"))) == PAINTING


def test_models_can_be_ordered_by_price(client: httpx.Client) -> None:
    found = ids(client.get("/models", params={"sort": "pricing-high-to-low"}))

    assert found[0] == "sandbox/thinker"


def test_following_the_links_leads_through_all_models() -> None:
    with served(create_sandbox(fillers=600)) as base:
        pages, address = [], f"{base}/models?limit=250"
        while address:
            answer = httpx.get(address)
            pages.append(ids(answer))
            address = answer.json()["links"]["next"]

        assert [len(page) for page in pages] == [250, 250, 113]
        assert [*chain.from_iterable(pages)] == ids(httpx.get(f"{base}/models"))


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "offset=-1", "limit=x"])
def test_a_page_out_of_range_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"/models?{query}").status_code == 400


def test_odd_entries_are_there_when_asked_for(client: httpx.Client) -> None:
    by_id = {model["id"]: model for model in client.get("/models").json()["data"]}

    assert by_id["sandbox/ugly-local"].keys() == {"id", "object", "created", "owned_by"}
    assert "pricing" not in by_id["sandbox/ugly-no-pricing"]
    assert by_id["sandbox/ugly-router"]["pricing"]["prompt"] == "-1"
    assert by_id["sandbox/ugly-nulls"]["context_length"] is None
    assert by_id["sandbox/ugly-twin-1"]["name"] == by_id["sandbox/ugly-twin-2"]["name"]
    assert "hologram" in by_id["sandbox/ugly-strange-words"]["architecture"]["output_modalities"]
