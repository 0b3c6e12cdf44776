"""Waiting for what gives no signal: often at first, then more rarely, since looking takes from what is waited for."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

PATIENCE_SECONDS = 10.0  # long only when something is wrong
FIRST_SECONDS, MOST_SECONDS, GROWTH = 0.002, 0.05, 1.3


def pauses(within_seconds: float) -> Iterator[float]:
    """How long to wait before each further look; AssertionError once the time is over."""
    deadline, pause = time.monotonic() + within_seconds, FIRST_SECONDS
    while time.monotonic() < deadline:
        yield pause
        pause = min(MOST_SECONDS, pause * GROWTH)
    raise AssertionError(f"waited in vain for {within_seconds:g} s")


def until(condition: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait for a condition and return what it gave."""
    waits = pauses(seconds)
    while not (found := condition()):
        time.sleep(next(waits))
    return found


async def soon(condition: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """The same while the loop runs; the condition is looked at in it."""
    waits = pauses(seconds)
    while not (found := condition()):
        await asyncio.sleep(next(waits))
    return found
