"""What is asked, and the JSON that says it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from studio.providers.provider import Provider

_OURS = frozenset({"model", "messages", "stream", "stream_options"})


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """
    `messages` are in OpenAI's form; content is a string or a list of parts, pictures as data URLs.

    `params` are sent as they are, only those that are not None: temperature, top_p, max_tokens, seed, stop …
    `reasoning_effort` takes the spelling that the server understands. `user` and `session_id` must be opaque
    to others.
    """

    model: str
    messages: Sequence[Mapping[str, object]]
    params: Mapping[str, object] = field(default_factory=dict)
    user: str | None = None
    session_id: str | None = None


def chat_body(provider: Provider, request: ChatRequest) -> bytes:
    """The request as JSON. It takes some 0.1 s for 20 MB of pictures, so large ones belong in a thread."""
    body: dict[str, object] = {
        name: value for name, value in request.params.items() if value is not None and name not in _OURS
    }
    _spell_for(provider, body)
    if request.user:
        body["user"] = request.user
    if request.session_id and provider.has_openrouter_extras:  # others may answer 400 to an unknown field
        body["session_id"] = request.session_id[:256]
    body |= {
        "model": request.model,
        "messages": list(request.messages),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "replace")


def weight(request: ChatRequest) -> int:
    """Roughly how many characters the request has; cheap, it encodes nothing."""
    total = 0
    for message in request.messages:
        content = message.get("content")
        parts = content if isinstance(content, (list, tuple)) else [content]
        for part in parts:
            inner = part.values() if isinstance(part, Mapping) else [part]
            for value in inner:
                values = value.values() if isinstance(value, Mapping) else [value]
                total += sum(len(text) for text in values if isinstance(text, str))
    return total


def _spell_for(provider: Provider, body: dict[str, object]) -> None:
    if provider.has_openrouter_extras and "reasoning_effort" in body:
        body.setdefault("reasoning", {"effort": body.pop("reasoning_effort")})
        body.pop("reasoning_effort", None)
    # OpenAI's own newer models refuse max_tokens; everybody else understands it, and some nothing else.
    if "max_tokens" in body and urlsplit(provider.base_url).hostname == "api.openai.com":
        body["max_completion_tokens"] = body.pop("max_tokens")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")
