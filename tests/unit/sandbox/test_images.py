"""Pictures over HTTP: OpenRouter's endpoint, OpenAI's two, and the chat."""

import base64
import io
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from PIL import Image
from studio.sandbox.app import create_sandbox

from tests.support.sandbox import KEY, events, question, served

NOW = 1_790_000_000
TINY = {"size": "64x64"}


class Clock:
    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def quick(clock: Clock) -> Iterator[httpx.Client]:
    """A sandbox that never waits."""
    with (
        served(create_sandbox(speed=math.inf, now=clock), path="") as base,
        httpx.Client(base_url=base, headers=KEY, timeout=20) as client,
    ):
        yield client


def make(client: httpx.Client, **wish: Any) -> httpx.Response:
    return client.post("/images", json={"model": "sandbox/painter", "prompt": "a blue sea", **TINY, **wish})


def picture(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text, validate=True)))


def first(answer: httpx.Response) -> Image.Image:
    return picture(answer.json()["data"][0]["b64_json"])


def input_of(colour: tuple[int, int, int] = (200, 40, 40), size: tuple[int, int] = (60, 40)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def reference(data: bytes) -> dict[str, Any]:
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def error(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


class TestImages:
    def test_nobody_paints_without_a_key(self, quick: httpx.Client) -> None:
        for path in ("/images", "/images/generations", "/images/edits"):
            answer = httpx.post(f"{quick.base_url}{path}", json={"model": "sandbox/painter", "prompt": "x"})

            assert answer.status_code == 401

    def test_the_answer_is_as_captured(self, quick: httpx.Client) -> None:
        answer = make(quick)
        body = answer.json()

        assert list(body) == ["created", "data", "usage"]
        assert body["created"] == 0
        assert body["data"][0].keys() == {"b64_json", "media_type"}
        assert answer.headers["x-generation-id"].startswith(f"gen-img-{NOW}-")
        assert answer.headers["x-provider-name"] == "Sandbox"
        assert "content-length" not in answer.headers
        assert (
            body["usage"]["total_tokens"]
            == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
        )

    @pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
    def test_each_format_is_real(self, quick: httpx.Client, form: str) -> None:
        answer = make(quick, output_format=form)

        assert first(answer).format == form.upper()
        assert answer.json()["data"][0]["media_type"] == f"image/{form}"

    @pytest.mark.parametrize(
        ("settings", "size"),
        [
            ({"aspect_ratio": "21:9"}, (1536, 672)),
            ({"resolution": "2K", "aspect_ratio": "9:16"}, (1536, 2688)),
            ({"size": "2K"}, (2048, 2048)),
            ({"size": "640x200"}, (640, 200)),
            ({}, (1024, 1024)),
        ],
    )
    def test_each_way_to_say_a_size(
        self, quick: httpx.Client, settings: dict[str, str], size: tuple[int, int]
    ) -> None:
        wish = {
            "model": "sandbox/painter",
            "prompt": "tiles",
            "quality": "low",
            "output_format": "jpeg",
            **settings,
        }

        assert first(quick.post("/images", json=wish)).size == size

    def test_the_same_seed_gives_the_same_bytes_and_none_gives_others(self, quick: httpx.Client) -> None:
        same = [make(quick, seed=5).json()["data"] for _ in range(2)]
        drawn = [make(quick).json()["data"][0]["b64_json"] for _ in range(3)]

        assert same[0] == same[1]
        assert len(set(drawn)) > 1

    def test_several_pictures_differ_and_the_first_is_the_one_of_the_seed(self, quick: httpx.Client) -> None:
        four = [entry["b64_json"] for entry in make(quick, seed=5, n=4).json()["data"]]

        assert len(set(four)) == 4
        assert four[0] == make(quick, seed=5).json()["data"][0]["b64_json"]

    def test_an_edit_begins_with_the_input_and_takes_its_shape(self, quick: httpx.Client) -> None:
        wish = {"prompt": "put it in a frame", "input_references": [reference(input_of())], "size": None}
        answer = make(quick, **wish, quality="low")

        assert first(answer).size == (1248, 832)
        assert first(answer).convert("RGB").getpixel((624, 416)) == (200, 40, 40)

    def test_a_transparent_ground_is_transparent(self, quick: httpx.Client) -> None:
        assert first(make(quick, prompt="flowers", background="transparent")).mode == "RGBA"

    @pytest.mark.parametrize(
        ("settings", "cost"),
        [
            ({}, "0.04"),
            ({"quality": "low"}, "0.01"),
            ({"quality": "high", "n": 3}, "0.24"),
            ({"n": 2, "input_references": [reference(input_of())] * 2}, "0.084"),
            ({"size": "1280x1344", "quality": "low"}, "0.02"),
        ],
    )
    def test_the_cost_is_the_price_list(
        self, quick: httpx.Client, settings: dict[str, Any], cost: str
    ) -> None:
        usage = make(quick, **settings).json()["usage"]

        assert Decimal(str(usage["cost"])) == Decimal(cost)
        assert usage["completion_tokens_details"]["image_tokens"] == usage["completion_tokens"] > 0


class TestRefusedSettings:
    @pytest.mark.parametrize(
        ("model", "settings", "named"),
        [
            ("painter", {"n": 5}, 'n "5"'),
            ("painter", {"n": True}, 'n "True"'),
            ("painter", {"quality": "max"}, 'quality "max"'),
            ("painter", {"output_format": "svg"}, 'output_format "svg"'),
            ("painter", {"resolution": "4K"}, 'resolution "4K"'),
            ("painter", {"size": "9999x9999"}, 'size "9999x9999"'),
            ("painter", {"output_compression": 101}, 'output_compression "101"'),
            ("painter", {"input_references": [reference(b"")] * 5}, 'input_references "5"'),
            ("sketcher", {"n": 2, "size": None}, 'n "2"'),
            ("sketcher", {"seed": 1, "size": None}, 'seed "1"'),
            ("sketcher", {"aspect_ratio": "16:9", "size": None}, 'aspect_ratio "16:9"'),
            ("sketcher", {"input_references": [reference(b"")], "size": None}, 'input_references "1"'),
        ],
    )
    def test_what_a_model_does_not_list_is_named(
        self, quick: httpx.Client, model: str, settings: dict[str, Any], named: str
    ) -> None:
        answer = make(quick, model=f"sandbox/{model}", **settings)

        assert answer.status_code == 400
        assert named in error(answer)["message"]
        assert error(answer)["metadata"]["failed_routing_step"] == "Filter by Image Capabilities"
        assert answer.headers["x-generation-id"].startswith("gen-img-")

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            ({"prompt": ""}, "prompt"),
            ({"prompt": None}, "prompt"),
            ({"model": "acme/none"}, "acme/none is not a valid model ID"),
            ({"model": "sandbox/retoucher", "size": None}, "at least 1 input"),
            ({"background": "transparent", "output_format": "jpeg"}, "png or webp"),
            ({"resolution": "2K"}, "contradicts"),
            ({"aspect_ratio": "16:9"}, "contradicts"),
            ({"input_references": [reference(b"no picture")]}, "cannot be read"),
            ({"input_references": [{"image_url": {"url": "http://a.example/b.png"}}]}, "data URLs"),
            ({"input_references": [{}]}, "image_url.url"),
        ],
    )
    def test_what_cannot_be_made_is_told(self, quick: httpx.Client, wish: dict[str, Any], words: str) -> None:
        answer = make(quick, **wish)

        assert answer.status_code == 400
        assert words in error(answer)["message"]

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
    def test_a_body_that_is_no_object_is_refused(self, quick: httpx.Client, body: bytes) -> None:
        assert quick.post("/images", content=body).status_code == 400

    def test_refusals_cost_nothing(self, quick: httpx.Client) -> None:
        generation = make(quick, n=5).headers["x-generation-id"]

        found = [quick.get("/generation", params={"id": generation}) for _ in range(3)][-1]

        assert found.json()["data"]["total_cost"] == 0

    def test_a_painter_does_not_chat(self, quick: httpx.Client) -> None:
        answer = quick.post("/chat/completions", json=question(model="sandbox/painter", stream=False))

        assert answer.status_code == 400


