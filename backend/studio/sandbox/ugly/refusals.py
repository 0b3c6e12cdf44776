"""Items 16 to 19: errors before the answer, errors in it, in every documented and every rumoured shape."""

from __future__ import annotations

import time
from email.utils import formatdate
from itertools import product
from typing import Any

from studio.sandbox.chunks import DONE, event
from studio.sandbox.errors import (
    DOCUMENTED,
    MISSING_HEADER,
    NO_COOKIE,
    UNKNOWN_KEY,
    Metadata,
    documented,
    error_reply,
    moderated,
    rate_limited,
)
from studio.sandbox.performers import Ask, Performer
from studio.sandbox.steps import SSE, Headers, Reply, json_reply
from studio.sandbox.telling import answer_body
from studio.sandbox.ugly.behaviour import TEXT, Behaviour, Outcome, ordinary
from studio.sandbox.wish import pieces

HUGE_SECONDS = 86_400
DATE_SECONDS = 3
HALF = pieces(TEXT)[:6]
HALF_TEXT = "".join(HALF)
HTML_502 = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    b"<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n"
)
ZOD = '[{"code": "invalid_type", "expected": "string", "path": ["model"], "message": "Invalid input"}]'


def _refused(item: int, summary: str, perform: Performer) -> Behaviour:
    return Behaviour(item, summary, perform, Outcome.REFUSED, text="", finish=None)


def _says(status: int, body: Any, headers: Headers = ()) -> Performer:
    return lambda ask: json_reply(body, status=status, headers=headers)


def _error(status: int, message: str, metadata: Metadata | None = None, headers: Headers = ()) -> Performer:
    return lambda ask: error_reply(status, message, metadata, headers=headers)


def _bytes(status: int, body: bytes, media_type: str | None) -> Performer:
    return lambda ask: Reply(status, (body,), media_type)


def _documented(status: int) -> Performer:
    return lambda ask: documented(status)


def _limited(retry_after: str | None) -> Performer:
    return lambda ask: rate_limited(ask.model.id, retry_after)


def _limited_until_a_date(ask: Ask) -> Reply:
    return rate_limited(ask.model.id, formatdate(time.time() + DATE_SECONDS, usegmt=True))


def _limited_by_the_platform(ask: Ask) -> Reply:
    limits = {
        "X-RateLimit-Limit": "20",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int((time.time() + DATE_SECONDS) * 1000)),
    }
    metadata: Metadata = {"headers": limits, "provider_name": None, "error_type": "rate_limit_exceeded"}
    text = "Rate limit exceeded: free-models-per-min."
    return error_reply(429, text, metadata, headers=tuple(limits.items()))


def _two_hundred(ask: Ask) -> Reply:
    body = {"error": {"code": 502, "message": "Provider returned error"}}
    return json_reply({**ask.chunks.head, "object": "chat.completion", **body})


def _two_hundred_with_a_part(ask: Ask) -> Reply:
    ask.generation.completion_tokens = len(HALF)
    body = answer_body(ask, {"content": HALF_TEXT}, "error")
    body["choices"][0]["error"] = {"code": 502, "message": "Upstream went away"}
    return json_reply(body)


def _midway(shape: str, code: int | str | None, *, ends: bool) -> Performer:
    error: dict[str, Any] = {
        "message": "Upstream went away",
        "metadata": {"error_type": "provider_unavailable"},
    }
    if code is not None:
        error = {"code": code, **error}

    def perform(ask: Ask) -> Reply:
        if not ask.wish.is_stream:
            return _two_hundred(ask)
        broken = {
            "choices": lambda: ask.chunks.delta({"content": ""}, "error", error=error),
            "empty-choices": lambda: ask.chunks.event([], error=error),
            "bare": lambda: event({"error": error}),
        }[shape]()
        events = [*ordinary(ask)[: len(HALF)], broken]
        return Reply(200, [*events, DONE] if ends else events, SSE)

    return perform


def _midway_all() -> dict[str, Behaviour]:
    shapes = ("choices", "empty-choices", "bare")
    codes: dict[str, int | str | None] = {"int": 502, "string": "server_error", "none": None}
    found = {}
    for shape, (word, code), ends in product(shapes, codes.items(), (True, False)):
        done = "done" if ends else "no-done"
        found[f"mid-error-{shape}-{word}-{done}"] = Behaviour(
            19,
            f"Error after some text: {shape}, code {word}, {'with' if ends else 'without'} [DONE]",
            _midway(shape, code, ends=ends),
            Outcome.FAILED,
            text=HALF_TEXT,
            finish="error" if shape == "choices" else None,
        )
    return found


