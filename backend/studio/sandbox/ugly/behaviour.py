"""What an ugly behaviour is, and the ordinary answer that most of them spoil in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from studio.sandbox.performers import Ask, Performer
from studio.sandbox.steps import SSE, Reply, Step, json_reply
from studio.sandbox.telling import answer_body, closing
from studio.sandbox.wish import pieces

TEXT = "Grüße aus der Sandbox: naïve café, 東京, 🦊. Done."


class Outcome(StrEnum):
    """What a careful client makes of the answer."""

    DONE = "done"
    CUT = "cut"  # the stream broke: keep the text, call it incomplete
    REFUSED = "refused"  # an error instead of an answer
    FAILED = "failed"  # an error after some text


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    One way to misbehave. `item` is its number in the protocol reference's list of what a fake upstream must
    emulate.

    `text` is the answer that a client should end up with and `finish` the last finish reason, both for a
    stream; they mean nothing when `outcome` is REFUSED.
    """

    item: int
    summary: str
    perform: Performer
    outcome: Outcome = Outcome.DONE
    text: str = TEXT
    finish: str | None = "stop"


def ordinary(ask: Ask, text: str = TEXT, finish: str = "stop") -> list[bytes]:
    """The events of a faultless stream: content, finish, usage, end."""
    parts = pieces(text)
    ask.generation.completion_tokens = len(parts)
    contents = [ask.chunks.content(part) for part in parts]
    return [*contents, *(step for step in closing(ask, finish) if isinstance(step, bytes))]


def whole(ask: Ask, text: str = TEXT, finish: str = "stop", **message: Any) -> Reply:
    """The faultless JSON answer, for requests that want no stream."""
    ask.generation.completion_tokens = len(pieces(text))
    return json_reply(answer_body(ask, {"content": text, **message}, finish))


def streamed(
    spoil: Callable[[list[bytes]], Iterable[Step]], text: str = TEXT, finish: str = "stop"
) -> Performer:
    """A performer whose stream is the ordinary one, spoilt; without `stream` it answers properly."""

    def perform(ask: Ask) -> Reply:
        if not ask.wish.is_stream:
            return whole(ask, text, finish)
        return Reply(200, spoil(ordinary(ask, text, finish)), SSE)

    return perform
