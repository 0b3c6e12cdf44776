"""The models that anybody may pick, over HTTP."""

import base64
import io
import json
import math
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from studio.sandbox.app import create_sandbox
from studio.sandbox.text_models import TEXT_MODELS

from tests.support.sandbox import KEY, on_the_wire, question, seen, served

ANSWERING = ["scribe", "thinker", "seer", "sprinter", "slow", "unpriced", "metronome"]
NOW = 1_790_000_000


@pytest.fixture(scope="module")
def quick() -> Iterator[httpx.Client]:
    """A sandbox that never waits."""
    with (
        served(create_sandbox(speed=math.inf, now=lambda: NOW)) as base,
        httpx.Client(base_url=base, headers=KEY) as client,
    ):
        yield client


def ask(client: httpx.Client, text: str = "Why do plates stack?", **more: Any) -> httpx.Response:
    return client.post("/chat/completions", json=question(text, **{"stream": False, **more}))


def content(answer: httpx.Response) -> str:
    return str(answer.json()["choices"][0]["message"]["content"])


class TestTheStream:
    def test_its_bytes_are_as_captured(self, quick: httpx.Client) -> None:
        wire = on_the_wire(str(quick.base_url).rstrip("/"), question("count 1", model="sandbox/metronome"))
        gid = wire.headers["x-generation-id"]
        head = f'"id":"{gid}","object":"chat.completion.chunk","created":{NOW},"model":"sandbox/metronome"'
        comment, content, finish, usage, done = wire.chunks

        assert gid.startswith(f"gen-{NOW}-")
        assert len(gid) == len(f"gen-{NOW}-") + 20
        assert comment == b": OPENROUTER PROCESSING\n\n"
        assert content.decode() == (
            f'data: {{{head},"provider":"Sandbox","choices":[{{"index":0,"delta":{{"role":"assistant",'
            f'"content":"1 "}},"finish_reason":null,"native_finish_reason":null}}]}}\n\n'
        )
        assert b'"finish_reason":"stop"' in finish
        assert b'"usage"' not in finish
        assert b'"finish_reason":"stop"' in usage
        assert b'"usage":{"prompt_tokens":' in usage
        assert done == b"data: [DONE]\n\n"

    def test_its_headers_are_as_captured(self, base: str) -> None:
        headers = on_the_wire(base, question(model="sandbox/sprinter")).headers

        assert headers["content-type"] == "text/event-stream"
        assert headers["cache-control"] == "no-cache"
        assert headers["transfer-encoding"] == "chunked"
        assert "X-Generation-Id" in headers["access-control-expose-headers"]

    @pytest.mark.parametrize("name", ANSWERING)
    def test_every_chunk_names_role_model_and_provider(self, base: str, name: str) -> None:
        found = seen(on_the_wire(base, question("count 20 at 500 per second", model=f"sandbox/{name}")))

        assert found.is_done
        assert found.models == {f"sandbox/{name}"}
        assert {chunk["provider"] for chunk in found.chunks} == {"Sandbox"}
        assert {chunk["choices"][0]["delta"]["role"] for chunk in found.chunks} == {"assistant"}

    @pytest.mark.parametrize("name", ANSWERING)
    def test_stream_and_json_say_the_same_and_cost_the_same(self, base: str, name: str) -> None:
        wish: dict[str, Any] = {"model": f"sandbox/{name}", "seed": 7}

        streamed = seen(on_the_wire(base, question("count 9 at 500 per second", **wish)))
        whole = seen(on_the_wire(base, question("count 9 at 500 per second", stream=False, **wish)))

        assert (streamed.text, streamed.reasoning) == (whole.text, whole.reasoning)
        assert streamed.usage == whole.usage

    def test_comments_fill_a_long_wait(self, base: str) -> None:
        assert (
            on_the_wire(base, question(model="sandbox/slow")).body.count(b": OPENROUTER PROCESSING\n\n") == 5
        )


