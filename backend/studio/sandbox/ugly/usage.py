"""
Items 9 and 10: the usage, in every shape and with every cost; and item 11: an answer from another model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.sandbox.chunks import DONE, Chunks, choice
from studio.sandbox.performers import Ask, Performer
from studio.sandbox.steps import SSE, Reply, json_reply
from studio.sandbox.telling import answer_body
from studio.sandbox.ugly.behaviour import TEXT, Behaviour
from studio.sandbox.wish import pieces

Usage = dict[str, Any]
Ending = Callable[[Ask, Usage], list[bytes]]

UNDERSTUDY = "sandbox/understudy"
TINY_USD = 3e-05


def _shape_a(ask: Ask, usage: Usage) -> list[bytes]:
    return [ask.chunks.finish("stop"), ask.chunks.event([], usage=usage)]


def _shape_b(ask: Ask, usage: Usage) -> list[bytes]:
    empty = choice({"role": "assistant", "content": ""})
    return [ask.chunks.finish("stop"), ask.chunks.event([empty], usage=usage)]


def _shape_c(ask: Ask, usage: Usage) -> list[bytes]:
    return [ask.chunks.finish("stop"), ask.chunks.usage(usage, "stop")]


def _shape_none(ask: Ask, usage: Usage) -> list[bytes]:
    return [ask.chunks.finish("stop")]


def _before_finish(ask: Ask, usage: Usage) -> list[bytes]:
    return [ask.chunks.event([], usage=usage), ask.chunks.finish("stop")]


def _on_finish(ask: Ask, usage: Usage) -> list[bytes]:
    return [ask.chunks.delta({}, "stop", usage=usage)]


def _used(ending: Ending, change: Callable[[Usage], Usage] = dict) -> Performer:
    """The ordinary text, then an ending with a changed usage."""

    def perform(ask: Ask) -> Reply:
        parts = pieces(TEXT)
        ask.generation.completion_tokens = len(parts)
        usage = change(ask.generation.usage())
        if ask.wish.is_stream:
            return Reply(200, [*map(ask.chunks.content, parts), *ending(ask, usage), DONE], SSE)
        body = answer_body(ask, {"content": TEXT}, "stop")
        without = {key: value for key, value in body.items() if key != "usage"}
        return json_reply(without if ending is _shape_none else {**without, "usage": usage})

    return perform


def _on_every_chunk(ask: Ask) -> Reply:
    """Counts up from chunk to chunk, as vLLM's continuous usage does: only the last one is right."""
    if not ask.wish.is_stream:
        return _used(_shape_c)(ask)
    events = []
    for number, part in enumerate(pieces(TEXT), 1):
        ask.generation.completion_tokens = number
        events.append(ask.chunks.delta({"content": part}, usage=ask.generation.usage()))
    return Reply(200, [*events, ask.chunks.delta({}, "stop", usage=ask.generation.usage()), DONE], SSE)


def _other_model(ask: Ask) -> Reply:
    chunks = Chunks(ask.generation.id, UNDERSTUDY, int(ask.generation.created_at))
    return _used(_shape_c)(Ask(ask.wish, ask.model, ask.generation, chunks, ask.books))


def _costs(cost: float | str | None) -> Callable[[Usage], Usage]:
    return lambda usage: {**usage, "cost": cost, "cost_details": {"upstream_inference_cost": None}}


def _without_cost(usage: Usage) -> Usage:
    return {
        key: value
        for key, value in usage.items()
        if key in ("prompt_tokens", "completion_tokens", "total_tokens")
    }


def _own_key(usage: Usage) -> Usage:
    """The caller's own provider key: `cost` is only the fee, the real spend stands in the details."""
    spent = usage["cost"]
    return {**usage, "is_byok": True, "cost": spent / 20, "cost_details": {"upstream_inference_cost": spent}}


USAGE: dict[str, Behaviour] = {
    "usage-a": Behaviour(9, "Usage chunk with `choices: []`", _used(_shape_a)),
    "usage-b": Behaviour(9, "Usage chunk with one choice that has no finish reason", _used(_shape_b)),
    "usage-c": Behaviour(9, "Usage chunk that repeats the finish reason", _used(_shape_c)),
    "usage-none": Behaviour(9, "No usage at all", _used(_shape_none)),
    "usage-every-chunk": Behaviour(9, "Usage on every chunk, counting up", _on_every_chunk),
    "usage-before-finish": Behaviour(9, "Usage before the finish chunk", _used(_before_finish)),
    "usage-on-finish": Behaviour(9, "Usage on the finish chunk itself", _used(_on_finish)),
    "usage-null": Behaviour(
        9,
        "`usage: null` on the chunks before the real one",
        _used(
            lambda ask, usage: [
                ask.chunks.delta({}, usage=None),
                ask.chunks.delta({}, "stop", usage=None),
                ask.chunks.event([], usage=usage),
            ]
        ),
    ),
    "cost-number": Behaviour(10, "The cost is a number", _used(_shape_c)),
    "cost-zero": Behaviour(10, "The cost is 0", _used(_shape_c, _costs(0))),
    "cost-null": Behaviour(10, "The cost is null", _used(_shape_c, _costs(None))),
    "cost-absent": Behaviour(10, "Three token counts and nothing else", _used(_shape_c, _without_cost)),
    "cost-tiny": Behaviour(10, "A cost in scientific notation, 3e-05", _used(_shape_c, _costs(TINY_USD))),
    "cost-string": Behaviour(10, "The cost is a string", _used(_shape_c, _costs("0.00012"))),
    "cost-byok": Behaviour(
        10, "The caller's own provider key: spend only in `cost_details`", _used(_shape_c, _own_key)
    ),
    "other-model": Behaviour(11, f"The answer names another model, {UNDERSTUDY}", _other_model),
}
