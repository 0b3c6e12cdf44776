"""
What generations cost whose answers did not tell.

A provider's books lag behind its answers by seconds, and by the length of its work where nobody waited for the end: a
video that was cancelled here is made there all the same. So what is not known is asked for once an hour, for a day.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from studio.db import Database
from studio.generations import store
from studio.generations.generation import booked
from studio.moments import now
from studio.providers import Adapter, Provider

log = structlog.get_logger()

ASKED_FOR = timedelta(days=1)  # after the end
EVERY_SECONDS = 3600.0
AT_ONCE = 4


async def find_cost(
    db: Database, adapter: Adapter, provider: Provider, generation_id: UUID, request_id: str
) -> None:
    """Ask what this (our id, the provider's) cost, and store the answer. Raises nothing: it may stay unknown."""
    try:
        cost = booked(await adapter.look_up_cost(provider, request_id))
        if cost is not None:
            await asyncio.wrap_future(db.write_soon(store.set_cost(generation_id, cost)))
    except Exception as error:
        log.warning("generation.cost_unknown", id=str(generation_id), error=type(error).__name__)


async def keep_asking(
    db: Database,
    adapter: Adapter,
    provider: Provider,
    provider_id: UUID,
    *,
    every_seconds: float = EVERY_SECONDS,
    clock: Callable[[], datetime] = now,
) -> None:
    """Runs for ever, a few questions at once: at the start for what the process before left, then once an hour."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def find(generation_id: UUID, request_id: str) -> None:
        async with at_once:
            await find_cost(db, adapter, provider, generation_id, request_id)

    async def find_all(since: datetime) -> None:
        before = None
        while page := await asyncio.to_thread(store.list_without_cost, db, provider_id, since, before):
            await asyncio.gather(*(find(*each) for each in page))
            before = page[-1][0]

    while True:
        try:
            await find_all(clock() - ASKED_FOR)
        except Exception as error:
            log.error("generations.costs_not_asked_for", exc_info=error)
        await asyncio.sleep(every_seconds)
