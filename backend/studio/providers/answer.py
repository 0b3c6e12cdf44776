"""One answer, put together from the server's chunks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from studio.providers.error_shapes import Told, told
from studio.providers.events import ChatEvent, Delta, Finished, Started, Usage
from studio.providers.loose import TextJoiner, mapping, mappings, string
from studio.providers.thinking import ThinkSplitter
from studio.providers.usage import usage_of

_NOTHING: Mapping[str, Any] = {}


class Answer:
    """
    `take` each chunk in order and pass on the events it returns, `end` once, then ask how it ended.

    `failure` is set as soon as a chunk tells of one; events of the same chunk come first, as they may hold
    text.
    """

    def __init__(
        self, request_id: str | None, header_cost: Decimal | None, secret: str | None = None
    ) -> None:
        self.request_id = request_id
        self.failure: Told | None = None
        self.is_done = False  # the end mark was seen
        self.has_chunks = False
        self.reason: str | None = None
        self._native_reason: str | None = None
        self._model: str | None = None
        self._header_cost = header_cost
        self._secret = secret
        self._usage: Mapping[str, Any] = _NOTHING
        self._has_reasoning_field = False
        self._text = TextJoiner()
        self._reasoning = TextJoiner()
        self._splitter = ThinkSplitter()

    @property
    def is_complete(self) -> bool:
        return self.is_done or self.reason is not None

    def take(self, chunk: Mapping[str, Any], *, part: str = "delta") -> list[ChatEvent]:
        """The events in one chunk. `part` is where its choice holds the text: `message` in an answer in one piece."""
        events: list[ChatEvent] = []
        if not self.has_chunks or self._model is None:
            self._start(chunk, events)
        if usage := chunk.get("usage"):
            self._usage = mapping(usage) or self._usage
        choices = chunk.get("choices")
        if choices:
            self._take_choice(choices, part, events)
        if "error" in chunk and self._is_error(chunk["error"], choices):
            self.failure = told(chunk, self._secret)
        return events

    def end(self) -> list[ChatEvent]:
        """What was held back, and the usage."""
        reasoning, text = self._splitter.feed(self._text.close())
        more_reasoning, more_text = self._splitter.close()
        reasoning = self._reasoning.close() + reasoning + more_reasoning
        events: list[ChatEvent] = []
        if text + more_text or reasoning:
            events.append(Delta(text + more_text, reasoning))
        usage: Usage | None = usage_of(self._usage, self._header_cost)
        if usage is not None:
            events.append(usage)
        return events

    def finished(self) -> Finished:
        return Finished(self.reason, self._native_reason, is_truncated=not self.is_complete)

    def _start(self, chunk: Mapping[str, Any], events: list[ChatEvent]) -> None:
        request_id = self.request_id or string(chunk.get("id"))
        model = string(chunk.get("model"))
        if not self.has_chunks or model is not None:
            events.append(Started(request_id, model))
        self.has_chunks = True
        self.request_id, self._model = request_id, model

    def _take_choice(self, choices: object, part: str, events: list[ChatEvent]) -> None:
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict) or choice.get("index"):  # seldom
            choice = next((c for c in mappings(choices) if not c.get("index")), _NOTHING)
        piece = choice.get(part)
        if isinstance(piece, dict):
            self._take_piece(piece, events)
        if reason := choice.get("finish_reason"):
            self._take_reason(choice, reason)
        if choice.get("error"):
            self.failure = told(choice, self._secret)

    def _take_piece(self, piece: Mapping[str, Any], events: list[ChatEvent]) -> None:
        content = piece.get("content")
        inner_reasoning = ""
        if not isinstance(content, str):
            content, inner_reasoning = _of_parts(content)
        if not content:
            content = string(piece.get("refusal")) or ""
        reasoning = self._reasoning_of(piece) or inner_reasoning
        if reasoning:
            reasoning = self._reasoning.feed(reasoning)
            text = self._splitter.skip() + self._text.feed(content)
        elif content:
            reasoning, text = self._splitter.feed(self._text.feed(content))
        else:
            return
        if text or reasoning:
            events.append(Delta(text, reasoning))

    def _reasoning_of(self, piece: Mapping[str, Any]) -> str:
        for name in ("reasoning", "reasoning_content"):
            value = piece.get(name)
            if value and isinstance(value, str):
                self._has_reasoning_field = True
                return value
        if self._has_reasoning_field:  # the details then repeat the same text
            return ""
        details = piece.get("reasoning_details")
        return "".join(_shown(d) for d in mappings(details)) if details else ""

    def _take_reason(self, choice: Mapping[str, Any], reason: object) -> None:
        if reason == "error":
            self.failure = self.failure or Told()
        elif isinstance(reason, str):
            self.reason = string(reason)
            self._native_reason = string(choice.get("native_finish_reason")) or self._native_reason

    @staticmethod
    def _is_error(error: object, choices: object) -> bool:
        return bool(error) or (error is not None and error is not False and not choices)


def _shown(detail: Mapping[str, Any]) -> str:
    """The readable part of a reasoning detail; encrypted ones have none."""
    for name in ("text", "summary"):
        if isinstance(value := detail.get(name), str):
            return value
    return ""


def _of_parts(content: object) -> tuple[str, str]:
    """(text, reasoning) of a content that is a list of parts, as a few servers send it, or null."""
    text = reasoning = ""
    for part in mappings(content):
        if isinstance(value := part.get("text"), str):
            text += value
        for thought in mappings(part.get("thinking")):
            reasoning += _shown(thought)
    return text, reasoning


def is_answer(document: object) -> bool:
    """Whether a JSON object is a chunk at all; keep-alives such as {"type":"ping"} are not."""
    return isinstance(document, dict) and not document.keys().isdisjoint(("choices", "error", "usage"))
