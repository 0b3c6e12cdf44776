"""
Reading JSON from strangers: every field may be missing, null, of another type, or absurd.

Each reader returns a value of the promised type or nothing; none of them raises except `read_json`.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_USD = Decimal(999_999_999)  # what DECIMAL(18,9) holds; a larger "price" is noise
MOST_COUNT = 2**53

_SURROGATE = re.compile("[\ud800-\udfff]")


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:  # 1e99999999999999999999 is valid JSON and no number for anybody
        return None


# parse_float=Decimal keeps every digit of a cost; streams hold floats almost only there, so it costs nothing.
_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=lambda _: None)


def read_json(text: str) -> Any:
    """The document, with fractions as Decimal. Raises ValueError, also for one nested too deeply to read."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: object) -> tuple[str, ...]:
    """The non-empty strings of a list, in order."""
    return (
        tuple(whole(item) for item in value if isinstance(item, str) and item)
        if isinstance(value, list)
        else ()
    )


def string(value: object) -> str | None:
    return whole(value) if isinstance(value, str) and value else None


def name(value: object) -> str | None:
    """What a server calls something: a text, or a whole number as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return string(value)


def count(value: object) -> int | None:
    """A number of tokens or the like; None if negative, not whole or beyond 2^53."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        return int(value) if 0 <= value <= MOST_COUNT and value == int(value) else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


def number(value: object) -> Decimal | None:
    """A number of 0 or more, also one written as a string."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def money(value: object) -> Decimal | None:
    """
    US dollars; None is *unknown*, which is never zero.

    Negative amounts ("-1" stands for "depends" on routers) and those outside 1e-30 … 999,999,999 are unknown too.
    """
    amount = number(value)
    if amount is None or amount > MOST_USD or (amount and amount.adjusted() < -30):
        return None
    return amount


def whole(text: str) -> str:
    """The text without lone surrogates, which no database and no socket takes."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class TextJoiner:
    """
    Joins pieces of text that were cut inside a character.

    Servers that cut UTF-16 send an emoji as `"\\ud83d"` in one event and `"\\ude00"` in the next; the first
    half waits.
    """

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        if not self._half and piece.isascii():
            return piece
        piece, self._half = self._half + piece, ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        return whole(piece)

    def close(self) -> str:
        half, self._half = self._half, ""
        return "\ufffd" if half else ""