OPENAI = {
    "error": {
        "message": "The model does not exist.",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }
}
OLLAMA = {"error": {"message": "model not found", "type": "not_found_error", "param": None, "code": None}}
LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
CONTEXT = {
    "error": {
        "code": 400,
        "message": "the request exceeds the available context size",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 9000,
        "n_ctx": 4096,
    }
}
AVAILABILITY = {
    "error": {
        "message": "This model is not available right now.",
        "error_type": "no_endpoints",
        "http_status": 404,
        "availability": {"code": "no_endpoints", "retryable": False, "requested_models": ["acme/chat-1"]},
        "metadata": {},
    }
}
NO_CREDITS = (
    "This request requires more credits, or fewer max_tokens. "
    "You requested up to 4096 tokens, but can only afford 12."
)
IN_FLIGHT: Metadata = {
    "reason": "in_flight_budget_exhausted",
    "limit_source": "openrouter_in_flight_budget",
    "retry_after_seconds": 1,
    "headers": {"Retry-After": "1"},
}
RETRY_SOON: Headers = (("Retry-After", "1"),)

REFUSALS: dict[str, Behaviour] = {
    **{
        f"err-{status}": _refused(16, f"HTTP {status}: {message.rstrip('.')}", _documented(status))
        for status, (message, _) in DOCUMENTED.items()
    },
    "err-html-502": _refused(16, "HTML from a proxy, 502", _bytes(502, HTML_502, "text/html")),
    "err-empty-500": _refused(16, "500 with an empty body", _bytes(500, b"", None)),
    "err-detail": _refused(16, "`detail` as a string", _says(404, {"detail": "Not Found"})),
    "err-detail-list": _refused(
        16,
        "`detail` as a list",
        _says(422, {"detail": [{"loc": ["body", "model"], "msg": "Field required", "type": "missing"}]}),
    ),
    "err-text": _refused(16, "`error` as a string", _says(400, {"error": "the model is busy cooking"})),
    "err-zod": _refused(
        16,
        "ZodError, JSON within text",
        _says(400, {"success": False, "error": {"name": "ZodError", "message": ZOD}}),
    ),
    "err-openai": _refused(16, "OpenAI's shape, string code", _says(404, OPENAI)),
    "err-ollama": _refused(16, "OpenAI's shape, code null", _says(404, OLLAMA)),
    "err-loading": _refused(16, "llama.cpp while it loads", _says(503, LOADING)),
    "err-context": _refused(16, "llama.cpp with too long an input", _says(400, CONTEXT)),
    "err-availability": _refused(16, "Availability shape without `code`", _says(404, AVAILABILITY)),
    "err-broken-json": _refused(
        16, "A body that only claims to be JSON", _bytes(500, b'{"error": {"mess', "application/json")
    ),
    "err-429-after-1": _refused(17, "429, Retry-After: 1", _limited("1")),
    "err-429-after-huge": _refused(17, "429, Retry-After: a day", _limited(str(HUGE_SECONDS))),
    "err-429-after-date": _refused(17, "429, Retry-After as an HTTP date", _limited_until_a_date),
    "err-429-no-after": _refused(17, "429 without Retry-After", _limited(None)),
    "err-429-platform": _refused(17, "429 of the platform, X-RateLimit-* headers", _limited_by_the_platform),
    "err-503-after": _refused(
        17,
        "503 with Retry-After",
        _error(503, "Temporarily unavailable.", {"retry_after_seconds": 1}, RETRY_SOON),
    ),
    "err-402-credits": _refused(18, "402: no credits left", _error(402, NO_CREDITS, {"provider_name": None})),
    "err-402-key-limit": _refused(
        18,
        "402: the key's own limit",
        _error(402, "The limit of this key is reached.", {"limit_source": "openrouter_key_limit"}),
    ),
    "err-402-in-flight": _refused(
        18,
        "402: too much in flight, retry",
        _error(402, "Too much is in flight for the balance.", IN_FLIGHT, RETRY_SOON),
    ),
    "err-403-moderation": _refused(
        18, "403: flagged input", lambda ask: moderated(ask.model.id, ask.wish.question)
    ),
    "err-403-guardrail": _refused(
        18, "403: a guardrail", _error(403, "A guardrail blocked the request.", {"patterns": ["secret"]})
    ),
    "err-401-missing-header": _refused(18, "401: no header", _error(401, MISSING_HEADER)),
    "err-401-no-cookie": _refused(18, "401: no credentials", _error(401, NO_COOKIE)),
    "err-401-user": _refused(18, "401: unknown key", _error(401, UNKNOWN_KEY)),
    "err-200-json": _refused(19, "HTTP 200 with an error and no answer", _two_hundred),
    "err-200-choice": Behaviour(
        19,
        "HTTP 200, a part of the text, the error in the choice",
        _two_hundred_with_a_part,
        Outcome.FAILED,
        HALF_TEXT,
        "error",
    ),
    **_midway_all(),
}
