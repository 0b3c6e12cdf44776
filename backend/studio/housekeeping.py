"""What is done once an hour: forgetting what was deleted or ended long enough ago."""

import asyncio
from datetime import timedelta

import structlog

from studio.accounts.sessions import tidy
from studio.assets.files import FileStore
from studio.assets.orphans import collect
from studio.chat.conversation import UNDO_DAYS
from studio.chat.store import forget_deleted
from studio.db import Database
from studio.moments import now

log = structlog.get_logger()

EVERY_SECONDS = 3600.0


async def keep_house(db: Database, files: FileStore) -> None:
    """Runs for ever; one failure is logged and tried again in an hour."""
    while True:
        try:
            deleted_before = now() - timedelta(days=UNDO_DAYS)
            gone = await asyncio.to_thread(forget_deleted, db, deleted_before)
            collected = await asyncio.to_thread(collect, db, files, deleted_before=deleted_before)
            await asyncio.to_thread(tidy, db, moment=now())
            if gone or collected.forgotten or collected.files:
                log.info(
                    "house.forgotten", conversations=gone, assets=collected.forgotten, files=collected.files
                )
        except Exception as error:
            log.error("house.failed", exc_info=error)
        await asyncio.sleep(EVERY_SECONDS)
