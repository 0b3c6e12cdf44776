"""What is done once an hour: forgetting what was deleted or ended long enough ago, and keeping words in order."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from studio.accounts.sessions import tidy
from studio.assets.files import FileStore
from studio.assets.orphans import collect
from studio.chat.conversation import UNDO_DAYS
from studio.chat.store import forget_deleted
from studio.db import Database
from studio.gallery.store.sorting import sort_words
from studio.gallery.verbs import empty_bin
from studio.jobs.store.changes import forget_finished
from studio.moments import now
from studio.once.once import KEPT as KEYS_KEPT
from studio.once.store import forget_keys
from studio.recipes.recipes import KEPT
from studio.recipes.store import forget_drafts

log = structlog.get_logger()

EVERY_SECONDS = 3600.0


async def keep_house(
    db: Database, files: FileStore, *, jobs_kept_days: int, is_late: Callable[[], bool]
) -> None:
    """
    Runs for ever. Items go before the assets they show; a chore that fails is tried again in an hour.

    While `is_late` (Worker) there are files whose rows wait for room: none is collected then.
    """

    def assets() -> int:
        if is_late():
            return 0
        collected = collect(db, files, deleted_before=now() - timedelta(days=UNDO_DAYS))
        return collected.forgotten + collected.files

    chores: dict[str, Callable[[], int | None]] = {
        "conversations": lambda: forget_deleted(db, now() - timedelta(days=UNDO_DAYS)),
        "items": lambda: empty_bin(db, now()),
        "assets": assets,
        "recipes": lambda: forget_drafts(db, now() - KEPT),
        "keys of requests": lambda: forget_keys(db, now() - KEYS_KEPT),
        "words to sort": lambda: sort_words(db),
        "sessions": lambda: tidy(db, moment=now()),
        "jobs": lambda: forget_finished(db, now() - timedelta(days=jobs_kept_days)),
    }
    while True:
        for name, chore in chores.items():
            try:
                done = await asyncio.to_thread(chore)
                if done:
                    log.info("house.kept", what=name, count=done)
            except Exception as error:
                log.error("house.failed", what=name, exc_info=error)
        await asyncio.sleep(EVERY_SECONDS)
