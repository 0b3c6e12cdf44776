"""What a provider may do wrong with pictures: each of the bad manners, read from the wire."""

import base64
import binascii
import io
import json
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from studio.sandbox.app import create_sandbox
from studio.sandbox.images.manners import BAD

from tests.support.sandbox import KEY, events, question, served
from tests.support.waiting import until

LINKS = ["link", "expired-link", "html-link", "private-link", "loopback-link", "foreign-link", "file-link"]
BROKEN_WIRES = ["cuts-off", "resets", "silent"]


@pytest.fixture(scope="module")
def hasty() -> Iterator[httpx.Client]:
    """A sandbox that never waits, lists its bad models, and remembers what it was asked."""
    with (
        served(create_sandbox(speed=math.inf, list_ugly=True, record=True)) as base,
        httpx.Client(base_url=base, headers=KEY, timeout=20) as client,
    ):
        yield client


def ask(client: httpx.Client, name: str, **more: Any) -> httpx.Response:
    wish = {"model": f"sandbox/image-{name}", "prompt": "a small sea", "size": "64x64", "seed": 1, **more}
    return client.post("/images", json=wish)


def chat(client: httpx.Client, name: str, **more: Any) -> httpx.Response:
    wish = question(
        "tiles", model=f"sandbox/image-{name}", **{"stream": False, "modalities": ["image", "text"], **more}
    )
    return client.post("/chat/completions", json={"image_config": {"quality": "low"}, **wish})


def entries(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def data_of(answer: httpx.Response) -> bytes:
    return base64.b64decode(entries(answer)[0]["b64_json"], validate=True)


def whole(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_the_table_covers_every_item_that_concerns_pictures() -> None:
    assert {manners.item for manners in BAD.values()} >= {*range(23, 28)}


def test_bad_models_answer_without_being_listed() -> None:
    with served(create_sandbox(speed=math.inf)) as base, httpx.Client(base_url=base, headers=KEY) as client:
        listed = {model["id"] for model in client.get("/images/models").json()["data"]}

        assert not any(name.startswith("sandbox/image-") for name in listed)
        assert ask(client, "broken").status_code == 200


def test_odd_entries_are_listed_with_the_ugly_ones(hasty: httpx.Client) -> None:
    listed = {model["id"]: model for model in hasty.get("/images/models").json()["data"]}

    assert {f"sandbox/image-{name}" for name in BAD} < set(listed)
    assert listed["sandbox/image-plain"]["supported_parameters"] == {}
    assert listed["sandbox/image-one"]["supported_parameters"]["n"]["max"] == 1
    assert "sparkle" in listed["sandbox/image-strange"]["supported_parameters"]


def test_a_model_may_not_say_what_it_costs(hasty: httpx.Client) -> None:
    priced = hasty.get("/images/models/sandbox/image-unpriced/endpoints").json()["endpoints"][0]["pricing"]

    assert priced == []
    assert ask(hasty, "unpriced").json()["usage"]["cost"] is None


class TestTheAnswer:
    @pytest.mark.parametrize(("name", "count"), [("few", 2), ("more", 8), ("none", 0)])
    def test_may_have_another_number_of_pictures(self, hasty: httpx.Client, name: str, count: int) -> None:
        assert len(entries(ask(hasty, name, n=4))) == count

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("wrong-type", "image/jpeg"),
            ("odd-type", "application/x-msdownload"),
            ("no-type", None),
            ("svg-as-png", "image/png"),
        ],
    )
    def test_may_name_another_type(self, hasty: httpx.Client, name: str, media_type: str | None) -> None:
        assert entries(ask(hasty, name))[0].get("media_type") == media_type

    def test_may_be_svg(self, hasty: httpx.Client) -> None:
        assert entries(ask(hasty, "svg"))[0]["media_type"] == "image/svg+xml"
        assert b"<script>" in data_of(ask(hasty, "svg"))

    def test_may_have_no_usage_or_no_cost(self, hasty: httpx.Client) -> None:
        assert "usage" not in ask(hasty, "no-usage").json()
        assert "cost" not in ask(hasty, "no-cost").json()["usage"]
        assert ask(hasty, "cost-null").json()["usage"]["cost"] is None
        assert ask(hasty, "cost-dear").json()["usage"]["cost"] == 4.0


