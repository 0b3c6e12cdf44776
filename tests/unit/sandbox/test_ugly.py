"""Every misbehaviour, read from the wire: what a careful reader sees is what the table promises."""

import json
from email.utils import parsedate_to_datetime

import pytest
from studio.sandbox.ugly import TEXT, UGLY, Outcome

from tests.support.sandbox import Seen, Wire, events, on_the_wire, question, seen


def ugly(base: str, name: str, *, stream: bool = True) -> Wire:
    return on_the_wire(base, question(model=f"sandbox/ugly-{name}", stream=stream))


def outcome_of(wire: Wire, found: Seen) -> Outcome:
    if wire.status != 200 or (found.error and not found.text):
        return Outcome.REFUSED
    if found.error:
        return Outcome.FAILED
    return Outcome.DONE if found.finish else Outcome.CUT


@pytest.mark.parametrize("name", UGLY)
def test_the_wire_shows_what_the_table_promises(base: str, name: str) -> None:
    behaviour = UGLY[name]

    wire = ugly(base, name)
    found = seen(wire)

    assert outcome_of(wire, found) == behaviour.outcome
    assert found.text == behaviour.text
    assert behaviour.outcome is Outcome.REFUSED or found.finish == behaviour.finish


@pytest.mark.parametrize("name", [name for name in UGLY if UGLY[name].outcome is Outcome.DONE])
def test_the_same_answer_comes_without_a_stream(base: str, name: str) -> None:
    wire = ugly(base, name, stream=False)

    assert wire.headers["content-type"] == "application/json"
    assert (seen(wire).text, seen(wire).finish) == (UGLY[name].text, UGLY[name].finish)


def test_the_table_covers_every_item_that_concerns_chat() -> None:
    assert {behaviour.item for behaviour in UGLY.values()} == {*range(1, 8), *range(9, 20)}


def test_no_name_is_used_twice() -> None:
    from studio.sandbox.ugly.content import CONTENT
    from studio.sandbox.ugly.refusals import REFUSALS
    from studio.sandbox.ugly.transport import TRANSPORT
    from studio.sandbox.ugly.usage import USAGE

    assert len(UGLY) == len(CONTENT) + len(REFUSALS) + len(TRANSPORT) + len(USAGE)


