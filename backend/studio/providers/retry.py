"""Trying again, only where nothing was answered and nothing can have been billed."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from studio.providers.errors import ProviderError

T = TypeVar("T")
OnRetry = Callable[
    [int, float, ProviderError], None
]  # number of the try that failed, seconds until the next, why


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """
    Exponential back-off with full jitter, so that people who were refused together do not come back together.

    A `Retry-After` is obeyed up to `most_retry_after_seconds`; someone who is to wait longer learns it at
    once instead.
    """

    tries: int = 3
    base_seconds: float = 1.0
    most_wait_seconds: float = 8.0
    most_retry_after_seconds: float = 10.0
    total_seconds: float = 20.0

    def wait_seconds(self, error: ProviderError, tried: int, spent_seconds: float) -> float | None:
        """How long to wait before the next try; None to give up. `tried` counts the tries that failed."""
        if tried >= self.tries or tried > error.extra_tries:
            return None
        jitter = random.uniform(0, min(self.most_wait_seconds, self.base_seconds * 2 ** (tried - 1)))
        asked = error.retry_after_seconds
        if asked is not None and asked > self.most_retry_after_seconds:
            return None
        wait = jitter if asked is None else asked + jitter / 4
        return wait if spent_seconds + wait <= self.total_seconds else None


async def with_retries(
    attempt: Callable[[], Awaitable[T]], policy: RetryPolicy, on_retry: OnRetry | None = None
) -> T:
    """What `attempt` returns. Raises its ProviderError once trying again is of no use or takes too long."""
    begun = time.monotonic()
    tried = 0
    while True:
        try:
            return await attempt()
        except ProviderError as error:
            tried += 1
            wait = policy.wait_seconds(error, tried, time.monotonic() - begun)
            if wait is None:
                raise
            if on_retry is not None:
                on_retry(tried, wait, error)
        await asyncio.sleep(wait)
