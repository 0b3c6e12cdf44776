"""
What an answer is made of, in this order:

    Started, (Started | Delta)*, Usage?, then Finished or a ProviderError
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Started:
    """
    The provider took the request. Comes at least once before everything else, as soon as the headers are
    there, and again if the first chunk knows more. `model` is the one that answers, which may not be the one
    asked.
    """

    provider_request_id: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer or of the reasoning; at least one of them is not empty."""

    text: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used, at most once per answer. None is unknown, never zero."""

    input_tokens: int | None
    output_tokens: int | None  # includes reasoning_tokens
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cost_usd: Decimal | None = None
    is_byok: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """
    The answer ended. `reason` is an open word: stop, length, content_filter, tool_calls or anything else;
    None if the server gave none. `is_truncated`: the body ended with neither a reason nor the end mark, so
    words may be missing.
    """

    reason: str | None
    native_reason: str | None = None
    is_truncated: bool = False


ChatEvent = Started | Delta | Usage | Finished
