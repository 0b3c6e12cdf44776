"""Files by the SHA-256 of their content: `media/ab/cd/<sha256>`, written whole or not at all."""

import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from studio.disk import is_full
from studio.errors import Missing, StorageFull, TooLarge

TEMPORARY = ".writing"
PREVIEWS = "previews"
POSTER = "poster"
BLOCK_BYTES = 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PREVIEW_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{1,12}\.[a-z]{3,5}")


@dataclass(frozen=True, slots=True)
class Kept:
    """Content that is durable now."""

    sha256: str
    bytes: int


class Draft:
    """A file that is being written under a temporary name, hashed on the way; made by FileStore.draft."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Encoders write here as into any file; they may not seek, or the hash would lie."""
        self._file.write(data)
        self._hash.update(data)
        self.bytes += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class FileStore:
    """
    One directory. Names come from content alone, never from anybody's input.

    What is kept counts as wanted for a while, by the time on the file: its row is written after it, and whoever
    collects orphans must not come between. `_names` is held whenever a name appears, is renewed or goes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._temporary = root / TEMPORARY
        self._names = threading.Lock()
        self._temporary.mkdir(parents=True, exist_ok=True)
        for leftover in self._temporary.iterdir():
            leftover.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the content lies or would lie."""
        if not _SHA256.fullmatch(sha256):
            raise Missing
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def preview_path(self, sha256: str, variant: str, ending: str) -> Path:
        """Where a smaller form of the content lies or would lie, such as `320`, `avif`."""
        self.path(sha256)
        return self._root / PREVIEWS / sha256[:2] / sha256[2:4] / f"{sha256}.{variant}.{ending}"

    def open(self, sha256: str) -> BinaryIO:
        """The content for reading; raises Missing when it is not there."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise Missing from None

    def open_source(self, sha256: str) -> BinaryIO:
        """What previews of the content are made of: a picture kept for that (of a film), or the content itself."""
        try:
            return self.preview_path(sha256, POSTER, "png").open("rb")
        except FileNotFoundError:
            return self.open(sha256)

    def keep(self, sha256: str, data: bytes) -> Path:
        """
        Store content durably: written to a temporary name, synced, moved. The same content at once from two
        threads is one file. Raises StorageFull, or the OSError of another trouble; in both cases nothing stays.
        """
        target = self.path(sha256)
        if not self._renew(target):
            with self.draft() as draft:
                draft.write(data)
                self._move(draft, target)
        # Also when it was there: another thread may be between its move and this.
        self._sync_way_to(target)
        return target

    def receive(self, source: BinaryIO | Iterable[bytes], limit_bytes: int) -> Kept:
        """
        Store what comes, a block at a time: hashed while it is written, never whole in memory.

        Raises TooLarge as soon as more than `limit_bytes` came, and what `keep` raises; nothing of it stays.
        """
        with self.draft() as draft:
            for block in _blocks(source):
                if draft.bytes + len(block) > limit_bytes:
                    raise TooLarge
                draft.write(block)
            return self.keep_draft(draft)

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A file to write to and then to keep; what was not kept is gone after the block."""
        path = self._temporary / secrets.token_hex(16)
        try:
            with path.open("xb") as file:
                yield Draft(file, path)
        except OSError as error:
            if is_full(error):
                raise StorageFull from error
            raise
        finally:
            path.unlink(missing_ok=True)

    def keep_draft(self, draft: Draft) -> Kept:
        """The draft under the name of its content, durably."""
        target = self.path(draft.sha256)
        if not self._renew(target):
            self._move(draft, target)
        self._sync_way_to(target)
        return Kept(draft.sha256, draft.bytes)

    def keep_preview(self, draft: Draft, sha256: str, variant: str, ending: str) -> Path:
        """The draft as a preview of that content. Not synced along its way: what a crash loses is made again."""
        target = self.preview_path(sha256, variant, ending)
        self._move(draft, target)
        return target

    def drop_unless(self, sha256: str, is_needed: Callable[[], bool], *, idle_seconds: float) -> bool:
        """
        Remove content and its previews, unless it was taken in within `idle_seconds` or `is_needed()`.

        No name changes while this looks and removes: who keeps the same content at that moment either renewed it
        before, and it stays, or comes after, and writes it anew.
        """
        target = self.path(sha256)
        with self._names:
            if _age_seconds(target) < idle_seconds or is_needed():
                return False
            target.unlink(missing_ok=True)
            self.drop_previews(sha256)
        return True

    def drop_previews(self, sha256: str) -> None:
        directory = self.preview_path(sha256, "0", "any").parent
        for preview in directory.glob(f"{sha256}.*") if directory.is_dir() else ():
            preview.unlink(missing_ok=True)

    def list_hashes(self) -> Iterator[str]:
        """The names of all content on the disk, in the order of the directory."""
        for path in _files_two_below(self._root, skip={TEMPORARY, PREVIEWS}):
            if _SHA256.fullmatch(path.name):
                yield path.name

    def list_preview_hashes(self) -> set[str]:
        """Of which content there are previews."""
        found = (
            _PREVIEW_NAME.fullmatch(path.name) for path in _files_two_below(self._root / PREVIEWS, skip=set())
        )
        return {match[1] for match in found if match}

    def _renew(self, target: Path) -> bool:
        """Whether the content is there; its age then begins anew."""
        with self._names:
            try:
                os.utime(target)
            except FileNotFoundError:
                return False
            return True

    def _move(self, draft: Draft, target: Path) -> None:
        draft.sync()
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._names:
            draft.path.replace(target)
            os.utime(target)

    def _sync_way_to(self, target: Path) -> None:
        for directory in (target.parent, target.parent.parent, self._root):
            _sync_directory(directory)


def _blocks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    read = getattr(source, "read", None)
    if read is None:
        yield from source
        return
    while block := read(BLOCK_BYTES):
        yield block


def _files_two_below(root: Path, skip: set[str]) -> Iterator[Path]:
    for first in _directories(root):
        if first.name not in skip:
            for second in _directories(first):
                yield from (path for path in second.iterdir() if path.is_file())


def _directories(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _age_seconds(path: Path) -> float:
    """Since when nobody took this in; a clock that was set back makes it young."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _sync_directory(directory: Path) -> None:
    """A moved name is durable only once its directory is."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
