"""What an answer says, in all the ways servers say it."""

import json
from decimal import Decimal

import pytest
from studio.providers import Adapter, Delta, Finished, Provider, Started, UpstreamMalformed, Usage

from tests.support.answers import hear
from tests.support.scripted_server import DONE, END, ScriptedServer, answer, chunk, event, head, piece, stream

pytestmark = pytest.mark.anyio

TOKENS = {"prompt_tokens": 16, "completion_tokens": 60, "completion_tokens_details": {"reasoning_tokens": 7}}


async def test_an_answer_is_started_told_counted_and_finished(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    usage = {**TOKENS, "cost": 0.0001, "prompt_tokens_details": {"cached_tokens": 4}}
    server.play(
        stream(
            b": OPENROUTER PROCESSING\n\n",
            chunk(content="Hel"),
            chunk(content="lo"),
            chunk("stop"),
            {**chunk("stop"), "usage": usage},
            X_Generation_Id="gen-1790000000-A",
        )
    )

    outcome = await hear(adapter, provider)

    assert outcome.events == [
        Started("gen-1790000000-A", None),
        Started("gen-1790000000-A", "acme/chat-1"),
        Delta("Hel"),
        Delta("lo"),
        Usage(16, 60, 7, 4, Decimal("0.0001")),
        Finished("stop"),
    ]
    assert outcome.error is None


async def test_the_model_that_answers_may_be_another_than_the_one_asked(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream({**chunk("stop", content="Hi"), "model": "other/fallback", "surprise": {"a": [1]}}))

    outcome = await hear(adapter, provider)

    assert outcome.started == Started("gen-1790000000-A", "other/fallback")


@pytest.mark.parametrize(
    "shape",
    [
        {"choices": []},
        {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "STOP"}]},
        {"choices": None},
        {},
    ],
)
async def test_usage_counts_whatever_its_choices_look_like(
    shape: dict[str, object], adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(content="Hi"), chunk("stop"), {**shape, "usage": {**TOKENS, "cost": 0.5}}))

    outcome = await hear(adapter, provider)

    assert outcome.usage == Usage(16, 60, 7, None, Decimal("0.5"))
    assert outcome.finished is not None
    assert (outcome.finished.reason, outcome.finished.is_truncated) == ("stop", False)


async def test_the_last_of_many_usages_wins(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    counted = [
        {**chunk(content="x"), "usage": {"prompt_tokens": 3, "completion_tokens": n}} for n in (1, 2, 3)
    ]
    server.play(stream(*counted, {**chunk("stop"), "usage": None}))

    outcome = await hear(adapter, provider)

    assert outcome.usage == Usage(3, 3)


async def test_usage_before_the_finish_chunk_counts(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(content="Hi"), {"choices": [], "usage": TOKENS}, chunk("stop")))

    outcome = await hear(adapter, provider)

    assert outcome.usage == Usage(16, 60, 7)


async def test_without_any_usage_none_is_invented(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk("stop", content="Hi")))

    assert (await hear(adapter, provider)).usage is None


BYOK = {"is_byok": True, "cost": 0.001}


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (b'{"cost": 0.00012}', "0.00012"),
        (b'{"cost": 3e-05}', "0.00003"),
        (b'{"cost": 0.1234567890123456789}', "0.1234567890123456789"),
        (b'{"cost": 0}', "0"),
        (b'{"cost": "0.5"}', "0.5"),
        (b'{"cost": null, "prompt_tokens": 1}', None),
        (b'{"prompt_tokens": 1}', None),
        (b'{"cost": -1}', None),
        (b'{"cost": "free"}', None),
        (b'{"cost": true}', None),
        (b'{"cost": 1e400}', None),
        (b'{"cost": 1e99999999999999999999}', None),
        (b'{"cost": NaN}', None),
        (json.dumps({**BYOK, "cost_details": {"upstream_inference_cost": 0.25}}).encode(), "0.251"),
        (json.dumps({**BYOK, "cost_details": {"upstream_inference_cost": None}}).encode(), None),
        (json.dumps(BYOK).encode(), None),
        (b'{"cost": 0.2, "is_byok": false, "cost_details": {"upstream_inference_cost": 0.2}}', "0.2"),
    ],
)
async def test_a_cost_is_exact_or_unknown(
    usage: bytes, cost: str | None, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk("stop", content="Hi"), event(b'{"choices":[],"usage":' + usage + b"}")))

    outcome = await hear(adapter, provider)

    assert outcome.usage is not None
    assert outcome.usage.cost_usd == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize(("header", "cost"), [("0.00042", Decimal("0.00042")), ("0", None), ("None", None)])
