"""What is done once an hour: forgetting what was deleted or ended long enough ago."""

import asyncio
from datetime import timedelta

import structlog

from studio.accounts.sessions import tidy
from studio.chat.conversation import UNDO_DAYS
from studio.chat.store import forget_deleted
from studio.db import Database
from studio.gallery.verbs import empty_bin
from studio.moments import now

log = structlog.get_logger()

EVERY_SECONDS = 3600.0


async def keep_house(db: Database) -> None:
    """Runs for ever; one failure is logged and tried again in an hour."""
    while True:
        try:
            gone = await asyncio.to_thread(forget_deleted, db, now() - timedelta(days=UNDO_DAYS))
            items = await asyncio.to_thread(empty_bin, db, now())
            await asyncio.to_thread(tidy, db, moment=now())
            if gone or items:
                log.info("house.forgotten", conversations=gone, items=items)
        except Exception as error:
            log.error("house.failed", exc_info=error)
        await asyncio.sleep(EVERY_SECONDS)
