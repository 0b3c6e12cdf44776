"""
Error bodies as the real server writes them: `{"error": {"code", "message", "metadata"?}}`, and one for each
status.

The texts of 401 and the keys of `metadata` are the recorded ones; the other texts are in our own words.
"""

from __future__ import annotations

from typing import Any

from studio.sandbox.steps import Headers, Reply, json_reply

Metadata = dict[str, Any]

MISSING_HEADER = "Missing Authentication header"
NO_COOKIE = "No cookie auth credentials found"
UNKNOWN_KEY = "User not found."
FLAGGED_MOST_CHARACTERS = 100

DOCUMENTED: dict[int, tuple[str, Metadata | None]] = {
    400: ("acme/none is not a valid model ID", {"error_type": "invalid_request"}),
    401: (UNKNOWN_KEY, None),
    402: ("Insufficient credits. Add credits and try again.", {"error_type": "payment_required"}),
    403: ("This key is not allowed to use this model.", {"error_type": "permission_denied"}),
    404: (
        "No endpoints found matching your data policy.",
        {
            "routing_funnel": [{"step": "Initial Endpoints", "endpoint_count": 1}],
            "failed_routing_step": "Filter by Data Policy",
        },
    ),
    408: ("The request timed out.", {"error_type": "timeout"}),
    409: ("The request conflicts with the state of the resource.", None),
    410: ("The resource is gone.", None),
    412: ("A precondition failed.", {"error_type": "precondition_failed"}),
    413: ("The request is too large.", {"error_type": "payload_too_large"}),
    422: ("The request cannot be processed.", {"error_type": "unprocessable"}),
    429: ("Rate limit exceeded.", {"error_type": "rate_limit_exceeded"}),
    499: ("The caller closed the request.", None),
    500: ("Internal Server Error", {"error_type": "server"}),
    502: ("Provider returned error", {"error_type": "provider_unavailable", "provider_name": "Sandbox"}),
    503: ("The provider is overloaded.", {"error_type": "provider_overloaded", "provider_name": "Sandbox"}),
    504: ("The provider took too long.", {"error_type": "timeout", "provider_name": "Sandbox"}),
    524: ("The origin took too long to answer.", {"error_type": "timeout"}),
    529: ("The provider is overloaded.", {"error_type": "provider_overloaded", "provider_name": "Sandbox"}),
}


class Refusal(Exception):
    """The request ends with an error answer, before any model spoke."""

    def __init__(
        self, status: int, message: str, metadata: Metadata | None = None, *, headers: Headers = ()
    ) -> None:
        super().__init__(message)
        self.reply = error_reply(status, message, metadata, headers=headers)


def error_reply(
    status: int, message: str, metadata: Metadata | None = None, *, headers: Headers = (), at: float = 0.0
) -> Reply:
    """The ordinary error answer; `user_id` stands beside `error` as in the recordings."""
    return json_reply(error_body(status, message, metadata), status=status, headers=headers, at=at)


def error_body(code: int, message: str, metadata: Metadata | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "code": code}
    if metadata is not None:
        error["metadata"] = metadata
    return {"error": error, "user_id": "user_sandbox"}


def documented(status: int, *, at: float = 0.0) -> Reply:
    """The answer that the documentation gives for a status."""
    message, metadata = DOCUMENTED[status]
    return error_reply(status, message, metadata, at=at)


def rate_limited(model_id: str, retry_after: str | None) -> Reply:
    """An upstream 429 as captured: the wait stands in the header and three times in the metadata."""
    metadata: Metadata = {
        "raw": f"{model_id} is temporarily rate-limited upstream. Please retry shortly.",
        "provider_name": "Sandbox",
        "is_byok": False,
        "provider_error_code": "rate_limit_exceeded",
        "limit_source": "upstream_provider_shared_pool",
        "remedy_hint": "Retry after the given time, or choose another model.",
    }
    if retry_after is None:
        return error_reply(429, "Provider returned error", metadata)
    if retry_after.isdecimal():
        seconds = int(retry_after)
        metadata |= {"retry_after_seconds": seconds, "retry_after_seconds_raw": seconds}
    metadata["headers"] = {"Retry-After": retry_after}
    return error_reply(429, "Provider returned error", metadata, headers=(("Retry-After", retry_after),))


def moderated(model_id: str, prompt: str) -> Reply:
    """A 403 of the moderation, with the flagged input cut in the middle."""
    metadata: Metadata = {
        "reasons": ["sandbox"],
        "flagged_input": _cut_in_the_middle(prompt),
        "provider_name": "Sandbox",
        "model_slug": model_id,
    }
    text = f'{model_id} requires moderation. Your input was flagged for "sandbox".'
    return error_reply(403, text, metadata)


def _cut_in_the_middle(text: str) -> str:
    if len(text) <= FLAGGED_MOST_CHARACTERS:
        return text
    half = (FLAGGED_MOST_CHARACTERS - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
