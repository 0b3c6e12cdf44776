"""From what a server said to the one ProviderError that says it to a person."""

import re
from collections.abc import Mapping
from typing import Literal

from studio.providers.delays import retry_after_seconds
from studio.providers.error_shapes import Told
from studio.providers.errors import (
    PaymentKind,
    ProviderError,
    UpstreamBusy,
    UpstreamContextTooLong,
    UpstreamKeyRejected,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from studio.providers.loose import whole
from studio.providers.provider import Provider

Asked = Literal["answer", "address"]  # a 404 to the one is about the model, to the other about the base URL

TIMEOUTS = frozenset({408, 504, 522, 524})
BUSY = frozenset({429, 503, 529})

_CONTEXT_TOKENS = frozenset({"context_length_exceeded", "exceed_context_size_error", "token_limit_exceeded"})
_CONTEXT_WORDS = re.compile(
    r"(?i)(maximum|exceed\w*|larger than|longer than|available)\b.{0,60}\bcontext"
    r"|prompt is too long|context (length|size) exceed"
)
_MODERATED = frozenset({"content_policy_violation", "refusal", "content_filter", "moderation_blocked"})
_NO_CREDIT = frozenset({"insufficient_quota", "payment_required", "insufficient_credits"})
_KEY_LIMIT = re.compile(r"(?i)\bkey limit\b|\bkey\b.{0,40}\bspending limit")
_LOADING = re.compile(r"(?i)\bloading( the)? model\b|\bmodel is (still )?loading\b")

# For failures that come without a usable number: inside a stream, or in a body under HTTP 200.
_STATUS_OF_TOKEN = {
    "authentication": 401,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "payment_required": 402,
    "insufficient_quota": 402,
    "permission_denied": 403,
    "permission_error": 403,
    "region_restricted": 403,
    "not_found": 404,
    "not_found_error": 404,
    "model_not_found": 404,
    "no_endpoints": 404,
    "payload_too_large": 413,
    "unprocessable": 422,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "capacity_exhausted": 429,
    "provider_overloaded": 503,
    "overloaded_error": 503,
    "temporarily_unavailable": 503,
    "unavailable_error": 503,
    "provider_unavailable": 502,
    "timeout": 504,
    "server": 500,
    "server_error": 500,
    "invalid_request": 400,
    "invalid_request_error": 400,
    "invalid_prompt": 400,
    "invalid_image": 400,
    "image_too_large": 400,
    "image_too_small": 400,
    "unsupported_image_format": 400,
    "image_download_failed": 400,
    **dict.fromkeys(_MODERATED, 400),
}


def error_of_answer(
    provider: Provider, status: int, headers: Mapping[str, str], told: Told, *, asked: Asked
) -> ProviderError:
    """The error for an HTTP answer that is none. Nothing was answered, so a second try may be worth it."""
    error = _error(provider, status, told, asked)
    error.http_status = status
    error.provider_request_id = request_id(headers)
    error.provider_message = told.message
    error.may_be_billed = status in TIMEOUTS
    error.retry_after_seconds = retry_after_seconds(headers, told)
    error.extra_tries = _extra_tries(error, status)
    return error


def error_in_answer(provider: Provider, told: Told, provider_request_id: str | None) -> ProviderError:
    """The error for a failure told inside an answer (HTTP 200). Some of it may be billed, so it is final."""
    status = told.status or next(
        (_STATUS_OF_TOKEN[t] for t in sorted(told.tokens) if t in _STATUS_OF_TOKEN), None
    )
    error = _error(provider, status or 500, told, "answer")
    error.http_status = status
    error.provider_request_id = provider_request_id
    error.provider_message = told.message
    error.may_be_billed = True
    error.retry_after_seconds = retry_after_seconds({}, told)
    return error


def note_paid(provider: Provider, error: ProviderError) -> None:
    """
    For a request that costs too much to be made twice: its error is final as soon as the server has seen it.

    OpenRouter bills pictures all or not at all, and says so with its status. What another server has spent before a
    failure of its own, nobody tells.
    """
    status = error.http_status
    if status is not None:
        error.extra_tries = 0
        error.may_be_billed = status in TIMEOUTS or status == 500
        if status >= 500 and status not in BUSY and not provider.has_openrouter_extras:
            error.may_be_billed = True


def request_id(headers: Mapping[str, str]) -> str | None:
    """The provider's id of this request, for a look-up of the cost and for its support."""
    for name in ("X-Generation-Id", "x-litellm-call-id", "x-request-id", "request-id"):
        if value := headers.get(name):
            return whole(value)[:200]
    return None


def _error(provider: Provider, status: int, told: Told, asked: Asked) -> ProviderError:
    name = provider.name
    if _is_too_long(status, told):
        return UpstreamContextTooLong(f"This is longer than the model at {name} can read.")
    if status == 402 or told.tokens & _NO_CREDIT or (status in (403, 429) and _is_key_limit(told)):
        return _payment(name, told)
    if status == 401:
        return UpstreamKeyRejected(f"{name} rejected the API key of this studio.")
    if status in BUSY:
        if told.message and _LOADING.search(told.message):
            return UpstreamBusy(f"{name} is still loading the model.")
        return UpstreamBusy(f"{name} is busy at the moment.")
    if status in TIMEOUTS:
        return UpstreamTimeout(f"{name} took too long to answer.")
    if status >= 500:
        return UpstreamUnavailable(f"{name} has a problem of its own at the moment.")
    return _refusal(name, status, told, asked)


def _payment(name: str, told: Told) -> UpstreamPaymentRequired:
    if told.tokens & {"in_flight_budget_exhausted", "openrouter_in_flight_budget"}:
        kind = PaymentKind.IN_FLIGHT
        text = f"{name} is holding the remaining credit for requests that are still running."
    elif _is_key_limit(told):
        kind, text = PaymentKind.KEY_LIMIT, f"The API key of this studio has reached its limit at {name}."
    else:
        kind, text = (
            PaymentKind.CREDITS,
            f"The account of this studio at {name} has not enough credit for this.",
        )
    error = UpstreamPaymentRequired(text)
    error.kind = kind
    return error


def _refusal(name: str, status: int, told: Told, asked: Asked) -> UpstreamRefused:
    if told.reasons or told.tokens & _MODERATED:
        because = f" ({', '.join(told.reasons)})" if told.reasons else ""
        error = UpstreamRefused(f"{name} declined this prompt because of its content rules{because}.")
        error.reasons = told.reasons
        return error
    if status == 403:
        return UpstreamRefused(f"{name} does not allow this with the API key of this studio.")
    if status == 404 and asked == "answer":
        return UpstreamRefused(f"{name} does not offer this model, or not with the settings of its account.")
    if status == 404:
        return UpstreamRefused(f"{name} has nothing at the address that is configured for it.")
    if status == 413:
        return UpstreamRefused(f"This request is too large for {name}.")
    return UpstreamRefused(f"{name} did not accept this request.")


def _is_too_long(status: int, told: Told) -> bool:
    if told.tokens & _CONTEXT_TOKENS:
        return True
    return status in (400, 413, 422) and bool(told.message and _CONTEXT_WORDS.search(told.message))


def _is_key_limit(told: Told) -> bool:
    return "openrouter_key_limit" in told.tokens or bool(told.message and _KEY_LIMIT.search(told.message))


def _extra_tries(error: ProviderError, status: int) -> int:
    if isinstance(error, UpstreamBusy):
        return 2
    if isinstance(error, UpstreamPaymentRequired):
        return 2 if error.kind is PaymentKind.IN_FLIGHT else 0
    return 1 if status in (500, 502) else 0
