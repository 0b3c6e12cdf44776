"""Waiting for a write from the event loop."""

import asyncio
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(writing: "Future[T]") -> T:
    """
    What a write gives, awaited even if this task is cancelled meanwhile; the cancellation comes after it.

    Half a wait would be worse than none: a provider's id that was about to be stored must be, whoever stops us.
    """
    future = asyncio.wrap_future(writing)
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break
    result = future.result()
    if cancelled is not None:
        raise cancelled
    return result
