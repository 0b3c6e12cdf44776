"""
What a server says about a failure, whatever the shape it says it in.

Known shapes: OpenRouter's `{"error":{code,message,metadata}}` and its availability form without a code, Zod
validation lists, OpenAI's `{"error":{message,type,param,code}}`, `{"error":"text"}`, FastAPI's
`{"detail":…}`, vLLM's flat `{"message",…}`, `{"errors":[…]}`, and the HTML pages of reverse proxies.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.providers.loose import count, mapping, mappings, read_json, string, whole, words

MOST_MESSAGE = 500
MOST_REASONS = 5

_KEY = re.compile(r"\b(?:sk|pk|rk|gsk|hf|xai|key)[-_][\w-]{8,}|\bAIza[\w-]{20,}|\beyJ[\w-]{8,}\.[\w.-]+")
_BEARER = re.compile(
    r"(?i)\b(bearer|api[-_ ]?key)(\s*[:=]?\s+|[:=])(?!is\b|was\b|has\b|not\b|and\b)[\w.~+/-]{12,}=*"
)
_FILE = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:\\|/(?:[\w.@+-]+/)+)[\w.@+\\/-]*")
_TRACE = re.compile(r"Traceback \(most recent call last\).*", re.DOTALL)
_TITLE = re.compile(r"(?is)<(title|h1)[^>]*>(.*?)</\1>")
_TAG = re.compile(r"(?s)<[^>]*>")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SAYS_NOTHING = ("provider returned error", "error", "internal server error", "upstream error")


@dataclass(frozen=True, slots=True)
class Told:
    """`tokens` are all machine-readable words found (types, codes, reasons), in lower case; `delays` raw hints."""

    message: str | None = None
    status: int | None = None
    tokens: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    delays: tuple[object, ...] = ()
    headers: Mapping[str, Any] | None = None  # those of the provider behind the provider


def told_by_body(body: bytes, secret: str | None = None) -> Told:
    """What an error body says; nothing at all for an empty one."""
    text = body.decode("utf-8", "replace").strip()
    try:
        return told(read_json(text), secret)
    except ValueError:
        return Told(message=clean(_from_page(text), secret))


def told(document: object, secret: str | None = None) -> Told:
    """What a JSON error says. `secret` is the key in use, which servers like to quote."""
    if isinstance(document, str):
        return Told(message=clean(document, secret))
    top = mapping(document)
    error = top.get("error") if top.get("error") else top
    inner = mapping(error)
    metadata = mapping(inner.get("metadata"))
    availability = mapping(inner.get("availability"))
    return Told(
        message=clean(_message(top, error, metadata), secret),
        status=_status(inner),
        tokens=frozenset(_tokens(inner, metadata, availability)),
        reasons=tuple(
            filter(None, (clean(r, secret, 60) for r in words(metadata.get("reasons"))[:MOST_REASONS]))
        ),
        delays=tuple(
            d for d in (metadata.get("retry_after_seconds"), availability.get("retry_after")) if d is not None
        ),
        headers=mapping(metadata.get("headers")) or None,
    )


def clean(text: str | None, secret: str | None = None, most: int = MOST_MESSAGE) -> str | None:
    """One line without keys, file paths, traces and control characters; None if nothing is left."""
    if not text:
        return None
    text = whole(text[: most * 20])  # cut first: that bounds the work below on a page of megabytes
    if secret:
        text = text.replace(secret, "[key]")
    text = _TRACE.sub("[trace]", text)
    text = _BEARER.sub(r"\1\2[key]", _KEY.sub("[key]", text))
    text = _SPACE.sub(" ", _FILE.sub("[path]", text)).strip()
    return (text if len(text) <= most else text[: most - 1].rstrip() + "…") or None


def _message(top: Mapping[str, Any], error: object, metadata: Mapping[str, Any]) -> str | None:
    if isinstance(error, str):
        return error
    inner = mapping(error)
    if inner.get("name") == "ZodError":
        return _from_zod(inner.get("message"))
    message = string(inner.get("message"))
    if message is None or message.lower().rstrip(".") in _SAYS_NOTHING:
        message = _from_raw(metadata.get("raw")) or message
    if message is None:
        message = _from_detail(inner.get("detail")) or _from_detail(top.get("detail"))
    if message is None:
        message = next((m for e in mappings(top.get("errors")) if (m := string(e.get("message")))), None)
    return message


def _from_zod(text: object) -> str | None:
    try:
        issues = mappings(read_json(text)) if isinstance(text, str) else []
    except ValueError:
        return string(text)
    return "; ".join(
        _place(issue.get("path")) + (string(issue.get("message")) or "invalid") for issue in issues[:5]
    )


def _from_raw(raw: object) -> str | None:
    """The text of the provider behind the provider: prose, or its own JSON as a string."""
    document = raw
    if isinstance(raw, str):
        try:
            document = read_json(raw)
        except ValueError:
            return _from_page(raw)
    top = mapping(document)
    return string((mapping(top.get("error")) or top).get("message")) or string(top.get("error"))


def _from_detail(detail: object) -> str | None:
    if isinstance(detail, str):
        return detail
    if isinstance(detail, dict):
        return string(detail.get("message")) or string(detail.get("error"))
    found = [_place(d.get("loc")) + (string(d.get("msg")) or "invalid") for d in mappings(detail)[:5]]
    return "; ".join(found) or None


def _place(path: object) -> str:
    steps = [str(step) for step in path if isinstance(step, (str, int))] if isinstance(path, list) else []
    return ".".join(steps) + ": " if steps else ""


def _from_page(text: str) -> str | None:
    """The title of an HTML page, or the text itself."""
    if "<" not in text[:200]:
        return text or None
    title = _TITLE.search(text[:100_000])
    return html.unescape(_TAG.sub(" ", title[2] if title else text[:20_000])).strip() or None


def _status(error: Mapping[str, Any]) -> int | None:
    for name in ("http_status", "code", "status", "status_code"):
        value = error.get(name)
        number = int(value) if isinstance(value, str) and re.fullmatch(r"[45]\d\d", value) else count(value)
        if number is not None and 400 <= number <= 599:
            return number
    return None


def _tokens(*places: Mapping[str, Any]) -> Iterator[str]:
    for place in places:
        for name in (
            "type",
            "code",
            "error_type",
            "reason",
            "limit_source",
            "provider_error_code",
            "provider_code",
        ):
            value = place.get(name)
            if isinstance(value, str) and len(value) <= 100:
                yield value.lower()