class TestTheBytes:
    @pytest.mark.parametrize(("name", "least"), [("huge", 20_000_000), ("huger", 60_000_000)])
    def test_may_be_many_and_a_picture(self, hasty: httpx.Client, name: str, least: int) -> None:
        answer = ask(hasty, name)

        assert len(answer.content) > least
        assert whole(data_of(answer)).size == (64, 64)

    @pytest.mark.parametrize("name", ["huge-junk", "html", "text", "empty", "broken", "svg-as-png", "bomb"])
    def test_may_be_no_picture_that_can_be_decoded(self, hasty: httpx.Client, name: str) -> None:
        data = data_of(ask(hasty, name))

        with pytest.raises((OSError, SyntaxError, Image.DecompressionBombError)):
            whole(data)

    def test_may_be_twenty_megabytes_of_nothing(self, hasty: httpx.Client) -> None:
        assert len(ask(hasty, "huge-junk").content) > 20_000_000

    def test_of_the_bomb_are_few(self, hasty: httpx.Client) -> None:
        assert len(data_of(ask(hasty, "bomb"))) < 10_000

    def test_may_be_broken_in_all_but_the_first(self, hasty: httpx.Client) -> None:
        first, *others = (
            base64.b64decode(entry["b64_json"]) for entry in entries(ask(hasty, "one-broken", n=3))
        )

        assert whole(first).size == (64, 64)
        for data in others:
            with pytest.raises((OSError, SyntaxError)):
                whole(data)

    def test_may_be_spelt_wrongly(self, hasty: httpx.Client) -> None:
        with pytest.raises(binascii.Error):
            data_of(ask(hasty, "bad-base64"))
        assert entries(ask(hasty, "data-url"))[0]["b64_json"].startswith("data:image/png;base64,")

    def test_may_be_spelt_in_lines(self, hasty: httpx.Client) -> None:
        spelt = entries(ask(hasty, "base64-lines"))[0]["b64_json"]

        assert "\n" in spelt
        assert whole(base64.b64decode(spelt)).size == (64, 64)

    def test_may_be_a_page(self, hasty: httpx.Client) -> None:
        answer = ask(hasty, "html-page")

        assert answer.headers["content-type"].startswith("text/html")
        assert answer.text.startswith("<!doctype html>")


class TestTheWire:
    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize("name", BROKEN_WIRES)
    def test_may_break(self, hasty: httpx.Client, name: str, stream: bool) -> None:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            ask(hasty, name, stream=stream)

    def test_may_tell_an_error_after_a_partial_picture(self, hasty: httpx.Client) -> None:
        told = [json.loads(data) for data in events(ask(hasty, "stream-error", stream=True).content)]

        assert [event["type"] for event in told] == ["image_generation.partial_image", "error"]
        assert told[-1]["error"].keys() == {"message", "code", "param", "type"}

    def test_may_end_before_the_picture(self, hasty: httpx.Client) -> None:
        assert b"completed" not in ask(hasty, "stream-ends", stream=True).content
        with pytest.raises(json.JSONDecodeError):
            ask(hasty, "stream-ends").json()

    def test_may_begin_with_blank_lines(self, hasty: httpx.Client) -> None:
        answer = ask(hasty, "blank-lines")

        assert answer.content.startswith(b"\n\n ")
        assert whole(data_of(answer)).size == (64, 64)

    def test_of_a_slow_model_takes_ten_seconds_divided_by_the_speed(self) -> None:
        with served(create_sandbox(speed=20)) as base, httpx.Client(base_url=base, headers=KEY) as client:
            began = time.monotonic()
            assert ask(client, "slow").status_code == 200

            assert 0.5 <= time.monotonic() - began < 3

    def test_that_the_caller_leaves_is_noticed(self) -> None:
        with (
            served(create_sandbox(record=True)) as base,
            httpx.Client(base_url=base, headers=KEY, timeout=0.3) as client,
        ):
            with pytest.raises(httpx.ReadTimeout):
                ask(client, "slowest")

            def left() -> Any:
                records = httpx.get(f"{base}/_requests").json()["data"]
                return next((one for one in records if one["outcome"] == "client-left"), None)

            assert until(left, seconds=2)["left_after_ms"] < 1500


