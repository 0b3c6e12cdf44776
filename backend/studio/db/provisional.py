"""
A stretch of work whose WAL is thrown away when it is not finished.

DuckDB cannot replay everything it writes: a default that is no literal, `SET TYPE … USING` (INTERNAL Error: Failure
while replaying WAL), and then the file does not open any more. So migrations begin on an empty WAL and end with a
checkpoint; a note says so in between. A process that finds the note knows that the WAL holds nothing but the
unfinished migrations and removes it: the file is as it was before them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from studio.db.checkpoint import nothing, sync_directory


class Provisional:
    """
    The note for one database file. It holds the database headers at the time it was written: when they have moved
    on, the closing checkpoint is complete, the note is out of date and the WAL is none of its business.
    """

    def __init__(
        self, path: Path, headers: Callable[[], bytes], *, step: Callable[[str], None] = nothing
    ) -> None:
        self._note = path.with_name(path.name + ".provisional")
        self._draft = path.with_name(path.name + ".provisional-draft")
        self._wal = path.with_name(path.name + ".wal")
        self._headers = headers
        self._step = step

    def begin(self) -> None:
        """On an empty WAL, with nobody else writing until `end`. Raises RuntimeError when there is a WAL."""
        if self._wal.exists() and self._wal.stat().st_size:
            raise RuntimeError("the WAL is not empty")
        self._step("write note")
        with self._draft.open("wb") as draft:
            draft.write(self._headers())
            draft.flush()
            os.fsync(draft.fileno())
        self._draft.replace(self._note)
        sync_directory(self._note.parent)
        self._step("begin")

    def end(self) -> None:
        """After the closing checkpoint. From here on the WAL counts again."""
        self._step("drop note")
        self._note.unlink()
        sync_directory(self._note.parent)

    def recover(self) -> bool:
        """Before DuckDB opens the file, after Checkpoint.recover. Returns whether work was thrown away."""
        self._draft.unlink(missing_ok=True)
        if not self._note.exists():
            return False
        unfinished = self._note.read_bytes() == self._headers()
        if unfinished:
            self._step("discard WAL")
            self._wal.unlink(missing_ok=True)
            sync_directory(self._wal.parent)
        self._step("drop old note")
        self._note.unlink()
        return unfinished
