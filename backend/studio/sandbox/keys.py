"""
Who may call: any non-empty bearer key except `bad-key`. A key that begins with `capped` has a spending limit.
"""

from __future__ import annotations

from typing import Any

from studio.sandbox.errors import MISSING_HEADER, NO_COOKIE, UNKNOWN_KEY, Refusal

BAD_KEY = "bad-key"
CAPPED = "capped"
LIMIT_USD = 10.0
USED_USD = 2.5


def check_key(authorization: str | None) -> str:
    """
    The key of an Authorization header. Raises Refusal (401) with the text that the real server has for the
    case.
    """
    if authorization is None:
        raise Refusal(401, MISSING_HEADER)
    scheme, _, key = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refusal(401, NO_COOKIE)
    if key.strip() == BAD_KEY:
        raise Refusal(401, UNKNOWN_KEY)
    return key.strip()


def key_facts(key: str) -> dict[str, Any]:
    """The `data` of `GET /key`."""
    is_capped = key.startswith(CAPPED)
    return {
        "label": f"{key[:4]}...{key[-2:]}",
        "limit": LIMIT_USD if is_capped else None,
        "limit_remaining": LIMIT_USD - USED_USD if is_capped else None,
        "limit_reset": None,
        "usage": USED_USD,
        "usage_daily": 0.1,
        "usage_weekly": 0.4,
        "usage_monthly": USED_USD,
        "byok_usage": 0,
        "byok_usage_daily": 0,
        "byok_usage_weekly": 0,
        "byok_usage_monthly": 0,
        "include_byok_in_limit": False,
        "is_free_tier": False,
        "is_management_key": False,
        "is_provisioning_key": False,
        "expires_at": None,
        "creator_user_id": "user_sandbox",
        "organization_id": None,
        "workspace_id": "00000000-0000-7000-8000-000000000000",
        "allowed_data_regions": ["global"],
        "free_model_daily_requests": {"used": 2, "limit": 1000, "remaining": 998},
        "rate_limit": {"requests": -1, "interval": "10s", "note": "deprecated"},
    }