class TestTransport:
    def test_a_burst_is_one_write(self, base: str) -> None:
        assert len(ugly(base, "burst").chunks) == 1

    def test_one_byte_writes_are_one_byte_long(self, base: str) -> None:
        assert {len(chunk) for chunk in ugly(base, "one-byte").chunks} == {1}

    def test_comments_come_while_the_caller_waits(self, base: str) -> None:
        assert ugly(base, "comments").body.count(b": OPENROUTER PROCESSING\n\n") == 10

    def test_utf8_characters_are_cut(self, base: str) -> None:
        broken = [chunk for chunk in ugly(base, "cut-utf8").chunks[1:] if chunk[0] & 0xC0 == 0x80]

        assert len(broken) == len(TEXT.encode()) - len(TEXT)

    def test_the_word_data_is_cut(self, base: str) -> None:
        chunks = ugly(base, "cut-data").chunks

        assert all(chunk.endswith(b"da") for chunk in chunks[:-1])
        assert all(chunk.startswith(b"ta: ") for chunk in chunks[1:])

    def test_cr_and_lf_are_torn_apart(self, base: str) -> None:
        chunks = ugly(base, "cut-crlf").chunks

        assert all(chunk.endswith(b"\r") for chunk in chunks[:-1])
        assert all(chunk.startswith(b"\n") for chunk in chunks[1:])

    def test_a_write_ends_in_mid_event(self, base: str) -> None:
        first = ugly(base, "several-in-one").chunks[0]

        assert first.count(b"data: ") > 1
        assert not first.endswith(b"\n\n")

    def test_every_line_ends_with_crlf(self, base: str) -> None:
        body = ugly(base, "crlf").body

        assert body.count(b"\n") == body.count(b"\r\n") > 10

    def test_every_line_ends_with_cr(self, base: str) -> None:
        assert b"\n" not in ugly(base, "cr").body

    def test_there_is_no_space_after_data(self, base: str) -> None:
        assert b"data: " not in ugly(base, "no-space").body

    def test_json_goes_over_many_lines(self, base: str) -> None:
        first = ugly(base, "multi-line-data").chunks[0]

        assert first.count(b"\ndata: ") > 10

    def test_other_fields_stand_among_the_events(self, base: str) -> None:
        body = ugly(base, "event-id-retry").body

        assert body.startswith(b"retry: 3000\n\nevent: message\nid: 0\n")

    def test_empty_comments_stand_between_the_events(self, base: str) -> None:
        assert ugly(base, "empty-comment").body.startswith(b": \n\n:\ndata: ")

    def test_a_byte_order_mark_comes_first(self, base: str) -> None:
        assert ugly(base, "bom").body.startswith(b"\xef\xbb\xbfdata: ")

    def test_line_separators_are_raw(self, base: str) -> None:
        assert "\u2028".encode() in ugly(base, "line-separator").body

    @pytest.mark.parametrize("name", ["json-instead", "json-after-blank-lines"])
    def test_json_answers_a_stream(self, base: str, name: str) -> None:
        assert ugly(base, name).headers["content-type"] == "application/json"

    def test_blank_lines_come_before_the_json(self, base: str) -> None:
        chunks = ugly(base, "json-after-blank-lines").chunks

        assert all(chunk.startswith(b"\n") and not chunk.strip() for chunk in chunks[:5])

    @pytest.mark.parametrize(
        ("name", "status", "ended"),
        [
            ("drop-before-headers", 0, "cut"),
            ("reset-before-headers", 0, "reset"),
            ("drop-after-headers", 200, "cut"),
            ("drop-mid-event", 200, "cut"),
            ("reset-mid-answer", 200, "reset"),
            ("drop-after-finish", 200, "cut"),
            ("drop-after-usage", 200, "cut"),
            ("end-without-done", 200, "clean"),
            ("end-without-finish", 200, "clean"),
            ("data-after-done", 200, "clean"),
        ],
    )
    def test_the_connection_ends_as_told(self, base: str, name: str, status: int, ended: str) -> None:
        wire = ugly(base, name)

        assert (wire.status, wire.ended) == (status, ended)

    def test_the_connection_breaks_inside_a_character(self, base: str) -> None:
        with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
            ugly(base, "drop-mid-event").body.decode()

    def test_after_the_finish_there_is_no_usage(self, base: str) -> None:
        assert seen(ugly(base, "drop-after-finish")).usage is None

    def test_after_the_usage_there_is_no_end(self, base: str) -> None:
        found = seen(ugly(base, "drop-after-usage"))

        assert found.usage is not None
        assert not found.is_done

    def test_data_comes_after_the_end(self, base: str) -> None:
        body = ugly(base, "data-after-done").body

        assert len(events(body.partition(b"[DONE]\n\n")[2])) == 2