class TestScribe:
    def test_it_speaks_about_the_words_of_the_question(self, quick: httpx.Client) -> None:
        text = content(ask(quick, "How do lighthouses survive winter storms?", model="sandbox/scribe"))

        assert {"lighthouses", "survive", "winter", "storms"} <= set(text.replace("*", " ").split())

    def test_it_uses_every_element_of_markdown(self, quick: httpx.Client) -> None:
        text = content(ask(quick, model="sandbox/scribe"))

        for mark in [
            "## ",
            "\n- ",
            "\n1. ",
            "| :-- |",
            "```python",
            "\n> ",
            "$\\bar",
            "$$",
            "](https://",
            "*simulated*",
        ]:
            assert mark in text
        assert text.count("```") == 4

    def test_its_length_suits_a_page(self, quick: httpx.Client) -> None:
        tokens = ask(quick, model="sandbox/scribe").json()["usage"]["completion_tokens"]

        assert 150 <= tokens <= 400

    def test_the_same_seed_gives_the_same_answer(self, quick: httpx.Client) -> None:
        first, second = (content(ask(quick, model="sandbox/scribe", seed=3)) for _ in range(2))

        assert first == second

    def test_asking_again_without_a_seed_gives_other_words(self, quick: httpx.Client) -> None:
        answers = {content(ask(quick, model="sandbox/scribe")) for _ in range(5)}

        assert len(answers) > 1

    def test_temperature_0_gives_the_calm_wording(self, quick: httpx.Client) -> None:
        answers = {content(ask(quick, model="sandbox/scribe", temperature=0)) for _ in range(3)}

        assert len(answers) == 1

    def test_temperature_changes_the_wording(self, quick: httpx.Client) -> None:
        answers = {content(ask(quick, model="sandbox/scribe", temperature=t / 4, seed=1)) for t in range(5)}

        assert len(answers) > 1

    @pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
    def test_a_limit_ends_it_with_length(self, quick: httpx.Client, name: str) -> None:
        wish: dict[str, Any] = {"model": "sandbox/scribe", name: 12}

        answer = ask(quick, **wish).json()

        assert answer["choices"][0]["finish_reason"] == "length"
        assert answer["usage"]["completion_tokens"] == 12

    def test_a_stop_word_ends_it(self, quick: httpx.Client) -> None:
        answer = ask(quick, model="sandbox/scribe", stop=["## "])

        assert "## " not in content(answer)
        assert answer.json()["choices"][0]["finish_reason"] == "stop"

    def test_it_remembers_the_earlier_question(self, quick: httpx.Client) -> None:
        history = [
            {"role": "user", "content": "Where do herons sleep?"},
            {"role": "assistant", "content": "In trees."},
            {"role": "user", "content": "What was my earlier question?"},
        ]

        assert "“Where do herons sleep?”" in content(ask(quick, model="sandbox/scribe", messages=history))

    def test_it_keeps_to_the_system_prompt(self, quick: httpx.Client) -> None:
        talk = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why do plates stack?"},
        ]

        text = content(ask(quick, model="sandbox/scribe", messages=talk))

        assert "“Be brief.”" in text
        assert len(text) < 200

    def test_asked_for_a_title_it_gives_nothing_else(self, quick: httpx.Client) -> None:
        text = content(
            ask(quick, "Give a title of at most six words: bread baking at home", model="sandbox/scribe")
        )

        assert text == "Bread, baking and home"

    def test_it_can_add(self, quick: httpx.Client) -> None:
        assert "**42**" in content(ask(quick, "What is 17 + 25?", model="sandbox/scribe"))

    @pytest.mark.parametrize(
        "text", ["", "🦊🦊", "a\ud83d b", "x" * 50_000, "| a | <b> ${x}$ `", "1/0", "9" * 5000]
    )
    def test_no_prompt_upsets_it(self, quick: httpx.Client, text: str) -> None:
        wish = json.dumps(question(text, model="sandbox/scribe", stream=False))

        assert quick.post("/chat/completions", content=wish).status_code == 200


