"""How a provider is doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from studio.providers.errors import ProviderError
from studio.providers.loose import mapping, money


@dataclass(frozen=True, slots=True)
class Health:
    """The outcome of one check. `credit_left_usd` is None for a key without a limit, and where nobody tells."""

    is_ok: bool
    text: str  # one sentence for a person
    latency_ms: int
    credit_left_usd: Decimal | None = None
    spent_usd: Decimal | None = None
    is_free_tier: bool | None = None
    model_count: int | None = None
    error: ProviderError | None = None


def health_of_key(name: str, document: object, latency_ms: int) -> Health:
    """From `GET /key`."""
    key: Mapping[str, Any] = mapping(mapping(document).get("data"))
    left, is_free = money(key.get("limit_remaining")), key.get("is_free_tier")
    return Health(
        is_ok=True,
        text=f"{name} accepts the key."
        if left is None
        else f"{name} accepts the key; ${left:.2f} of its limit is left.",
        latency_ms=latency_ms,
        credit_left_usd=left,
        spent_usd=money(key.get("usage")),
        is_free_tier=is_free if isinstance(is_free, bool) else None,
    )
