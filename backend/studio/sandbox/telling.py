"""
From a text and a rhythm to the bytes on the wire: the stream exactly as captured, or one JSON body.

Every moment is absolute (first token + number / rate), so a long stream does not drift when the machine is
busy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from studio.sandbox.chunks import DONE, PROCESSING, PROVIDER
from studio.sandbox.steps import SSE, Reply, Step, json_reply
from studio.sandbox.wish import Wish, pieces

if TYPE_CHECKING:
    from studio.sandbox.performers import Ask

COMMENT_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When tokens come: the first so many seconds after the request, then so many per second."""

    first_seconds: float
    per_second: float
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said, in tokens: first the thoughts, then the answer, and why it ends."""

    answer: tuple[str, ...]
    thoughts: tuple[str, ...] = ()
    finish: str = "stop"
    hides_thoughts: bool = False

    @classmethod
    def of(cls, wish: Wish, text: str, thoughts: str = "") -> Speech:
        """
        Cut to what the wish allows: stop words first, then the token limit, which thoughts count against.

        A small limit can be used up by the thoughts alone: then there is no answer at all and the finish is
        `length`.
        """
        ends = [position for position in (text.find(word) for word in wish.stop) if position >= 0]
        answer, thinking = pieces(text[: min(ends)] if ends else text), pieces(thoughts)
        if wish.pace and wish.pace.events is not None:
            answer = list(islice(cycle(answer), wish.pace.events))
        limit = wish.max_tokens or len(thinking) + len(answer)
        left = max(0, limit - len(thinking))
        finish = "length" if limit < len(thinking) + len(answer) else "stop"
        return cls(tuple(answer[:left]), tuple(thinking[:limit]), finish, wish.excludes_reasoning)


def told(ask: Ask, speech: Speech, rhythm: Rhythm) -> Reply:
    """
    The whole reply: a stream when the wish is one, else JSON at the time when the stream would have ended.
    """
    pace = ask.wish.pace
    if pace is not None:
        first = rhythm.first_seconds if pace.first_seconds is None else pace.first_seconds
        rhythm = Rhythm(first, pace.events_per_second or rhythm.per_second, is_exact=True)
    if ask.wish.is_stream:
        return Reply(200, _stream(ask, speech, rhythm), SSE, is_exact=rhythm.is_exact)
    return Reply(200, _whole(ask, speech, rhythm), is_exact=rhythm.is_exact)


def metronome(ask: Ask, count: int, rhythm: Rhythm, finish: str) -> Iterator[Step]:
    """
    `1 `, `2 `, … on the beat. The load source of the benchmarks: two concatenations an event, no escaping.
    """
    generation, first, per_second = ask.generation, rhythm.first_seconds, rhythm.per_second
    before, after = ask.chunks.content("\x00").split(b"\\u0000")
    yield PROCESSING
    for number in range(count):
        yield first + number / per_second
        generation.completion_tokens = number + 1
        yield before + b"%d " % (number + 1) + after
    yield from closing(ask, finish)


def closing(ask: Ask, finish: str) -> Iterator[Step]:
    """Finish chunk, usage chunk, end."""
    ask.generation.finish_reason = finish
    yield ask.chunks.finish(finish)
    yield ask.chunks.usage(ask.generation.usage(), finish)
    yield DONE


def waiting(first_seconds: float) -> Iterator[Step]:
    """Silence until the first token, with the keep-alive comment at once and every second."""
    yield PROCESSING
    at = COMMENT_EVERY_SECONDS
    while at < first_seconds:
        yield at
        yield PROCESSING
        at += COMMENT_EVERY_SECONDS
    yield float(first_seconds)


def answer_body(ask: Ask, message: dict[str, Any], finish: str) -> dict[str, Any]:
    """The body of a non-streaming answer, as captured."""
    head = ask.chunks.head
    whole = {"role": "assistant", "content": "", "refusal": None, "reasoning": None, **message}
    choice = {
        "index": 0,
        "logprobs": None,
        "finish_reason": finish,
        "native_finish_reason": finish,
        "message": whole,
    }
    return {
        "id": head["id"],
        "object": "chat.completion",
        "created": head["created"],
        "model": head["model"],
        "provider": PROVIDER,
        "system_fingerprint": None,
        "service_tier": None,
        "choices": [choice],
        "usage": ask.generation.usage(),
    }


def _stream(ask: Ask, speech: Speech, rhythm: Rhythm) -> Iterator[Step]:
    generation, chunks = ask.generation, ask.chunks
    yield from waiting(rhythm.first_seconds)
    for number, thought in enumerate(speech.thoughts):
        yield rhythm.first_seconds + number / rhythm.per_second
        generation.reasoning_tokens += 1
        generation.completion_tokens += 1
        yield PROCESSING if speech.hides_thoughts else chunks.reasoning(thought)
    for number, piece in enumerate(speech.answer, len(speech.thoughts)):
        yield rhythm.first_seconds + number / rhythm.per_second
        generation.completion_tokens += 1
        yield chunks.content(piece)
    yield from closing(ask, speech.finish)


def _whole(ask: Ask, speech: Speech, rhythm: Rhythm) -> Iterator[Step]:
    generation = ask.generation
    generation.reasoning_tokens = len(speech.thoughts)
    generation.completion_tokens = len(speech.thoughts) + len(speech.answer)
    yield rhythm.first_seconds + generation.completion_tokens / rhythm.per_second
    generation.finish_reason = speech.finish
    message: dict[str, Any] = {"content": "".join(speech.answer)}
    if speech.thoughts and not speech.hides_thoughts:
        text = "".join(speech.thoughts)
        detail = {"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}
        message |= {"reasoning": text, "reasoning_details": [detail]}
    yield from json_reply(answer_body(ask, message, speech.finish)).script
