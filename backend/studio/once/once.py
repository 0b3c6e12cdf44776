"""
The noun: a request that is granted once, however often it arrives.

Whoever asks for paid work names the request: a form carries a fresh key in each rendering, a program sends the header
`Idempotency-Key`. Key and generation are one commit, so the same request sent again, at the same moment or after a
restart, leads to what the first one began. A request that was refused has not taken its key.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import duckdb

from studio.db import Cursor, Database, Row
from studio.errors import Invalid, Refused
from studio.moments import now
from studio.once import store

KEPT = timedelta(days=1)
HEADER_CHARACTERS = 255
_BLOCK_BYTES = 1 << 20


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    text = "This Idempotency-Key belongs to another request. Take a new one for each."
    field = "Idempotency-Key"


class BegunBefore(Refused):
    """Raised where the same request was accepted first; nothing was written."""

    def __init__(self, generation_id: UUID) -> None:
        super().__init__(str(generation_id))
        self.generation_id = generation_id


@dataclass(frozen=True, slots=True)
class Once:
    """`key` is one of its person's, `request` a digest of what is asked for under it."""

    person_id: UUID
    key: str
    request: str


def once_of_form(person_id: UUID, key: str, what: str, *asked: object) -> Once | None:
    """
    None for a form without a key.

    What is asked for is part of the key: whoever goes back, changes the words and presses again wants something new.
    """
    if not key:
        return None
    request = _digest(what, *asked)
    return Once(person_id, f"form {_digest(key, request)}", request)


def once_of_header(person_id: UUID, key: str | None, what: str, *asked: object) -> Once | None:
    """None for a request without the header; raises Invalid for one that is empty or longer than 255 characters."""
    if key is None:
        return None
    bare = key.strip().strip('"')
    if not 0 < len(bare) <= HEADER_CHARACTERS:
        raise Invalid(f"An Idempotency-Key has 1 to {HEADER_CHARACTERS} characters.", field="Idempotency-Key")
    return Once(person_id, bare, _digest(what, *asked))


def digests_of(files: Iterable[BinaryIO]) -> list[str]:
    """What was sent as files, by content; each is left at its beginning."""
    found = []
    for file in files:
        file.seek(0)
        digest = hashlib.sha256()
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
        file.seek(0)
        found.append(digest.hexdigest())
    return found


def begun_before(db: Database, once: Once | None) -> UUID | None:
    """The generation that this request began when it came first. Raises KeyReused where it was another request."""
    if once is None:
        return None
    with db.read() as cursor:
        found = store.find_key(cursor, once.person_id, once.key)
    return _same(once, found)


def refuse_repeat(cursor: Cursor, once: Once | None) -> None:
    """In a transaction that also looks at other things: raises BegunBefore, or KeyReused."""
    found = store.find_key(cursor, once.person_id, once.key) if once is not None else None
    if once is not None and (generation_id := _same(once, found)) is not None:
        raise BegunBefore(generation_id)


def write_once(db: Database, once: Once | None, generation_id: UUID, *rows: Row) -> None:
    """The rows of a generation and its key in one commit. Raises BegunBefore, or KeyReused."""
    try:
        db.write(*rows, *key_rows(once, generation_id))
    except duckdb.ConstraintException:
        _raise_begun_before(db, once)
        raise


async def write_once_soon(db: Database, once: Once | None, generation_id: UUID, *rows: Row) -> None:
    """The same from the event loop."""
    try:
        await asyncio.wrap_future(db.write_soon(*rows, *key_rows(once, generation_id)))
    except duckdb.ConstraintException:
        await asyncio.to_thread(_raise_begun_before, db, once)
        raise


def key_rows(once: Once | None, generation_id: UUID) -> list[Row]:
    """The row of the key, for the commit of what it began; none where nobody sent one."""
    if once is None:
        return []
    return [store.add_key(once.person_id, once.key, once.request, generation_id, now())]


def _raise_begun_before(db: Database, once: Once | None) -> None:
    generation_id = begun_before(db, once)
    if generation_id is not None:
        raise BegunBefore(generation_id)


def _same(once: Once, found: tuple[str, UUID] | None) -> UUID | None:
    if found is None:
        return None
    request, generation_id = found
    if request != once.request:
        raise KeyReused
    return generation_id


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