class TestTheStream:
    def told(self, client: httpx.Client, **wish: Any) -> list[dict[str, Any]]:
        found = events(make(client, stream=True, **wish).content)
        assert found[-1] == "[DONE]"
        return [json.loads(data) for data in found[:-1]]

    def test_partials_come_before_the_picture(self, quick: httpx.Client) -> None:
        *partials, completed = self.told(quick, seed=3)

        assert [partial["type"] for partial in partials] == ["image_generation.partial_image"] * 2
        assert [partial["partial_image_index"] for partial in partials] == [0, 1]
        assert all(picture(partial["b64_json"]).size == (64, 64) for partial in partials)
        assert completed["type"] == "image_generation.completed"
        assert (completed["created"], completed["media_type"]) == (NOW, "image/png")
        assert completed["usage"]["cost"] == 0.04
        assert completed["b64_json"] == make(quick, seed=3).json()["data"][0]["b64_json"]

    def test_comments_are_empty_and_events_have_no_name(self, quick: httpx.Client) -> None:
        answer = make(quick, stream=True)

        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.text.startswith(": \n\n")
        assert "event:" not in answer.text

    def test_each_of_several_pictures_is_completed_and_the_last_has_the_usage(
        self, quick: httpx.Client
    ) -> None:
        completed = [told for told in self.told(quick, n=3) if told["type"].endswith("completed")]

        assert ["usage" in told for told in completed] == [False, False, True]

    def test_a_model_without_streams_answers_with_json(self, quick: httpx.Client) -> None:
        wish = {"model": "sandbox/retoucher", "prompt": "mirror", "stream": True}
        answer = quick.post("/images", json={**wish, "input_references": [reference(input_of())]})

        assert answer.headers["content-type"] == "application/json"
        assert len(answer.json()["data"]) == 1