async def test_a_price_header_counts_unless_it_is_zero_before_the_stream_begins(
    header: str, cost: Decimal | None, adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    told = {**chunk("stop", content="Hi"), "usage": TOKENS}
    server.play(stream(told, x_litellm_response_cost=header))

    outcome = await hear(adapter, plain)

    assert outcome.usage is not None
    assert outcome.usage.cost_usd == cost


async def test_absurd_token_counts_are_unknown(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    usage = b'{"prompt_tokens":-5,"completion_tokens":1e999999,"completion_tokens_details":[],"cost":1}'
    server.play(stream(chunk("stop", content="Hi"), event(b'{"usage":' + usage + b"}")))

    assert (await hear(adapter, provider)).usage == Usage(None, None, cost_usd=Decimal(1))


THOUGHT = {"type": "reasoning.text", "text": "Let me think.", "format": "unknown", "index": 0}


@pytest.mark.parametrize(
    "deltas",
    [
        [{"reasoning": "Let me think."}, {"content": "Yes."}],
        [{"reasoning_content": "Let me think."}, {"content": "Yes."}],
        [{"reasoning_details": [THOUGHT]}, {"content": "Yes."}],
        [{"reasoning": "Let me think.", "reasoning_details": [THOUGHT]}, {"content": "Yes."}],
        [{"reasoning": "Let me think."}, {"reasoning_details": [THOUGHT]}, {"content": "Yes."}],
        [{"reasoning": "Let me think.", "reasoning_content": "Let me think."}, {"content": "Yes."}],
        [
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "Let me think."}]},
            {"content": "Yes."},
        ],
        [
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "AAAA"}, THOUGHT]},
            {"content": "Yes."},
        ],
        [{"content": "<think>Let me think.</think>Yes."}],
        [{"content": "\n<think>Let me "}, {"content": "think.</think>\n\nYes."}],
        [{"content": c} for c in "<think>Let me think.</think>\n\nYes."],
        [
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]}]},
            {"content": "Yes."},
        ],
        [{"reasoning": "Let me think.", "content": "Yes."}],
    ],
)
async def test_reasoning_is_told_once_however_it_comes(
    deltas: list[dict[str, object]], adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(*(chunk(**d) for d in deltas), chunk("stop")))

    outcome = await hear(adapter, provider)

    assert (outcome.reasoning, outcome.text) == ("Let me think.", "Yes.")


@pytest.mark.parametrize(
    "text",
    [
        "Use <think> tags.",
        "<thinker>",
        "a <think>b</think>",
        " <",
        "<think",
        "\n\nplain",
        "<b>bold</b>",
        "</think>",
    ],
)
async def test_tags_that_do_not_open_the_answer_are_text(
    text: str, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(*(chunk(content=c) for c in text), chunk("stop")))

    outcome = await hear(adapter, provider)

    assert (outcome.reasoning, outcome.text) == ("", text)


async def test_tags_behind_a_reasoning_field_are_text(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(reasoning="Hm."), chunk(content="<think>x</think>"), chunk("stop")))

    outcome = await hear(adapter, provider)

    assert (outcome.reasoning, outcome.text) == ("Hm.", "<think>x</think>")


async def test_thinking_that_never_ends_is_reasoning(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(content="<think>and on </thi"), chunk("length")))

    outcome = await hear(adapter, provider)

    assert (outcome.reasoning, outcome.text) == ("and on </thi", "")