class TestUsage:
    def test_shape_a_has_no_choices(self, base: str) -> None:
        assert seen(ugly(base, "usage-a")).chunks[-1]["choices"] == []

    def test_shape_b_has_a_choice_without_a_finish(self, base: str) -> None:
        assert seen(ugly(base, "usage-b")).chunks[-1]["choices"][0]["finish_reason"] is None

    def test_shape_c_repeats_the_finish(self, base: str) -> None:
        *_, finish, usage = seen(ugly(base, "usage-c")).chunks

        assert finish["choices"][0]["finish_reason"] == usage["choices"][0]["finish_reason"] == "stop"
        assert "usage" not in finish

    @pytest.mark.parametrize("stream", [True, False])
    def test_there_may_be_no_usage(self, base: str, stream: bool) -> None:
        assert seen(ugly(base, "usage-none", stream=stream)).usage is None

    def test_usage_on_every_chunk_counts_up(self, base: str) -> None:
        counted = [
            chunk["usage"]["completion_tokens"] for chunk in seen(ugly(base, "usage-every-chunk")).chunks
        ]

        assert counted == [*range(1, len(counted)), len(counted) - 1]

    def test_usage_comes_before_the_finish(self, base: str) -> None:
        *_, usage, finish = seen(ugly(base, "usage-before-finish")).chunks

        assert "usage" in usage
        assert finish["choices"][0]["finish_reason"] == "stop"

    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize(
        ("name", "cost"),
        [("cost-zero", 0), ("cost-null", None), ("cost-tiny", 3e-05), ("cost-string", "0.00012")],
    )
    def test_the_cost_is_as_told(self, base: str, name: str, cost: object, stream: bool) -> None:
        usage = seen(ugly(base, name, stream=stream)).usage

        assert usage is not None
        assert usage["cost"] == cost

    def test_the_tiny_cost_is_in_scientific_notation(self, base: str) -> None:
        assert b'"cost":3e-05,' in ugly(base, "cost-tiny").body

    def test_the_cost_may_be_absent(self, base: str) -> None:
        usage = seen(ugly(base, "cost-absent")).usage

        assert usage is not None
        assert usage.keys() == {"prompt_tokens", "completion_tokens", "total_tokens"}

    def test_with_an_own_key_the_spend_stands_in_the_details(self, base: str) -> None:
        usage = seen(ugly(base, "cost-byok")).usage

        assert usage is not None
        assert usage["is_byok"] is True
        assert 0 < usage["cost"] < usage["cost_details"]["upstream_inference_cost"]

    @pytest.mark.parametrize("stream", [True, False])
    def test_another_model_answers(self, base: str, stream: bool) -> None:
        assert seen(ugly(base, "other-model", stream=stream)).models == {"sandbox/understudy"}


class TestContent:
    def test_reasoning_is_told_twice(self, base: str) -> None:
        first = seen(ugly(base, "reasoning")).chunks[0]["choices"][0]["delta"]

        assert first["reasoning"] == first["reasoning_details"][0]["text"] != ""

    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize("name", ["reasoning", "reasoning-content", "reasoning-only-string"])
    def test_reasoning_comes_as_a_string(self, base: str, name: str, stream: bool) -> None:
        found = seen(ugly(base, name, stream=stream))

        assert found.reasoning == "First I weigh the words, then I answer."
        assert found.text == TEXT

    @pytest.mark.parametrize(
        ("name", "kind", "key"),
        [
            ("reasoning-details-only", "reasoning.text", "text"),
            ("reasoning-summary", "reasoning.summary", "summary"),
            ("reasoning-encrypted", "reasoning.encrypted", "data"),
        ],
    )
    def test_reasoning_comes_as_details(self, base: str, name: str, kind: str, key: str) -> None:
        delta = seen(ugly(base, name)).chunks[0]["choices"][0]["delta"]

        assert "reasoning" not in delta
        assert delta["reasoning_details"][0]["type"] == kind
        assert delta["reasoning_details"][0][key]

    @pytest.mark.parametrize("stream", [True, False])
    def test_thoughts_can_use_up_the_limit(self, base: str, stream: bool) -> None:
        found = seen(ugly(base, "finish-length-no-content", stream=stream))

        assert (found.text, found.finish, bool(found.reasoning)) == ("", "length", True)

    @pytest.mark.parametrize(
        ("name", "count"), [("tool-fragments", 1), ("tool-whole", 1), ("tool-parallel", 2)]
    )
    def test_tool_calls_add_up_to_json(self, base: str, name: str, count: int) -> None:
        arguments: dict[int, str] = {}
        for chunk in seen(ugly(base, name)).chunks:
            for call in chunk["choices"][0]["delta"].get("tool_calls") or ():
                arguments[call["index"]] = arguments.get(call["index"], "") + call["function"]["arguments"]

        assert [json.loads(text) for text in arguments.values()] == [{"table": 7}] * count

    def test_a_choice_may_lack_its_delta(self, base: str) -> None:
        assert "delta" not in seen(ugly(base, "no-delta")).chunks[0]["choices"][0]

    def test_content_may_be_null(self, base: str) -> None:
        assert seen(ugly(base, "content-null")).chunks[0]["choices"][0]["delta"]["content"] is None

    def test_a_line_may_be_very_long(self, base: str) -> None:
        assert max(map(len, ugly(base, "long-line").body.split(b"\n"))) > 300_000


