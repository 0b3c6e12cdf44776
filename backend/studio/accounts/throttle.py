"""
Guessing made slow: per account and per network, kept in the database, so that a restart forgives nobody.

While a key waits, further tries are refused without being counted: nobody can prolong the wait of somebody else
beyond MAX_WAIT. Who signs in well is not counted at all, however many do at once.

A stranger could still keep the counter of an account up and its owner out. So whoever comes from a network where the
person has signed in lately is counted apart ("known"), and the stranger's counter does not concern them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from studio.accounts.audit import Entry
from studio.accounts.client import Client, network_of
from studio.accounts.store import audit as audit_store
from studio.accounts.store import sessions as session_store
from studio.accounts.store import throttles as store
from studio.db import Cursor
from studio.errors import Limited

MAX_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=24)
KNOWN_FOR = timedelta(days=90)


class Kind(StrEnum):
    ACCOUNT = "account"
    KNOWN = "known"
    ADDRESS = "address"
    REGISTRATION = "registration"


# An account has one owner, who knows whether the fifth try is worth it. Behind one address may sit a school class, so
# the address begins to bite later; thirty accounts from one address in a day are a class as well.
FREE_TRIES = {Kind.ACCOUNT: 5, Kind.KNOWN: 5, Kind.ADDRESS: 20, Kind.REGISTRATION: 30}


@dataclass(frozen=True, slots=True)
class Key:
    kind: Kind
    value: str

    @property
    def stored(self) -> str:
        return f"{self.kind}:{self.value}"


def keys_of_sign_in(cursor: Cursor, email_key: str, client: Client, moment: datetime) -> tuple[Key, Key]:
    """(the account's key, the network's key). The same work and shape whether the account exists or not."""
    # Hashed: a readable list of attempted e-mails would be a leak.
    account = hashlib.sha256(email_key.encode()).hexdigest()[:32]
    addresses = session_store.list_addresses(cursor, email_key, moment - KNOWN_FOR)
    known = {network_of(address) for address in addresses}
    where = Key(Kind.ADDRESS, client.network)
    if client.network in known:
        return Key(Kind.KNOWN, f"{account}@{client.network}"), where
    return Key(Kind.ACCOUNT, account), where


def refuse_while_waiting(cursor: Cursor, keys: Sequence[Key], moment: datetime) -> None:
    """Raises Limited while any of the keys waits."""
    since = moment - FORGET_AFTER
    ends = [store.find_throttle(cursor, key.stored, since)[1] for key in keys]
    longest = max((end - moment for end in ends if end is not None), default=timedelta(0))
    if longest > timedelta(0):
        raise _limited(longest)


def count_failure(cursor: Cursor, keys: Sequence[Key], client: Client, moment: datetime) -> None:
    """One more failure under each key, and the wait that comes of it."""
    for key in keys:
        failures, _ = store.find_throttle(cursor, key.stored, moment - FORGET_AFTER)
        _count_one(cursor, key, failures + 1, client, moment)


def forgive(cursor: Cursor, key: Key) -> None:
    """Forget the failures of a key. Never a network's: an attacker would sign in to an account of his own between."""
    store.delete_throttle(cursor, key.stored)


def wait_after(failures: int, free: int) -> timedelta:
    """How long to wait after the n-th failure in a row: nothing at first, then 1, 2, 4 … seconds up to MAX_WAIT."""
    if failures < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - free, 16)), MAX_WAIT)


def _count_one(cursor: Cursor, key: Key, failures: int, client: Client, moment: datetime) -> None:
    free = FREE_TRIES[key.kind]
    wait = wait_after(failures, free)
    store.set_throttle(
        cursor, key.stored, failures=failures, blocked_until=moment + wait if wait else None, moment=moment
    )
    if failures == free:
        entry = Entry.of(
            "throttle.began",
            f"throttle:{key.stored}",
            actor_id=None,
            address=client.address,
            moment=moment,
            after={"failures": failures},
        )
        audit_store.add_entry(cursor, entry)
        store.delete_before(cursor, moment - FORGET_AFTER)


def _limited(wait: timedelta) -> Limited:
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    return Limited(f"Too many tries. Please wait {_in_words(seconds)}.", retry_after_seconds=seconds)


def _in_words(seconds: int) -> str:
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
