"""Files that nobody needs any more are collected; what was put away long enough ago is forgotten."""

import functools
from dataclasses import dataclass
from datetime import datetime

from studio.assets import store
from studio.assets.files import FileStore
from studio.db import Database

# A row is written within seconds after its file; whatever takes longer than this has failed, or is noted in its job.
IDLE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Collected:
    forgotten: int
    files: int


def collect(
    db: Database, files: FileStore, *, deleted_before: datetime, idle_seconds: float = IDLE_SECONDS
) -> Collected:
    """
    Forget assets put away before that moment, then remove every file that no row names.

    A file that was taken in within `idle_seconds` stays: its row may be on its way. Each one is looked at again
    under the lock of its name, so that neither an upload of the same bytes nor a row written meanwhile is missed.
    """
    forgotten = store.forget_deleted(db, deleted_before)
    named = store.list_named_hashes(db)
    removed = 0
    for sha256 in files.list_hashes():
        if sha256 in named:
            continue
        removed += files.drop_unless(
            sha256, functools.partial(store.is_named, db, sha256), idle_seconds=idle_seconds
        )
    for sha256 in files.list_preview_hashes():
        if not files.path(sha256).exists():
            files.drop_previews(sha256)
    return Collected(len(forgotten), removed)