class TestTheOthers:
    def test_the_thinker_thinks_before_it_answers(self, base: str) -> None:
        found = seen(on_the_wire(base, question(model="sandbox/thinker")))
        thoughts = [bool(chunk["choices"][0]["delta"].get("reasoning_details")) for chunk in found.chunks]

        assert thoughts == sorted(thoughts, reverse=True)
        assert found.usage is not None
        assert found.usage["completion_tokens_details"]["reasoning_tokens"] == sum(thoughts) > 10

    @pytest.mark.parametrize(
        "wish",
        [
            {"reasoning": {"enabled": False}},
            {"reasoning": {"effort": "none"}},
            {"reasoning_effort": "none"},
            {"reasoning": {"exclude": True}},
            {"include_reasoning": False},
        ],
    )
    def test_the_thinker_can_keep_quiet_about_it(self, base: str, wish: dict[str, Any]) -> None:
        assert seen(on_the_wire(base, question(model="sandbox/thinker", **wish))).reasoning == ""

    def test_more_effort_means_more_thoughts(self, quick: httpx.Client) -> None:
        low, high = (
            ask(quick, model="sandbox/thinker", reasoning={"effort": effort}).json()["usage"]
            for effort in ("low", "high")
        )

        assert low["completion_tokens"] < high["completion_tokens"]

    def test_thoughts_can_use_up_the_limit(self, quick: httpx.Client) -> None:
        choice = ask(quick, model="sandbox/thinker", max_tokens=5).json()["choices"][0]

        assert (choice["message"]["content"], choice["finish_reason"]) == ("", "length")
        assert choice["message"]["reasoning"]

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    def test_the_seer_sees_size_format_and_colour(self, quick: httpx.Client, kind: str) -> None:
        answer = ask(
            quick, model="sandbox/seer", messages=[looking_at(picture(kind, (320, 200), (20, 60, 200)))]
        )

        assert f"is a {kind} of **320 × 200** pixels" in content(answer)
        assert "dominant colour is blue" in content(answer)

    def test_the_seer_charges_for_the_picture(self, quick: httpx.Client) -> None:
        cost = ask(
            quick, model="sandbox/seer", messages=[looking_at(picture("PNG", (9, 9), (0, 0, 0)))]
        ).json()["usage"]["cost"]

        assert 0.0005 < cost < 0.001

    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("data:image/png;base64,AAAA", "invalid_image"),
            ("data:image/png;base64,%%%", "invalid_image"),
            ("https://example.com/a.png", "image_download_failed"),
        ],
    )
    def test_the_seer_refuses_what_is_no_picture(self, quick: httpx.Client, url: str, kind: str) -> None:
        answer = ask(quick, model="sandbox/seer", messages=[looking_at(url)])

        assert answer.status_code == 400
        assert answer.json()["error"]["metadata"]["error_type"] == kind

    def test_who_cannot_see_says_so(self, quick: httpx.Client) -> None:
        answer = ask(quick, model="sandbox/scribe", messages=[looking_at(picture("PNG", (9, 9), (0, 0, 0)))])

        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "No endpoints found that support image input"

    def test_the_flaky_one_fails_every_other_time(self, quick: httpx.Client) -> None:
        statuses = [ask(quick, model="sandbox/flaky").status_code for _ in range(6)]

        assert statuses == [502, 200, 503, 200, 502, 200]

    def test_the_rate_limited_one_answers_the_second_time(self, quick: httpx.Client) -> None:
        prompts = ["one", "two", "one", "one"]
        answers = [ask(quick, prompt, model="sandbox/rate-limited") for prompt in prompts]

        assert [answer.status_code for answer in answers] == [429, 429, 200, 200]
        assert answers[0].headers["Retry-After"] == "2"
        assert answers[0].json()["error"]["metadata"]["retry_after_seconds"] == 2

    def test_the_always_rate_limited_one_never_answers(self, quick: httpx.Client) -> None:
        assert {ask(quick, model="sandbox/rate-limited-always").status_code for _ in range(3)} == {429}

    def test_the_refusing_one_flags_the_input(self, quick: httpx.Client) -> None:
        answer = ask(quick, "secret " * 50, model="sandbox/refuses")

        assert answer.status_code == 403
        assert answer.json()["error"]["metadata"].keys() == {
            "reasons",
            "flagged_input",
            "provider_name",
            "model_slug",
        }
        assert len(answer.json()["error"]["metadata"]["flagged_input"]) <= 100

    def test_the_one_that_cuts_off_hangs_up_in_mid_answer(self, base: str) -> None:
        wire = on_the_wire(base, question(model="sandbox/cuts-off"))

        assert (wire.status, wire.ended) == (200, "cut")
        assert len(seen(wire).text) > 50
        assert seen(wire).finish is None

    def test_it_cuts_off_json_too(self, base: str) -> None:
        wire = on_the_wire(base, question(model="sandbox/cuts-off", stream=False))

        assert wire.ended == "cut"
        assert wire.body.startswith(b'{"id":"gen-')

    def test_the_unpriced_one_does_not_tell_its_cost(self, quick: httpx.Client) -> None:
        assert ask(quick, model="sandbox/unpriced").json()["usage"]["cost"] is None

    def test_the_free_one_costs_nothing(self, quick: httpx.Client) -> None:
        assert ask(quick, model="sandbox/sprinter").json()["usage"]["cost"] == 0

    def test_the_cost_is_tokens_times_price(self, quick: httpx.Client) -> None:
        usage = ask(quick, model="sandbox/scribe").json()["usage"]
        scribe = next(model for model in TEXT_MODELS if model.id == "sandbox/scribe")
        tokens = {key: usage[key] for key in ("prompt_tokens", "completion_tokens")}

        assert usage["cost"] == float(scribe.cost_usd(**tokens) or 0) > 0


