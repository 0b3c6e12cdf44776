"""
Checkpoints that a kill cannot turn into a file that does not open.

DuckDB writes a checkpoint beside the old state: into blocks that were free, then it syncs, then one 4 KB
header page switches over. One thing breaks this rule: the *metadata blocks*, 256 KB each, hold the tables'
directories of the old and of the new state side by side and are rewritten in place. A kill (or a power cut)
in the middle of such a write leaves a block whose checksum is wrong while the header still points into it:
`Corrupt database file`.

So before each checkpoint the metadata blocks and the headers are copied to a journal, `app.db.undo`. After a
kill the headers tell how far the checkpoint came: still the old ones, then the journal is played back and the
WAL, which DuckDB removes only after the switch, is replayed as after any other kill; already the new ones,
then the new state is complete. The journal is a few MB for a file of 1 GB.
docs/decisions/0002-protected-checkpoint.md has the measurements.

This holds as long as nothing is written between journal and checkpoint, and no automatic checkpoint runs: the
writer thread takes all the steps itself, and database.py turns the automatic ones off.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import structlog

log = structlog.get_logger(__name__)

# A checkpoint stops writing for 0.02 to 0.5 s (it rewrites every row group that was touched), so it waits for a quiet
# moment, and for enough to do: below this, replaying the WAL takes no longer than the checkpoint would.
QUIET_SECONDS = 2.0
QUIET_COMMITS = 200
QUIET_WAL_BYTES = 2**20
# Where no quiet moment comes: replaying 5,000 single-row commits takes 0.7 s, which is what a restart may cost; 32 MB
# hold as much in large rows.
HARD_COMMITS = 5_000
HARD_WAL_BYTES = 32 * 2**20
# A checkpoint that finds the disk full is fatal for the instance; it is put off while there is less room than
# this.
ROOM_BYTES = 64 * 2**20
ROOM_PER_WAL_BYTE = 4
RETRY_SECONDS = 1.0

_MAGIC = b"AYCGUNDO"
_HEAD = struct.Struct("<8sIQI")  # magic, CRC-32 of all that follows, block size, number of blocks
_PAGE_BYTES = 4096
_HEADERS_BYTES = 3 * _PAGE_BYTES  # the main header, then the two database headers that take turns


class HeldElsewhere(RuntimeError):
    """Another process has the file open; it must not be touched."""


class JournalDamaged(RuntimeError):
    """The journal was complete when it was published and is not any more: the disk lost something."""


@dataclass(frozen=True, slots=True)
class _Journal:
    block_bytes: int
    headers: bytes
    blocks: dict[int, bytes]


def nothing(step: str) -> None:
    """What happens at each named step outside of tests: nothing."""


def is_due(*, idle: bool, commits: int, wal_bytes: int) -> bool:
    """Whether it is time for a checkpoint, given what was committed since the last one."""
    if commits >= HARD_COMMITS or wal_bytes >= HARD_WAL_BYTES:
        return True
    return idle and (commits >= QUIET_COMMITS or wal_bytes >= QUIET_WAL_BYTES)


class Checkpoint:
    """
    The protocol for one database file; `step` is told the name of each step before it is taken.

    The file is kept open for reading as long as this lives: closing any descriptor of it would drop the POSIX
    lock that DuckDB holds for the whole process.
    """

    def __init__(self, path: Path, *, step: Callable[[str], None] = nothing) -> None:
        self._path = path
        self._wal = path.with_name(path.name + ".wal")
        self._journal = path.with_name(path.name + ".undo")
        self._draft = path.with_name(path.name + ".undo-draft")
        self._step = step
        self.file = os.open(path, os.O_RDWR)
        self._not_before = 0.0
        self.count = 0
        self.put_off = 0
        self.last_seconds = 0.0
        self.journal_bytes = 0
        self.journal_seconds = 0.0

    def close(self) -> None:
        """To be called when DuckDB has closed the file, not earlier."""
        os.close(self.file)

    @property
    def wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        """
        Journal, CHECKPOINT, drop the journal. Nobody may write meanwhile; reading goes on.

        Raises duckdb.TransactionException when a reader still needs an older version of a changed row (try
        again later), OSError when the journal cannot be written, and duckdb.FatalException when the instance
        is lost.
        """
        began = time.monotonic()
        self._publish_journal(connection)
        self.journal_seconds = time.monotonic() - began
        try:
            self._step("checkpoint")
            connection.execute("CHECKPOINT")
        except duckdb.FatalException:
            raise
        except duckdb.Error:
            self._journal.unlink()  # nothing was written
            raise
        self._step("drop journal")
        # Without a sync: a journal that comes back after a power cut finds newer headers and is ignored.
        self._journal.unlink()
        self._step("done")
        self.count += 1
        self.last_seconds = time.monotonic() - began

    def try_run(self, connection: duckdb.DuckDBPyConnection, *, at_once: bool = False) -> bool:
        """
        Like run, but put off, with a line in the log, what can be done later. Returns whether it was done.
        """
        if not at_once and time.monotonic() < self._not_before:
            return False
        try:
            self._refuse_without_room()
            self.run(connection)
        except (OSError, duckdb.TransactionException) as error:
            self.put_off += 1
            self._not_before = time.monotonic() + RETRY_SECONDS
            log.warning("database.checkpoint_put_off", reason=str(error), wal_bytes=self.wal_bytes)
            return False
        return True

    def recover(self) -> bool:
        """
        Before DuckDB opens the file: undo a checkpoint that was interrupted. Returns whether there was one.

        May be killed at any point and run again. Raises HeldElsewhere when another process has the file open,
        and JournalDamaged.
        """
        self._draft.unlink(missing_ok=True)
        if not self._journal.exists():
            return False
        journal = _parse(self._journal.read_bytes())
        # The main header is left out of the comparison: DuckDB may rewrite it before the switch.
        interrupted = self.database_headers() == journal.headers[_PAGE_BYTES:]
        if interrupted:
            self._play_back(journal)
        self._step("drop played journal")
        self._journal.unlink()
        return interrupted

    def refuse_if_held(self) -> None:
        """
        DuckDB's own lock: a process that does not take ours (a shell, an older release) may be in there.
        """
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HeldElsewhere(f"{self._path} is open in another process") from error
        fcntl.lockf(self.file, fcntl.LOCK_UN)

    def database_headers(self) -> bytes:
        """The two pages of which one changes with each checkpoint, and only then."""
        return self._headers()[_PAGE_BYTES:]

    def _publish_journal(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Complete and on disk under its name, or not there at all."""
        block_bytes, blocks = _metadata_blocks(connection)
        body = b"".join([self._headers(), *self._copies(blocks, block_bytes)])
        head = struct.pack("<QI", block_bytes, len(blocks))
        content = _MAGIC + struct.pack("<I", zlib.crc32(head + body)) + head + body
        self._step("write journal")
        with self._draft.open("wb") as draft:
            draft.write(content[: len(content) // 2])
            draft.flush()
            self._step("half a journal")
            draft.write(content[len(content) // 2 :])
            draft.flush()
            os.fsync(draft.fileno())
        self._step("publish journal")
        self._draft.replace(self._journal)
        sync_directory(self._path.parent)
        self.journal_bytes = len(content)

    def _headers(self) -> bytes:
        return _read(self.file, _HEADERS_BYTES, 0)

    def _copies(self, blocks: list[int], block_bytes: int) -> Iterator[bytes]:
        """For each block its number and its bytes; nothing for a block that was never written."""
        for block in blocks:
            yield struct.pack("<Q", block)
            yield _read(self.file, block_bytes, _position(block, block_bytes)).ljust(block_bytes, b"\0")

    def _play_back(self, journal: _Journal) -> None:
        for block, content in journal.blocks.items():
            half = len(content) // 2
            position = _position(block, journal.block_bytes)
            self._step("play back a block")
            os.pwrite(self.file, content[:half], position)
            self._step("half a block")
            os.pwrite(self.file, content[half:], position + half)
        self._step("play back headers")
        os.pwrite(self.file, journal.headers, 0)
        os.fsync(self.file)

    def _refuse_without_room(self) -> None:
        room = os.statvfs(self._path.parent)
        free, needed = room.f_bavail * room.f_frsize, ROOM_BYTES + ROOM_PER_WAL_BYTE * self.wal_bytes
        if free < needed:
            raise OSError(f"the disk has {free} bytes left, a checkpoint may need {needed}")


def sync_directory(directory: Path) -> None:
    """Make new names in the directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _metadata_blocks(connection: duckdb.DuckDBPyConnection) -> tuple[int, list[int]]:
    """The size of a block, and the numbers of those that a checkpoint may rewrite in place."""
    size = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0]
    rows = connection.execute("SELECT block_id FROM pragma_metadata_info() ORDER BY block_id").fetchall()
    return size, [row[0] for row in rows]


def _parse(content: bytes) -> _Journal:
    magic, checksum, block_bytes, count = _HEAD.unpack_from(content)
    if magic != _MAGIC or checksum != zlib.crc32(content[len(_MAGIC) + 4 :]):
        raise JournalDamaged("the checkpoint journal is damaged: restore the database from a backup")
    body = memoryview(content)[_HEAD.size :]
    blocks = {}
    for index in range(count):
        start = _HEADERS_BYTES + index * (8 + block_bytes)
        (block,) = struct.unpack_from("<Q", body, start)
        blocks[block] = bytes(body[start + 8 : start + 8 + block_bytes])
    return _Journal(block_bytes, bytes(body[:_HEADERS_BYTES]), blocks)


def _position(block: int, block_bytes: int) -> int:
    return _HEADERS_BYTES + block * block_bytes


def _read(descriptor: int, size: int, position: int) -> bytes:
    """Up to `size` bytes; fewer only at the end of the file."""
    parts = []
    while size and (part := os.pread(descriptor, size, position)):
        parts.append(part)
        position += len(part)
        size -= len(part)
    return b"".join(parts)