async def test_a_budget_spent_on_reasoning_alone_ends_with_its_reason(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(reasoning="Hm", content=None), chunk("length", content=None, reasoning=None)))

    outcome = await hear(adapter, provider)

    assert outcome.text == ""
    assert outcome.finished == Finished("length")


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter", "tool_calls", "galactic_alignment"])
async def test_finish_reasons_are_open_words(
    reason: str, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    last = chunk(reason, content="Hi")
    last["choices"][0]["native_finish_reason"] = "NATIVE"
    server.play(stream(last, chunk(reason)))

    assert (await hear(adapter, provider)).finished == Finished(reason, "NATIVE")


CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a'}}


async def test_tool_calls_are_passed_over_and_named_at_the_end(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    other = {"index": 1, "function": {"arguments": "}"}}
    server.play(
        stream(chunk(tool_calls=[CALL]), chunk(tool_calls=[CALL, other], content=None), chunk("tool_calls"))
    )

    outcome = await hear(adapter, provider)

    assert outcome.text == ""
    assert outcome.finished == Finished("tool_calls")


async def test_chunks_with_nothing_in_them_say_nothing(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    odd = [
        {"id": "x", "choices": [{"index": 0, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}}]},
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [None, "x"]},
        {"choices": "x"},
        {"choices": [{"delta": {"content": 5, "reasoning": {}, "reasoning_details": "x"}}]},
        {"choices": [], "debug": {"echo": 1}, "prompt_progress": {}},
        {"type": "ping"},
        {"choices": [], "error": None},
        {"choices": [{"index": 1, "delta": {"content": "second choice"}}]},
    ]
    server.play(
        stream(*odd, b"event: ping\ndata: {}\n\n", b"data:\n\n", b"data: \n\n", chunk("stop", content="Hi"))
    )

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hi"
    assert outcome.finished == Finished("stop")


async def test_text_arrives_unchanged_whatever_it_holds(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    text = "<script>alert(1)</script>\n```python\nunclosed 👩‍👩‍👧 שלום \u202eabc\u2028\x0b" + "long " * 50_000
    server.play(stream(chunk(content=text), chunk("stop")))

    assert (await hear(adapter, provider)).text == text


async def test_a_character_cut_in_two_by_the_server_is_whole_again(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    halves = [
        b'{"choices":[{"delta":{"content":"a\\ud83c"}}]}',
        b'{"choices":[{"delta":{"content":"\\udfacb\\ud83c"}}]}',
    ]
    server.play(stream(*map(event, halves), chunk("stop")))

    outcome = await hear(adapter, provider)

    assert outcome.text == "a🎬b\ufffd"
    assert all(e.text.encode() for e in outcome.events if isinstance(e, Delta))


async def test_bytes_cut_anywhere_give_the_same_answer(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    first = json.dumps(chunk(content="né"), ensure_ascii=False)
    body = (
        f"\ufeff: \r\n\r\nid: 1\r\nevent: message\r\nretry: 5\r\ndata:{first}\r\n\r\n"
        'data: {"choices":\r\ndata: [{"delta":{"content":"🎬"}}]}\r\n\r\ndata:[DONE]\r\n\r\n'
    ).encode()
    server.play(head(), *(piece(body[i : i + 1]) for i in range(len(body))), END)

    outcome = await hear(adapter, provider)

    assert outcome.text == "né🎬"
    assert outcome.error is None


async def test_what_follows_the_end_mark_is_not_read(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(
        stream(chunk("stop", content="Hi"), DONE, chunk(content=" there"), {"error": {"message": "late"}})
    )

    outcome = await hear(adapter, provider)

    assert (outcome.text, outcome.error) == ("Hi", None)


WHOLE = {
    "id": "chatcmpl-1",
    "model": "acme/chat-1",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "pong", "reasoning": "Hm."}}],
    "usage": {**TOKENS, "cost": 0.5},
}


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "text/plain"]
)
async def test_an_answer_in_one_piece_is_an_answer(
    content_type: str, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, WHOLE, content_type))

    outcome = await hear(adapter, provider)

    assert (outcome.text, outcome.reasoning) == ("pong", "Hm.")
    assert outcome.usage == Usage(16, 60, 7, None, Decimal("0.5"))
    assert outcome.finished == Finished("stop")


async def test_blank_lines_before_a_json_answer_keep_it_alive(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(
        head(200, "application/json"), piece(b"\n"), piece(b"\n  "), piece(json.dumps(WHOLE).encode()), END
    )

    assert (await hear(adapter, provider)).text == "pong"


async def test_a_price_of_zero_in_the_header_of_a_whole_answer_is_zero(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(answer(200, {**WHOLE, "usage": TOKENS}, x_litellm_response_cost="0"))

    outcome = await hear(adapter, plain)

    assert outcome.usage is not None
    assert outcome.usage.cost_usd == 0


async def test_a_stream_without_its_content_type_is_read(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    body = event(chunk("stop", content="Hi")) + DONE
    server.play(head(200, None), piece(body), END)

    assert (await hear(adapter, plain)).text == "Hi"


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, b"<!doctype html><title>Welcome</title>", "text/html"),
        answer(200, b"<html>", "text/event-stream"),
        answer(200, b"{not json", "application/json"),
        answer(200, b"[" * 100_000, "application/json"),
        answer(200, b"[]", "application/json"),
        answer(200, b"", "application/json"),
        answer(200, b"", "text/event-stream"),
        answer(200, b"data: [DONE]\n\n", "text/event-stream"),
        answer(200, b": only\n\n: comments\n\n", "text/event-stream"),
        stream(b"data: {broken\n\n"),
        stream(b"data: 5\n\n"),
        stream(b"data: " + b"[" * 100_000 + b"\n\n"),
        answer(200, b"\x1f\x8bnot gzip at all", "application/json", Content_Encoding="gzip"),
    ],
)
async def test_what_is_no_answer_is_malformed(
    reply: bytes, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(reply)

    outcome = await hear(adapter, provider)

    assert type(outcome.error) is UpstreamMalformed
    assert "Acme Cloud" in outcome.error.text
    assert outcome.finished is None


async def test_rubbish_in_the_middle_keeps_what_came_before(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(content="Hi"), b"data: {broken\n\n", chunk(content="never")))

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hi"
    assert type(outcome.error) is UpstreamMalformed
    assert outcome.error.may_be_billed
