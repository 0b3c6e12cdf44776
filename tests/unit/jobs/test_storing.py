"""What cannot be written down for a while: it is tried until it can be, and meanwhile no file is collected."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from studio import housekeeping
from studio.assets.files import FileStore
from studio.assets.orphans import IDLE_SECONDS
from studio.db import Cursor, Database
from studio.jobs import storing
from studio.jobs.storing import Storing

from tests.support.jobs import soon, wanted

pytestmark = pytest.mark.anyio


async def test_a_file_whose_row_waits_for_room_is_not_collected(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "AGAIN_SECONDS", (0.01,))
    monkeypatch.setattr(housekeeping, "EVERY_SECONDS", 0.01)
    files, is_full = FileStore(tmp_path / "media"), True
    made = files.path(files.receive([b"a film"], 10).sha256)
    long_ago = time.time() - 2 * IDLE_SECONDS
    os.utime(made, (long_ago, long_ago))

    def write(cursor: Cursor) -> str:
        if is_full:
            raise OSError("No space left on device")
        return "written"

    keeping = Storing(db, lambda: False)
    waiting = asyncio.create_task(keeping.until_done(wanted(), write))
    await soon(lambda: keeping.late)
    await house_was_kept(db, files, keeping)
    assert made.exists()

    is_full = False

    assert await waiting == "written"
    assert keeping.late == 0
    await house_was_kept(db, files, keeping)
    assert not made.exists()


async def house_was_kept(db: Database, files: FileStore, keeping: Storing) -> None:
    """One round of it to its end, which is when the next one asks."""
    asked = 0

    def is_late() -> bool:
        nonlocal asked
        asked += 1
        return keeping.late > 0

    house = asyncio.create_task(housekeeping.keep_house(db, files, jobs_kept_days=1, is_late=is_late))
    await soon(lambda: asked > 1)
    house.cancel()
