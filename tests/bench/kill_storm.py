"""
A storm of kills on one database file, and what is left of it afterwards.

Each child opens the file that the one before was killed on, checks it against the record of what was acknowledged,
then writes from several threads with a checkpoint every few commits until it is killed: after a random time, at a
named step of the checkpoint or of the recovery, or a few milliseconds into CHECKPOINT.

    python -m tests.bench.kill_storm --kills 2000 [--seed 7] [--directory DIR]

The record of what was acknowledged is in kill_record.py.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import signal
import struct
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
from studio.db import Cursor, Database, Statement, checkpoint

from tests.bench.kill_record import Record, check

STEPS = (
    "write journal",
    "half a journal",
    "publish journal",
    "checkpoint",
    "drop journal",
    "done",
    "play back a block",
    "half a block",
    "play back headers",
    "drop played journal",
)
RECOVERY_STEPS = STEPS[6:]
COMMITS_PER_CHECKPOINT = 8
ROWS = 300
OK, WRONG, MISSED = 0, 3, 4
SURELY_SECONDS = 5.0  # whoever writes comes to a checkpoint, however slow the machine

INSERT = Statement(
    "INSERT INTO item (id, owner, name, version) "
    "SELECT unnest($id::BIGINT[]), unnest($owner::BIGINT[]), unnest($name::VARCHAR[]), unnest($version::BIGINT[])"
)
UPDATE = Statement(
    "UPDATE item SET version = new.version, owner = new.owner FROM (SELECT unnest($id::BIGINT[]) AS id, "
    "unnest($version::BIGINT[]) AS version, unnest($owner::BIGINT[]) AS owner) AS new WHERE item.id = new.id",
    key="id",
)


@dataclass(frozen=True)
class Death:
    """How a child dies: after `seconds`, or `seconds` after it has come to `step` for the `count`-th time."""

    seconds: float
    step: str = ""
    count: int = 1
    patience_seconds: float = 0.2  # of waiting for a step that may never come


def touch_all(db: Database) -> None:
    """Every index entry is deleted and made anew: a broken index ends the instance here."""
    db.transact(
        lambda cursor: cursor.execute("UPDATE item SET owner = (owner + 1) % 20, name = name") and None
    )
    db.transact(lambda cursor: cursor.execute("UPDATE item SET owner = (owner + 19) % 20") and None)


def make(path: Path) -> None:
    with Database.open(path) as db:
        db.transact(
            lambda cursor: (
                cursor.execute(
                    "CREATE TABLE item (id BIGINT PRIMARY KEY, owner BIGINT, name VARCHAR UNIQUE, version BIGINT)"
                )
                and cursor.execute("CREATE INDEX item_owner ON item (owner)")
                and cursor.execute("CREATE INDEX item_owner_version ON item (owner, version)")
                and cursor.execute("CREATE UNIQUE INDEX item_name ON item (name)")
                and None
            )
        )


def live(directory: Path, death: Death) -> int:
    """The life of one child: open, check, write until killed. Returns WRONG with a note in `wrong.txt`."""
    checkpoint.HARD_COMMITS = COMMITS_PER_CHECKPOINT
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=_Quiet)
    arm = _arm(death)
    try:
        db = Database.open(directory / "app.db", wait_seconds=0, step=arm)
        record = Record.read(directory / "record.txt")
        wrong = check(db, record)
        if not wrong:
            touch_all(db)
            wrong = check(db, record)
    except BaseException:
        wrong = [traceback.format_exc()]
    if wrong:
        (directory / "wrong.txt").write_text("\n".join(wrong))
        return WRONG
    arm("writing")
    _write_for_ever(db, record, os.open(directory / "record.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT))
    return OK


def _arm(death: Death) -> Callable[[str], None]:
    """Start the clock now, or return what starts it at the step."""
    if not death.step:
        threading.Timer(death.seconds, _die).start()
        return lambda step: None
    seen = itertools.count(1)

    def step_taken(step: str) -> None:
        if step == death.step and next(seen) == death.count:
            if death.seconds == 0:
                _die()
            threading.Timer(death.seconds, _die).start()
        elif step == "writing":
            threading.Timer(death.patience_seconds, os._exit, (MISSED,)).start()

    return step_taken


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _write_for_ever(db: Database, record: Record, acknowledged: int) -> None:
    def note(*words: object) -> None:
        os.write(acknowledged, (" ".join(map(str, words)) + "\n").encode())

    identifiers = itertools.count(record.next_id)
    mine = sorted(record.present.keys() - record.doubtful)

    def insert() -> None:
        while True:
            identifier = next(identifiers)
            note("I", identifier)
            db.write(INSERT.row(id=identifier, owner=identifier % 20, name=f"name {identifier}", version=0))
            note("i", identifier)

    def update() -> None:
        for version in itertools.count(max(record.present.values(), default=0) + 1):
            for identifier in random.sample(mine, min(5, len(mine))):
                db.write(UPDATE.row(id=identifier, version=version, owner=random.randrange(20)))
                note("u", identifier, version)

    def delete() -> None:
        for identifier in mine[: max(0, len(mine) - ROWS)]:
            mine.remove(identifier)
            note("D", identifier)
            db.transact(partial(_delete, identifier=identifier))
            note("d", identifier)

    threads = [threading.Thread(target=work, daemon=True) for work in (insert, insert, update, delete)]
    for thread in threads:
        thread.start()
    threading.Event().wait()


def _delete(cursor: Cursor, identifier: int) -> None:
    cursor.execute("DELETE FROM item WHERE id = $id", {"id": identifier})


class _Quiet:
    """A logger to nowhere: the storm expects what would be logged."""

    def __init__(self, *_: object) -> None: ...

    def msg(self, _: str) -> None: ...

    log = debug = info = warning = error = critical = msg


@dataclass
class Storm:
    """Forks children of this process, which must have no threads and no open database."""

    directory: Path
    seed: int
    deaths: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def strike(self, death: Death) -> str:
        """One child; returns what was wrong with the file it found, or an empty string."""
        child = os.fork()
        if child == 0:
            os._exit(live(self.directory, death))
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (-signal.SIGKILL, MISSED):
            note = self.directory / "wrong.txt"
            return note.read_text() if note.exists() else f"exit code {code}"
        (self.missed if code == MISSED else self.deaths)[death.step or "at any time"] += 1
        return ""

    def parade(self) -> list[str]:
        """A death at every step, each followed by one that only checks what it finds."""
        last = Death(0.05, "writing")
        for step in STEPS:
            before = [Death(0, "checkpoint", 2, 20)] if step in RECOVERY_STEPS else []
            for death in (last, *before, Death(0, step, 1 if before else 2, 20), last):
                wrong = self.strike(death)
                if wrong:
                    return [f"after {step}: {wrong}"]
                if step in RECOVERY_STEPS and death in before:
                    self._tear()
            if not self.deaths[step]:
                return [f"nobody died at: {step}"]
        return []

    def _tear(self) -> None:
        """As if the kill had come in the middle of rewriting the metadata blocks."""
        content = (self.directory / "app.db.undo").read_bytes()
        _, _, block_bytes, count = struct.unpack_from("<8sIQI", content)
        with (self.directory / "app.db").open("r+b") as file:
            for index in range(count):
                (block,) = struct.unpack_from("<Q", content, 24 + 12288 + index * (8 + block_bytes))
                file.seek(12288 + block * block_bytes + 4096)
                file.write(os.urandom(block_bytes - 4096))

    def blow(self, kills: int, seconds: float) -> list[str]:
        """Strike until the number or the time is reached; stops at the first thing that is wrong."""
        chance = random.Random(self.seed)
        began = time.monotonic()
        for _ in range(kills):
            if time.monotonic() - began > seconds:
                break
            wrong = self.strike(draw(chance))
            if wrong:
                return [wrong]
        return []


def draw(chance: random.Random) -> Death:
    """Half of the children die within a checkpoint, the others at a step, while they open, or while they write."""
    kind = chance.random()
    if kind < 0.5:
        return Death(chance.uniform(0, 0.012), "checkpoint", chance.randint(1, 3), SURELY_SECONDS)
    if kind < 0.75:
        return Death(0, chance.choice(STEPS), chance.randint(1, 3))
    if kind < 0.85:
        return Death(chance.uniform(0.005, 0.1))
    return Death(chance.uniform(0.005, 0.15), "writing")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument(
        "--every-step", action="store_true", help="one death at each step, no chance involved"
    )
    parser.add_argument("--directory", type=Path)
    arguments = parser.parse_args()
    directory = arguments.directory or Path(tempfile.mkdtemp(prefix="kill-storm-"))
    began = time.monotonic()
    if os.fork() == 0:
        make(directory / "app.db")
        os._exit(0)
    os.wait()
    storm = Storm(directory, arguments.seed)
    wrong = storm.parade() if arguments.every_step else storm.blow(arguments.kills, arguments.seconds)
    lines = sum(1 for _ in (directory / "record.txt").open()) if (directory / "record.txt").exists() else 0
    print(
        f"{sum(storm.deaths.values())} kills in {time.monotonic() - began:.0f} s, {lines} notes, seed {storm.seed}"
    )
    print(dict(storm.deaths))
    print("\n".join(wrong) or "nothing lost, every index agrees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