class TestLinks:
    @pytest.mark.parametrize("name", LINKS)
    @pytest.mark.parametrize("path", ["/images", "/images/generations"])
    def test_stand_in_place_of_the_bytes(self, hasty: httpx.Client, name: str, path: str) -> None:
        wish = {"model": f"sandbox/image-{name}", "prompt": "tiles", "size": "64x64"}

        (entry,) = entries(hasty.post(path, json=wish))

        assert entry.keys() == {"url"}

    @pytest.mark.parametrize(
        ("name", "status", "media_type"),
        [
            ("link", 200, "image/png"),
            ("expired-link", 403, "application/xml"),
            ("html-link", 200, "text/html; charset=utf-8"),
        ],
    )
    def test_lead_where_the_table_says(
        self, hasty: httpx.Client, name: str, status: int, media_type: str
    ) -> None:
        said = chat(hasty, name).json()["choices"][0]["message"]["images"][0]["image_url"]["url"]

        for url in (entries(ask(hasty, name))[0]["url"], said):
            fetched = httpx.get(url)

            assert (fetched.status_code, fetched.headers["content-type"]) == (status, media_type)

    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("private-link", "http://169.254."),
            ("loopback-link", "http://127.0.0.1:9/"),
            ("file-link", "file:///"),
        ],
    )
    def test_may_lead_where_nobody_should_go(self, hasty: httpx.Client, name: str, start: str) -> None:
        assert entries(ask(hasty, name))[0]["url"].startswith(start)
        url = chat(hasty, name).json()["choices"][0]["message"]["images"][0]["image_url"]["url"]
        assert url.startswith(start)


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            *(
                ("refuses", 403),
                ("policy", 400),
                ("no-balance", 402),
                ("rate-limited", 429),
                ("unavailable", 502),
            ),
            *(("overloaded", 503), ("timeout", 524)),
        ],
    )
    @pytest.mark.parametrize("route", [ask, chat])
    def test_come_with_their_status(
        self, hasty: httpx.Client, name: str, status: int, route: Callable[..., httpx.Response]
    ) -> None:
        answer = route(hasty, name)

        assert answer.status_code == status
        assert answer.json()["error"]["code"] == status
        assert answer.headers["x-generation-id"].startswith("gen-")

    def test_for_the_balance_are_as_captured(self, hasty: httpx.Client) -> None:
        error = ask(hasty, "no-balance").json()["error"]

        assert error["message"] == "This request requires at least $1.00 in balance for image or video output"
        assert error["metadata"] == {"limit_source": "openrouter_key_limit"}

    def test_may_hide_in_a_200(self, hasty: httpx.Client) -> None:
        assert "error" in ask(hasty, "error-200").json()

    def test_in_words_come_without_a_picture(self, hasty: httpx.Client) -> None:
        message = chat(hasty, "words-only").json()["choices"][0]["message"]

        assert message["content"].startswith("I am sorry")
        assert "images" not in message
        assert entries(ask(hasty, "words-only")) == []


class TestInAChat:
    def test_an_entry_may_lack_type_and_index(self, hasty: httpx.Client) -> None:
        (entry,) = chat(hasty, "bare").json()["choices"][0]["message"]["images"]

        assert entry.keys() == {"image_url"}

    @pytest.mark.parametrize("stream", [True, False])
    def test_several_pictures_may_come_at_once(self, hasty: httpx.Client, stream: bool) -> None:
        answer = chat(hasty, "several", stream=stream)
        if stream:
            chunks = [json.loads(data) for data in events(answer.content) if data != "[DONE]"]
            found = next(d["images"] for c in chunks if "images" in (d := c["choices"][0]["delta"]))
        else:
            found = answer.json()["choices"][0]["message"]["images"]

        assert [entry["index"] for entry in found] == [0, 1, 2]

    def test_words_alone_may_end_a_stream(self, hasty: httpx.Client) -> None:
        answer = chat(hasty, "words-only", stream=True)

        assert b'"images"' not in answer.content
        assert events(answer.content)[-1] == "[DONE]"
