"""Files by the SHA-256 of their content: `media/ab/cd/<sha256>`, written whole or not at all."""

import errno
import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO

from studio.errors import Missing, StudioError

_SHA256 = re.compile(r"[0-9a-f]{64}")
TEMPORARY = ".writing"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFull(StudioError):
    status = 507
    code = "storage_full"
    text = "The studio's disk is full. Nothing was stored; please tell its administrator."


class FileStore:
    """One directory. Names come from content alone, never from anybody's input."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._temporary = root / TEMPORARY
        self._temporary.mkdir(parents=True, exist_ok=True)
        for leftover in self._temporary.iterdir():
            leftover.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the content lies or would lie."""
        if not _SHA256.fullmatch(sha256):
            raise Missing
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """The content for reading; raises Missing when it is not there."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise Missing from None

    def keep(self, sha256: str, data: bytes) -> Path:
        """
        Store content durably: written to a temporary name, synced, moved. The same content at once from two
        threads is written twice and is one file. Raises StorageFull, or the OSError of another trouble; in both
        cases nothing of it stays.
        """
        target = self.path(sha256)
        if not target.exists():
            self._write(target, data)
        # Also when it was there: another thread may be between its move and this.
        for directory in (target.parent, target.parent.parent, self._root):
            _sync_directory(directory)
        return target

    def _write(self, target: Path, data: bytes) -> None:
        temporary = self._temporary / secrets.token_hex(16)
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise StorageFull from error
            raise


def _sync_directory(directory: Path) -> None:
    """A moved name is durable only once its directory is."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