class TestTheLists:
    def test_image_models_say_what_they_take(self, quick: httpx.Client) -> None:
        listed = {model["id"]: model for model in quick.get("/images/models").json()["data"]}
        painter, sketcher, retoucher = (listed[f"sandbox/{n}"] for n in ("painter", "sketcher", "retoucher"))

        assert len(listed) == 3
        assert painter["supported_parameters"]["n"] == {"type": "range", "min": 1, "max": 4}
        assert painter["supports_streaming"] is True
        assert not {"n", "seed"} & sketcher["supported_parameters"].keys()
        assert retoucher["supported_parameters"]["input_references"]["min"] == 1

    def test_the_endpoints_stand_where_the_list_says_from_the_host(self, quick: httpx.Client) -> None:
        listed = quick.get("/images/models").json()["data"]

        for model in listed:
            found = httpx.get(f"{str(quick.base_url).rstrip('/')}{model['endpoints']}").json()

            assert found["id"] == model["id"]
            assert found["endpoints"][0]["supported_parameters"] == model["supported_parameters"]
            assert all(isinstance(entry["cost_usd"], float) for entry in found["endpoints"][0]["pricing"])

    def test_prices_tell_tier_and_quality(self, quick: httpx.Client) -> None:
        found = quick.get("/images/models/sandbox/painter/endpoints").json()["endpoints"][0]["pricing"]

        assert {"billable": "output_image", "unit": "image", "cost_usd": 0.15, "variant": "2K high"} in found
        assert {"billable": "input_reference", "unit": "image", "cost_usd": 0.002} in found

    def test_an_unknown_model_has_no_endpoints(self, quick: httpx.Client) -> None:
        assert quick.get("/images/models/acme/none/endpoints").status_code == 404

    def test_the_generation_is_known(self, quick: httpx.Client) -> None:
        answer = make(quick, n=2)
        found = [quick.get(f"/generation?id={answer.headers['x-generation-id']}") for _ in range(3)][-1]
        facts = found.json()["data"]

        assert (facts["api_type"], facts["finish_reason"], facts["num_media_completion"]) == (
            "image",
            "complete",
            2,
        )
        assert facts["total_cost"] == answer.json()["usage"]["cost"] == 0.08


