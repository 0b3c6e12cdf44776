"""Waiting for a write from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import structlog

from studio.errors import Refused

log = structlog.get_logger()
T = TypeVar("T")


async def to_the_end(writing: "Future[T]", then: Callable[[T], object] = lambda _: None) -> T:
    """
    What a write gives, awaited even if this task is cancelled meanwhile; the cancellation comes after it.

    Half a wait would be worse than none: nobody would know whether a provider's id is stored. `then` is told what was
    written before the cancellation comes, which also comes where the write has failed: that is only logged then,
    and a refusal not even that.
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
    try:
        result = future.result()
        then(result)
    except Exception as error:
        if cancelled is not None:
            tell_of_failure(error)
            raise cancelled from error
        raise
    if cancelled is not None:
        raise cancelled
    return result


def tell_of_failure(error: BaseException) -> None:
    """What a cancellation hides, but for a refusal, such as a lease that was lost."""
    if not isinstance(error, Refused):
        log.error("job.cancelled_behind_failure", error=type(error).__name__, exc_info=error)