class TestRefusals:
    @pytest.mark.parametrize(
        ("headers", "text"),
        [
            ({}, "Missing Authentication header"),
            ({"Authorization": "Bearer"}, "No cookie auth credentials found"),
            ({"Authorization": "Basic eDp5"}, "No cookie auth credentials found"),
            ({"Authorization": "Bearer bad-key"}, "User not found."),
        ],
    )
    def test_a_key_is_needed(self, base: str, headers: dict[str, str], text: str) -> None:
        answer = httpx.post(
            f"{base}/chat/completions", json=question(model="sandbox/scribe"), headers=headers
        )

        assert answer.status_code == 401
        assert answer.json()["error"] == {"message": text, "code": 401}

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (b"{", "not valid JSON"),
            (b"[]", "must be a JSON object"),
            (b"{}", "Input required"),
            (b'{"messages":[{"content":"x"}]}', "needs a role"),
            (json.dumps(question(model="acme/none")).encode(), "acme/none is not a valid model ID"),
            (
                json.dumps(question(model="sandbox/scribe", temperature=3)).encode(),
                "temperature must be a number",
            ),
            (
                json.dumps(question(model="sandbox/scribe", max_tokens=0)).encode(),
                "max_tokens must be a number",
            ),
            (
                json.dumps(question("a " * 40_000, model="sandbox/sprinter")).encode(),
                "maximum context length is 32768",
            ),
        ],
    )
    def test_a_bad_request_is_told_what_is_wrong(self, client: httpx.Client, body: bytes, text: str) -> None:
        answer = client.post("/chat/completions", content=body)

        assert answer.status_code == 400
        assert text in answer.json()["error"]["message"]

    def test_a_fallback_model_steps_in(self, quick: httpx.Client) -> None:
        assert (
            ask(quick, model="acme/none", models=["sandbox/sprinter"]).json()["model"] == "sandbox/sprinter"
        )


def picture(kind: str, size: tuple[int, int], colour: tuple[int, int, int]) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def looking_at(url: str) -> dict[str, object]:
    return {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": url}},
        ],
    }