class TestOpenAi:
    def test_generations_answer_with_bytes_and_no_cost(self, quick: httpx.Client) -> None:
        wish = {"model": "sandbox/painter", "prompt": "a city", "size": "64x64", "n": 2, "quality": "hd"}
        body = quick.post("/images/generations", json=wish).json()

        assert body["created"] == NOW
        assert [entry.keys() for entry in body["data"]] == [{"b64_json"}, {"b64_json"}]
        assert (body["size"], body["quality"], body["output_format"]) == ("64x64", "high", "png")
        assert body["usage"].keys() == {
            "input_tokens",
            "output_tokens",
            "total_tokens",
            "input_tokens_details",
        }

    def test_a_link_needs_no_key_and_expires(self, quick: httpx.Client, clock: Clock) -> None:
        wish = {"model": "sandbox/painter", "prompt": "a city", "size": "64x64", "response_format": "url"}
        (entry,) = quick.post("/images/generations", json=wish).json()["data"]

        fetched = httpx.get(entry["url"])
        clock.seconds += 3601
        late = httpx.get(entry["url"])
        clock.seconds = NOW

        assert entry.keys() == {"url"}
        assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")
        assert Image.open(io.BytesIO(fetched.content)).size == (64, 64)
        assert late.status_code == 403
        assert httpx.get(f"{quick.base_url}/files/nothing").status_code == 404

    def test_an_edit_comes_as_a_form(self, quick: httpx.Client) -> None:
        mask = io.BytesIO()
        Image.new("RGBA", (60, 40), (0, 0, 0, 255)).save(mask, "PNG")
        form = {"model": "sandbox/painter", "prompt": "make it night", "size": "96x64", "n": "1"}
        files = {"image": ("a.png", input_of(), "image/png"), "mask": ("m.png", mask.getvalue(), "image/png")}

        answer = quick.post("/images/edits", data=form, files=files)

        assert answer.status_code == 200
        assert first(answer).convert("RGB").getpixel((10, 10)) == (200, 40, 40)

    def test_an_edit_of_several_pictures(self, quick: httpx.Client) -> None:
        colours = [(200, 30, 30), (30, 160, 60)]
        files = [("image[]", (f"{n}.png", input_of(colour), "image/png")) for n, colour in enumerate(colours)]
        form = {"model": "sandbox/painter", "prompt": "frame", "size": "120x80"}

        found = first(quick.post("/images/edits", data=form, files=files)).convert("RGB").getcolors(9600)

        assert {colour for _, colour in found or ()} >= set(colours)

    @pytest.mark.parametrize(
        ("form", "files", "words"),
        [
            ({"prompt": "x"}, {}, "needs an image"),
            ({"prompt": ""}, {"image": input_of()}, "prompt"),
            ({"prompt": "x"}, {"image": b"%PDF-1.7"}, "image: "),
            ({"prompt": "x"}, {"image": input_of(), "mask": b"junk"}, "mask: "),
            ({"prompt": "x", "n": "many"}, {"image": input_of()}, "'n'"),
            ({"prompt": "x", "size": "huge"}, {"image": input_of()}, "'huge'"),
            ({"prompt": "x", "quality": "best"}, {"image": input_of()}, "'best'"),
        ],
    )
    def test_a_bad_form_is_refused(
        self, quick: httpx.Client, form: dict[str, str], files: dict[str, bytes], words: str
    ) -> None:
        parts = [(name, (None, value)) for name, value in {"model": "sandbox/painter", **form}.items()]
        uploads = [(name, (f"{name}.png", data, "image/png")) for name, data in files.items()]

        answer = quick.post("/images/edits", files=[*parts, *uploads])

        assert answer.status_code == 400
        assert words in error(answer)["message"]

    @pytest.mark.parametrize(
        ("path", "wish"),
        [
            ("generations", {"model": "sandbox/retoucher"}),
            ("generations", {"model": "sandbox/sketcher", "n": 2}),
            ("edits", {"model": "sandbox/sketcher", "images": [reference(input_of())["image_url"]]}),
            ("edits", {"images": 5}),
            ("edits", {"images": [5]}),
            ("edits", {"image": "a.png"}),
            ("edits", {"image": ["a.png"]}),
        ],
    )
    def test_what_a_model_cannot_do_is_refused(
        self, quick: httpx.Client, path: str, wish: dict[str, Any]
    ) -> None:
        answer = quick.post(f"/images/{path}", json={"model": "sandbox/painter", "prompt": "x", **wish})

        assert answer.status_code == 400

    def test_an_edit_may_come_as_json(self, quick: httpx.Client) -> None:
        url = reference(input_of())["image_url"]["url"]
        wish = {
            "model": "sandbox/painter",
            "prompt": "frame",
            "size": "96x64",
            "images": [{"image_url": url}],
        }

        found = first(quick.post("/images/edits", json=wish)).convert("RGB")

        assert found.getpixel((48, 32)) == (200, 40, 40)

    @pytest.mark.parametrize("path", ["/images", "/images/edits"])
    def test_a_broken_form_is_refused(self, quick: httpx.Client, path: str) -> None:
        headers = {"content-type": "multipart/form-data"}

        assert quick.post(path, content=b"--x\r\nnonsense", headers=headers).status_code == 400

    def test_events_of_a_stream_have_names(self, quick: httpx.Client) -> None:
        wish = {
            "model": "sandbox/painter",
            "prompt": "dunes",
            "size": "64x64",
            "stream": True,
            "partial_images": 1,
        }
        answer = quick.post("/images/generations", json=wish)
        partial, completed = map(json.loads, events(answer.content))

        assert "event: image_generation.partial_image\ndata: {" in answer.text
        assert partial["type"] == "image_generation.partial_image"
        assert completed["type"] == "image_generation.completed"
        assert (completed["created_at"], completed["size"]) == (NOW, "64x64")
        assert "cost" not in completed["usage"]


