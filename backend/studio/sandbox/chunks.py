"""
The events of a chat stream, as bytes, in the shapes captured from the real server.

`role` and an empty `content` stand on every chunk; the finish chunk comes before a separate usage chunk; then
`[DONE]`.
"""

from __future__ import annotations

import json
from typing import Any

from studio.sandbox.steps import dumps

PROVIDER = "Sandbox"
PROCESSING = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"

_CONTENT_ENDS = b'},"finish_reason":null,"native_finish_reason":null}]}\n\n'


class Chunks:
    """Makes the chunks of one generation; everything that stays the same is encoded once."""

    def __init__(self, generation_id: str, model_id: str, created: int) -> None:
        self.head: dict[str, Any] = {
            "id": generation_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model_id,
            "provider": PROVIDER,
        }
        self._content_begins = (
            b"data: "
            + dumps(self.head)[:-1]
            + b',"choices":[{"index":0,"delta":{"role":"assistant","content":'
        )

    def content(self, text: str) -> bytes:
        """
        One piece of the answer. The hot path: one string escape and two concatenations, no object is encoded.
        """
        return self._content_begins + quoted(text) + _CONTENT_ENDS

    def reasoning(self, text: str) -> bytes:
        """One piece of thought, told twice as the real server does: `reasoning` and `reasoning_details`."""
        detail = {"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}
        return self.delta(
            {"role": "assistant", "content": "", "reasoning": text, "reasoning_details": [detail]}
        )

    def delta(self, delta: dict[str, Any] | None, finish: str | None = None, **extra: Any) -> bytes:
        """A chunk with any delta; None leaves the key out. `extra` are further top-level keys."""
        return self.event([choice(delta, finish)], **extra)

    def finish(self, reason: str) -> bytes:
        return self.delta({"role": "assistant", "content": "", "reasoning": None}, reason)

    def usage(self, usage: dict[str, Any], reason: str) -> bytes:
        """The usage chunk with the finish reason repeated: shape (c), the one of October 2026."""
        choices = [choice({"role": "assistant", "content": ""}, reason)]
        return self.event(choices, service_tier=None, usage=usage)

    def event(self, choices: list[dict[str, Any]] | None, **extra: Any) -> bytes:
        """Any chunk: the common keys, `choices` unless None, and `extra`."""
        body = dict(self.head) if choices is None else {**self.head, "choices": choices}
        return event({**body, **extra})


def event(body: Any) -> bytes:
    """One server-sent event with JSON in it."""
    return b"data: " + dumps(body) + b"\n\n"


def choice(delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
    """The one element of `choices` in a chunk."""
    ending = {"finish_reason": finish, "native_finish_reason": finish}
    return {"index": 0, **({} if delta is None else {"delta": delta}), **ending}


def quoted(text: str) -> bytes:
    """A JSON string in raw UTF-8."""
    return json.encoder.encode_basestring(text).encode()
