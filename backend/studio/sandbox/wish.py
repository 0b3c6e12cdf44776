"""
What a caller of `POST /chat/completions` asks for, read leniently: unknown fields are ignored, as the real
server does.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from studio.sandbox.errors import Refusal

PACE_HEADER = "x-sandbox-pace"
SAMPLING_LIMITS = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
}
EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")

_PIECE = re.compile(r"\s*(?:[^\W_]{1,7}|[^\w\s]{1,3}|_)|\s+")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its role, its text (parts joined), and the URLs of its pictures."""

    role: str
    text: str
    picture_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """A schedule the caller asked for, from `X-Sandbox-Pace: events_per_second=25;events=250;first_ms=50`."""

    events_per_second: float | None = None
    events: int | None = None
    first_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A chat request. `models` are the asked one and its fallbacks, in order."""

    models: tuple[str, ...]
    messages: tuple[Message, ...]
    is_stream: bool
    max_tokens: int | None
    temperature: float
    seed: int | None
    stop: tuple[str, ...]
    effort: str | None
    excludes_reasoning: bool
    pace: Pace | None
    modalities: tuple[str, ...] = ()
    image_config: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def question(self) -> str:
        """The text of the last user message."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def earlier_questions(self) -> tuple[str, ...]:
        """The texts of the user messages before the last one, oldest first."""
        return tuple(message.text for message in self.messages if message.role == "user")[:-1]

    @property
    def instruction(self) -> str:
        """What the system and developer messages say."""
        return "\n".join(message.text for message in self.messages if message.role in ("system", "developer"))

    @property
    def picture_urls(self) -> tuple[str, ...]:
        return tuple(url for message in self.messages for url in message.picture_urls)

    @property
    def prompt_tokens(self) -> int:
        """Tokens of all messages: pieces of text, and four for the frame of each message."""
        return sum(4 + len(pieces(message.text)) for message in self.messages)


def pieces(text: str) -> list[str]:
    """Cut a text into token-like pieces of up to seven letters; joined, they are the text again."""
    return _PIECE.findall(text)


def read_wish(body: bytes, *, pace: str = "") -> Wish:
    """
    Read a request body and the value of the pace header. Raises Refusal (400) with a reason a person can
    read.
    """
    fields = _fields(body)
    names = (fields.get("model"), *(fields.get("models") or ()))
    limit = _number(fields, "max_completion_tokens", 1, math.inf) or _number(
        fields, "max_tokens", 1, math.inf
    )
    temperature = _number(fields, "temperature", 0, 2)
    stop = fields.get("stop") or ()
    return Wish(
        models=tuple(name for name in names if isinstance(name, str)),
        messages=tuple(_message(entry) for entry in fields["messages"]),
        is_stream=fields.get("stream") is True,
        max_tokens=None if limit is None else int(limit),
        temperature=1.0 if temperature is None else temperature,
        seed=fields["seed"] if isinstance(fields.get("seed"), int) else None,
        stop=(stop,)
        if isinstance(stop, str)
        else tuple(word for word in stop if isinstance(word, str) and word),
        effort=_effort(fields),
        excludes_reasoning=_reasoning(fields).get("exclude") is True
        or fields.get("include_reasoning") is False,
        pace=read_pace(pace),
        modalities=_modalities(fields),
        image_config=fields["image_config"] if isinstance(fields.get("image_config"), dict) else {},
    )


def read_pace(value: str) -> Pace | None:
    """The pace header; None when it is empty, unreadable parts are left out."""
    found = {key: float(number) for key, number in re.findall(r"(\w+)\s*=\s*(\d+(?:\.\d+)?)", value)}
    if not found:
        return None
    events, first = found.get("events"), found.get("first_ms")
    return Pace(
        events_per_second=found.get("events_per_second") or None,
        events=None if events is None else int(events),
        first_seconds=None if first is None else first / 1000,
    )


def _fields(body: bytes) -> dict[str, Any]:
    """The body as an object that has messages and whose sampling parameters are in range."""
    try:
        fields = json.loads(body)
    except ValueError as mistake:
        raise Refusal(400, "The request body is not valid JSON.") from mistake
    if not isinstance(fields, dict):
        raise Refusal(400, "The request body must be a JSON object.")
    if not isinstance(fields.get("messages"), list) or not fields["messages"]:
        raise Refusal(400, 'Input required: specify "messages".', {"error_type": "invalid_request"})
    for name, (least, most) in SAMPLING_LIMITS.items():
        _number(fields, name, least, most)
    return fields


def _message(entry: Any) -> Message:
    if not isinstance(entry, dict) or not isinstance(entry.get("role"), str):
        raise Refusal(400, "Each message needs a role.", {"error_type": "invalid_request"})
    content = entry.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    texts, urls = [], []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text":
            texts.append(_clean(part.get("text")))
        elif kind == "image_url":
            picture = part.get("image_url")
            urls.append(_clean(picture.get("url") if isinstance(picture, dict) else picture))
    return Message(entry["role"], "\n".join(texts), tuple(urls))


def _clean(text: Any) -> str:
    """A string that UTF-8 can hold: JSON may carry halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _number(fields: dict[str, Any], name: str, least: float, most: float) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        upper = f" and {most}" if most != math.inf else ""
        text = f"{name} must be a number {'between' if upper else 'of at least'} {least}{upper}."
        raise Refusal(400, text, {"error_type": "invalid_request"})
    return value


def _modalities(fields: dict[str, Any]) -> tuple[str, ...]:
    value = fields.get("modalities")
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def _reasoning(fields: dict[str, Any]) -> dict[str, Any]:
    value = fields.get("reasoning")
    return value if isinstance(value, dict) else {}


def _effort(fields: dict[str, Any]) -> str | None:
    if _reasoning(fields).get("enabled") is False:
        return "none"
    effort = _reasoning(fields).get("effort") or fields.get("reasoning_effort")
    return effort if effort in EFFORTS else None
