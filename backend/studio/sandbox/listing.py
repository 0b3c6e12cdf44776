"""
`GET /models`: filters, order and paging over the catalogue.

Without a filter only models with text output are listed, as on the real server; paging starts when `offset`
or `limit` is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from studio.sandbox.errors import Refusal

LIMIT_DEFAULT = 500
LIMIT_MOST = 1000

Entry = dict[str, Any]
Order = Callable[[Entry], Any]


def page_of_models(
    entries: Iterable[Entry], query: Mapping[str, str], *, link: Callable[..., str]
) -> dict[str, Any]:
    """
    The body for a query; `link(offset=…, limit=…)` makes the address of the next page.

    Raises Refusal (400) for an offset or limit that is no number or out of range.
    """
    found = [entry for entry in entries if _fits(entry, query)]
    order = ORDERS.get(query.get("sort", ""))
    if order is not None:
        found.sort(key=order)
    if "offset" not in query and "limit" not in query:
        return {"data": found, "total_count": len(found), "links": {"next": None}}
    offset = _whole(query, "offset", 0, least=0)
    limit = _whole(query, "limit", LIMIT_DEFAULT, least=1, most=LIMIT_MOST)
    following = offset + limit
    following_link = link(offset=following, limit=limit) if following < len(found) else None
    return {"data": found[offset:following], "total_count": len(found), "links": {"next": following_link}}


def _fits(entry: Entry, query: Mapping[str, str]) -> bool:
    architecture = entry.get("architecture") or {}
    outputs = query.get("output_modalities", "text")
    wanted = _words(query.get("q", "").replace(" ", ","))
    text = " ".join(str(entry.get(key) or "") for key in ("id", "name", "description")).lower()
    return (
        (outputs == "all" or _shares(outputs, architecture.get("output_modalities", ["text"])))
        and _has_all(query.get("input_modalities", ""), architecture.get("input_modalities"))
        and _has_all(query.get("supported_parameters", ""), entry.get("supported_parameters"))
        and all(word in text for word in wanted)
    )


def _shares(wanted: str, offered: list[str] | None) -> bool:
    return not _words(wanted) or bool(set(_words(wanted)) & set(offered or ()))


def _has_all(wanted: str, offered: list[str] | None) -> bool:
    return set(_words(wanted)) <= set(offered or ())


def _words(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(",") if word.strip()]


def _price(entry: Entry) -> Decimal:
    return Decimal((entry.get("pricing") or {}).get("completion") or 0)


ORDERS: dict[str, Order] = {
    "newest": lambda entry: -(entry.get("created") or 0),
    "pricing-low-to-high": _price,
    "pricing-high-to-low": lambda entry: -_price(entry),
    "context-high-to-low": lambda entry: -(entry.get("context_length") or 0),
}


def _whole(
    query: Mapping[str, str], name: str, otherwise: int, *, least: int, most: int | None = None
) -> int:
    text = query.get(name)
    if text is None:
        return otherwise
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise Refusal(400, f"{name} must be a whole number from {least}{f' to {most}' if most else ''}.")
    return int(text)
