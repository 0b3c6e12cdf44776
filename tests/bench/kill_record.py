"""
What a storm of kills was promised, and whether the file keeps it.

The record is a text file, appended to with one write() a line, so it survives a SIGKILL: `i ID` inserted,
`u ID VERSION` updated, `d ID` deleted, each acknowledged; capital letters are intents.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from studio.db import Database


@dataclass
class Record:
    """What was acknowledged, and what was only intended, for every id of the storm."""

    present: dict[int, int] = field(default_factory=dict)  # id -> lowest version that may be found
    doubtful: set[int] = field(default_factory=set)  # neither presence nor absence would be a fault
    gone: set[int] = field(default_factory=set)
    next_id: int = 1

    @classmethod
    def read(cls, path: Path) -> Record:
        record = cls()
        for line in path.read_text().splitlines() if path.exists() else ():
            kind, identifier, *rest = line.split()
            record.add(kind, int(identifier), *map(int, rest))
        return record

    def add(self, kind: str, identifier: int, version: int = 0) -> None:
        self.next_id = max(self.next_id, identifier + 1)
        if kind in "ID":
            self.doubtful.add(identifier)
        elif kind == "d":
            self.gone.add(identifier)
            self.doubtful.discard(identifier)
            self.present.pop(identifier, None)
        elif kind == "i":
            self.doubtful.discard(identifier)
            self.present[identifier] = version
        elif kind == "u" and identifier not in self.gone:  # an update beside the delete may find no row
            self.present[identifier] = version


def check(db: Database, record: Record) -> list[str]:
    """What is wrong with the file: lost or resurrected rows, indexes that disagree with their table."""
    with db.read() as cursor:
        found = dict(cursor.execute("SELECT id, version FROM item").fetchall())
        owners = Counter(row[0] for row in cursor.execute("SELECT owner FROM item").fetchall())
        wrong = [f"lost {i}" for i in record.present if i not in found and i not in record.doubtful]
        wrong += [f"old version of {i}" for i, v in record.present.items() if found.get(i, v) < v]
        wrong += [f"came back {i}" for i in record.gone & found.keys()]
        for owner in range(20):
            (by_index,) = cursor.execute(
                "SELECT count(*) FROM item WHERE owner = $o", {"o": owner}
            ).fetchall()[0]
            if by_index != owners[owner]:
                wrong.append(f"index on owner {owner}: {by_index} instead of {owners[owner]}")
        for identifier in random.sample(sorted(found), min(15, len(found))):
            for sql in ("id = $i", "name = 'name ' || $i::VARCHAR"):
                rows = cursor.execute(f"SELECT id FROM item WHERE {sql}", {"i": identifier}).fetchall()
                if rows != [(identifier,)]:
                    wrong.append(f"lookup of {identifier} by {sql}: {rows}")
    return wrong