class TestInAChat:
    def ask(self, client: httpx.Client, text: str = "a city at night", **more: Any) -> httpx.Response:
        wish = question(
            text, model="sandbox/muralist", **{"stream": False, "modalities": ["image", "text"], **more}
        )
        return client.post("/chat/completions", json={"image_config": {"aspect_ratio": "21:9"}, **wish})

    def test_the_message_has_words_and_a_picture(self, quick: httpx.Client) -> None:
        body = self.ask(quick).json()
        message = body["choices"][0]["message"]
        (entry,) = message["images"]
        kind, _, data = entry["image_url"]["url"].partition(",")

        assert message["content"] == "Here it is."
        assert (entry["type"], entry["index"], kind) == ("image_url", 0, "data:image/png;base64")
        assert picture(data).size == (1536, 672)
        assert body["usage"]["completion_tokens_details"]["image_tokens"] == 1290
        assert body["usage"]["cost"] > 1290 * 0.00003

    def test_a_stream_has_it_in_one_delta(self, quick: httpx.Client) -> None:
        answer = self.ask(quick, stream=True)
        found = [json.loads(data) for data in events(answer.content) if data != "[DONE]"]
        pictures = [d["images"] for chunk in found if "images" in (d := chunk["choices"][0]["delta"])]

        assert len(pictures) == 1
        assert picture(pictures[0][0]["image_url"]["url"].partition(",")[2]).size == (1536, 672)
        assert found[-1]["usage"]["completion_tokens_details"]["image_tokens"] == 1290

    def test_without_the_modality_there_are_only_words(self, quick: httpx.Client) -> None:
        message = self.ask(quick, modalities=["text"]).json()["choices"][0]["message"]

        assert "images" not in message
        assert message["content"]

    def test_a_picture_in_the_question_is_changed(self, quick: httpx.Client) -> None:
        content = [{"type": "text", "text": "put it in a frame"}, reference(input_of((30, 160, 60)))]
        wish = {"messages": [{"role": "user", "content": content}], "seed": 1}

        url = self.ask(quick, **wish).json()["choices"][0]["message"]["images"][0]["image_url"]["url"]

        assert picture(url.partition(",")[2]).convert("RGB").getpixel((700, 330)) == (30, 160, 60)

    @pytest.mark.parametrize("config", [{"aspect_ratio": "7:13"}, {"image_size": "8K"}])
    def test_a_shape_it_does_not_have_is_refused(self, quick: httpx.Client, config: dict[str, str]) -> None:
        assert self.ask(quick, image_config=config).status_code == 400
