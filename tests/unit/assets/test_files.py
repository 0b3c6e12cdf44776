"""Files are whole or not there."""

import errno
import hashlib
import io
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from studio.assets.files import TEMPORARY, FileStore
from studio.errors import Missing, StorageFull

CONTENT = b"a buffet " * 10_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def files_below(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB; needs to be root."""
    mount = tmp_path / "disk"
    mount.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting needs root")
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


def test_content_is_found_again_under_its_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path)

    store.keep(SHA256, CONTENT)

    with store.open(SHA256) as file:
        assert file.read() == CONTENT
    assert files_below(tmp_path) == [f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"]


def test_keeping_content_twice_leaves_one_file_whose_age_begins_anew(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    path = store.keep(SHA256, CONTENT)
    first = path.stat().st_ino
    os.utime(path, (0, 0))

    second = store.keep(SHA256, CONTENT).stat()

    assert (second.st_ino, second.st_mtime > time.time() - 60) == (first, True)


def test_the_same_content_from_many_threads_at_once_is_one_whole_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    start = threading.Barrier(8)
    seen: list[bytes] = []

    def keep() -> None:
        start.wait()
        seen.append(store.keep(SHA256, CONTENT).read_bytes())

    threads = [threading.Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [CONTENT] * 8
    assert len(files_below(tmp_path)) == 1


def test_a_full_disk_leaves_nothing_half_written(tiny_disk: Path) -> None:
    store = FileStore(tiny_disk)

    with pytest.raises(StorageFull):
        store.keep(SHA256, CONTENT)

    assert files_below(tiny_disk) == []
    small = hashlib.sha256(b"small").hexdigest()
    assert store.keep(small, b"small").read_bytes() == b"small"


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
@pytest.mark.parametrize(("number", "raised"), [(errno.ENOSPC, StorageFull), (errno.EIO, OSError)])
def test_trouble_at_any_step_leaves_nothing_half_written(
    step: str, number: int, raised: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(tmp_path)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    class FailingFile(io.FileIO):
        write = fail  # type: ignore[assignment]

    with monkeypatch.context() as patched:
        if step == "write":
            patched.setattr(Path, "open", lambda path, mode: FailingFile(path, mode))
        else:
            patched.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[step], fail)
        with pytest.raises(raised):
            store.keep(SHA256, CONTENT)

    assert files_below(tmp_path) == []
    assert store.keep(SHA256, CONTENT).read_bytes() == CONTENT


def test_what_a_crash_left_half_written_is_removed_at_the_start(tmp_path: Path) -> None:
    FileStore(tmp_path).keep(SHA256, CONTENT)
    (tmp_path / TEMPORARY / "0123").write_bytes(b"half")

    store = FileStore(tmp_path)

    assert len(files_below(tmp_path)) == 1
    with store.open(SHA256) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", SHA256.upper(), SHA256[:-1], SHA256 + "\n", SHA256 + "/x", "\0" * 64,
     "g" * 64, "٣" * 64],
)  # fmt: skip
def test_only_a_hash_names_a_file(name: str, tmp_path: Path) -> None:
    store = FileStore(tmp_path)

    with pytest.raises(Missing):
        store.open(name)
    with pytest.raises(Missing):
        store.keep(name, b"x")


def test_content_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        FileStore(tmp_path).open(SHA256)