class TestErrors:
    @pytest.mark.parametrize(
        "status",
        [400, 401, 402, 403, 404, 408, 409, 410, 412, 413, 422, 429, 499, 500, 502, 503, 504, 524, 529],
    )
    @pytest.mark.parametrize("stream", [True, False])
    def test_each_status_has_its_documented_body(self, base: str, status: int, stream: bool) -> None:
        wire = ugly(base, f"err-{status}", stream=stream)

        assert wire.status == status
        assert wire.headers["content-type"] == "application/json"
        assert wire.headers["x-generation-id"].startswith("gen-")
        assert json.loads(wire.body)["error"]["code"] == status

    @pytest.mark.parametrize(
        ("name", "status", "start"),
        [
            ("err-html-502", 502, b"<html>"),
            ("err-empty-500", 500, b""),
            ("err-detail", 404, b'{"detail":"'),
            ("err-detail-list", 422, b'{"detail":[{'),
            ("err-text", 400, b'{"error":"'),
            ("err-zod", 400, b'{"success":false,"error":{"name":"ZodError","message":"[{'),
            ("err-openai", 404, b'{"error":{"message":"'),
            ("err-ollama", 404, b'{"error":{"message":"'),
            ("err-loading", 503, b'{"error":{"code":503,'),
            ("err-context", 400, b'{"error":{"code":400,'),
            ("err-availability", 404, b'{"error":{"message":"'),
            ("err-broken-json", 500, b'{"error": {"mess'),
        ],
    )
    def test_other_shapes_of_errors(self, base: str, name: str, status: int, start: bytes) -> None:
        wire = ugly(base, name)

        assert wire.status == status
        assert wire.body.startswith(start)

    @pytest.mark.parametrize(
        ("name", "retry_after"),
        [
            ("err-429-after-1", "1"),
            ("err-429-after-huge", "86400"),
            ("err-429-no-after", None),
            ("err-503-after", "1"),
            ("err-402-in-flight", "1"),
            ("err-402-credits", None),
        ],
    )
    def test_the_wait_is_told_in_a_header(self, base: str, name: str, retry_after: str | None) -> None:
        assert ugly(base, name).headers.get("retry-after") == retry_after

    def test_the_wait_may_be_a_date(self, base: str) -> None:
        wire = ugly(base, "err-429-after-date")

        assert parsedate_to_datetime(wire.headers["retry-after"]) > parsedate_to_datetime(
            wire.headers["date"]
        )

    def test_the_platform_tells_its_limits(self, base: str) -> None:
        headers = ugly(base, "err-429-platform").headers

        assert headers["x-ratelimit-remaining"] == "0"
        assert len(headers["x-ratelimit-reset"]) == 13

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("err-401-missing-header", "Missing Authentication header"),
            ("err-401-no-cookie", "No cookie auth credentials found"),
            ("err-401-user", "User not found."),
        ],
    )
    def test_the_recorded_texts_of_401(self, base: str, name: str, text: str) -> None:
        assert json.loads(ugly(base, name).body)["error"]["message"] == text

    @pytest.mark.parametrize("shape", ["choices", "empty-choices", "bare"])
    @pytest.mark.parametrize(("word", "code"), [("int", 502), ("string", "server_error"), ("none", None)])
    @pytest.mark.parametrize(("end", "is_done"), [("done", True), ("no-done", False)])
    def test_an_error_in_mid_stream(
        self, base: str, shape: str, word: str, code: object, end: str, is_done: bool
    ) -> None:
        found = seen(ugly(base, f"mid-error-{shape}-{word}-{end}"))

        assert (found.error.get("code"), found.is_done) == (code, is_done)
        assert ("choices" in found.chunks[-1], bool(found.chunks[-1].get("choices"))) == (
            shape != "bare",
            shape == "choices",
        )

    def test_an_error_can_hide_in_a_200(self, base: str) -> None:
        wire = ugly(base, "err-200-json")

        assert wire.status == 200
        assert "choices" not in json.loads(wire.body)
