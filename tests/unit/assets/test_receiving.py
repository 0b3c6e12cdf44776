"""Uploads of any size reach the disk without being in memory."""

import hashlib
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from studio.assets.files import TEMPORARY, FileStore
from studio.errors import TooLarge

BACKEND = Path(__file__).resolve().parents[3] / "backend"
BLOCK = b"a buffet " * 7_281


def blocks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield BLOCK


def everything_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_comes_in_pieces_is_hashed_on_the_way_and_kept_whole(tmp_path: Path) -> None:
    kept = FileStore(tmp_path).receive(blocks(40), 10_000_000)

    whole = BLOCK * 40
    assert (kept.sha256, kept.bytes) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert FileStore(tmp_path).path(kept.sha256).read_bytes() == whole


def test_memory_does_not_grow_with_what_comes(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    tracemalloc.start()

    store.receive(blocks(600), 100_000_000)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_what_is_longer_than_it_may_be_is_refused_as_soon_as_that_is_seen(tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += len(BLOCK)
            yield BLOCK

    with pytest.raises(TooLarge):
        FileStore(tmp_path).receive(endless(), 1_000_000)

    assert taken < 1_000_000 + 2 * len(BLOCK)
    assert everything_in(tmp_path) == []


def test_a_sender_who_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield BLOCK
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        FileStore(tmp_path).receive(broken(), 1_000_000)

    assert everything_in(tmp_path) == []


def test_the_same_bytes_from_two_senders_at_once_are_one_file(tmp_path: Path) -> None:
    store, together, kept = FileStore(tmp_path), threading.Barrier(2), []

    def send() -> None:
        def slowly() -> Iterator[bytes]:
            for block in blocks(5):
                together.wait()
                yield block

        kept.append(store.receive(slowly(), 1_000_000))

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert kept[0] == kept[1]
    assert everything_in(tmp_path) == [store.path(kept[0].sha256)]


def test_a_process_killed_while_it_writes_leaves_only_what_the_next_start_removes(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from studio.assets.files import FileStore\n"
        "def blocks():\n"
        "    yield b'x' * 3_000_000\n"
        "    print('half', flush=True); sys.stdin.read()\n"
        "FileStore(Path(sys.argv[1])).receive(blocks(), 10_000_000)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()

    (half,) = everything_in(tmp_path)
    assert half.parent.name == TEMPORARY
    FileStore(tmp_path)
    assert everything_in(tmp_path) == []


FILLING = """
import resource, sys
from pathlib import Path
from studio.assets.files import FileStore, StorageFull
store = FileStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    store.receive((bytes(65536) for _ in range(40)), 10_000_000)
except StorageFull:
    print("full")
"""


def test_a_disk_that_fills_in_mid_write_leaves_nothing(tmp_path: Path) -> None:
    """By a limit on the size of a process's files, which the kernel enforces as it does a full disk."""
    run = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
    )

    assert (run.stdout, run.stderr) == ("full\n", "")
    assert everything_in(tmp_path) == []
