"""Tokens and money out of an answer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from studio.providers.events import Usage
from studio.providers.loose import count, mapping, money

COST_HEADER = "x-litellm-response-cost"


def usage_of(usage: Mapping[str, Any], header_cost: Decimal | None) -> Usage | None:
    """The last `usage` object of an answer, None if neither it nor the cost header told anything."""
    spent = spent_usd(usage)
    if not usage and header_cost is None:
        return None
    output = mapping(usage.get("completion_tokens_details") or usage.get("output_tokens_details"))
    prompt = mapping(usage.get("prompt_tokens_details") or usage.get("input_tokens_details"))
    return Usage(
        input_tokens=_first_count(usage, "prompt_tokens", "input_tokens"),
        output_tokens=_first_count(usage, "completion_tokens", "output_tokens"),
        reasoning_tokens=count(output.get("reasoning_tokens")),
        cached_tokens=count(prompt.get("cached_tokens")),
        cost_usd=header_cost if spent is None and not _is_byok(usage) else spent,
        is_byok=_is_byok(usage),
    )


def spent_usd(usage: Mapping[str, Any]) -> Decimal | None:
    """
    What an answer cost, from `usage`.

    With the operator's own key at the model's maker (BYOK) `cost` is only the fee and the true spend is
    beside it. If that is missing the sum is unknown: half of a cost is as wrong as none. Without BYOK both
    carry the same number.
    """
    cost = money(usage.get("cost"))
    if not _is_byok(usage):
        return cost
    return _sum(cost, money(mapping(usage.get("cost_details")).get("upstream_inference_cost")))


def generation_cost(generation: Mapping[str, Any]) -> Decimal | None:
    """The same from `GET /generation`."""
    cost = money(generation.get("total_cost"))
    if cost is None:
        cost = money(generation.get("usage"))
    if generation.get("is_byok") is not True:
        return cost
    return _sum(cost, money(generation.get("upstream_inference_cost")))


def header_cost(headers: Mapping[str, str], *, is_stream: bool) -> Decimal | None:
    """LiteLLM's price header. It is written before a stream begins, when 0 only means "not known yet"."""
    cost = money(headers.get(COST_HEADER))
    return None if is_stream and cost == 0 else cost


def _is_byok(usage: Mapping[str, Any]) -> bool:
    return usage.get("is_byok") is True


def _sum(fee: Decimal | None, spend: Decimal | None) -> Decimal | None:
    return None if fee is None or spend is None else fee + spend


def _first_count(usage: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        if (value := count(usage.get(name))) is not None:
            return value
    return None
