"""
What a model answers, as data: a `Reply` holds status, headers and a script of steps; `line.play` performs it.

A script is an iterable of four things: `bytes` are written at once, each in a write of its own; a `float`
waits until that many seconds after the request arrived (absolute, so a long stream never drifts); a `Later` is
made in a thread and then written; a `Drop` closes the connection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

JSON = "application/json"
SSE = "text/event-stream"


class Drop(Enum):
    """How a connection ends too early: an orderly FIN in the middle of the body, or a TCP reset."""

    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Later:
    """Bytes that take a while to make, such as a picture: `make` runs in a thread when its turn comes."""

    make: Callable[[], bytes]


Step = bytes | float | Drop | Later
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """
    One answer. `headers_after` holds the status line back for so many seconds; `drop_first` never sends one.

    `is_exact` marks a schedule that the caller asked for: the sandbox's `speed` does not touch it.
    """

    status: int
    script: Iterable[Step]
    media_type: str | None = JSON
    headers: Headers = ()
    headers_after: float = 0.0
    drop_first: Drop | None = None
    is_exact: bool = False


def dumps(value: Any) -> bytes:
    """Compact JSON in raw UTF-8, as the real server writes it: nothing is escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_reply(body: Any, *, status: int = 200, headers: Headers = (), at: float = 0.0) -> Reply:
    """A whole JSON body, `at` seconds after the request."""
    return Reply(status, (at, dumps(body)), headers=headers)
