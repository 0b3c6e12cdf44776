"""Passwords: which ones are accepted, and hashing that neither starves the machine nor tells on anybody."""

import os
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from studio.accounts.errors import BadPassword
from studio.errors import Limited

MIN_CHARACTERS = 10
MAX_CHARACTERS = 200

# argon2id, 32 MiB, 3 passes, 1 lane: 78 ms on one core of a shared 2-core box. That is two and a half times the
# work of OWASP's minimum (19 MiB, 2 passes: 25 ms). RFC 9106's second profile (64 MiB, 3 passes, 4 lanes) took
# 103 ms of both cores, which every running stream would feel.
MEMORY_KIB = 32 * 1024
PASSES = 3
LANES = 1

# One hash at a time on two cores, so that a core is left for the streams: fifty sign-ins at once take 32 MiB
# and about four seconds, not 1.6 GB.
HASHES_AT_ONCE = max(1, min(4, (os.cpu_count() or 2) // 2))
MOST_WAITING = 200

# The commonest passwords of ten characters and more, from published breach lists; shorter ones are refused.
_COMMON = frozenset(
    """
    0123456789 1234567890 12345678910 123456789a 1234567891 1234567899 0987654321 9876543210 1q2w3e4r5t
    1qaz2wsx3edc q1w2e3r4t5 qwertyuiop qwertyuiop123 qwerty12345 qwerty123456 asdfghjkl1 asdfghjkl123
    zxcvbnm123 password12 password123 password1234 password12345 passwordpassword passw0rd123
    p@ssw0rd123 letmein123 letmeinnow iloveyou12 iloveyou123 welcome123 welcome1234 administrator
    admin12345 admin123456 adminadmin changeme123 changemenow football123 basketball baseball123
    superman123 princess123 sunshine123 michelle123 liverpool1 manchester abcdefghij abcdefghijk
    abcdefgh123 abc1234567 abcd123456 qazwsxedcrfv 1234512345 1122334455 1029384756 147258369a
    123123123123 1231231231 0000000000 1111111111 secretsecret mypassword mypassword1 unknown1234
    correcthorsebatterystaple trustno1trustno1 testtest123 testtesttest
    """.split()
)


class Passwords:
    """The one hasher of the process: `at_once` hashes run, MOST_WAITING wait, the rest are Limited."""

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, at_once: int = HASHES_AT_ONCE
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._running = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._inside = 0
        self._nobody: str | None = None
        # Verbs that hash run in these threads: were they to wait in the server's own pool, fifty sign-ins would
        # occupy every thread that other people's pages need.
        self.threads = ThreadPoolExecutor(at_once * 4, thread_name_prefix="passwords")

    def hash(self, password: str) -> str:
        """The PHC string to store. Raises Limited when too many wait already."""
        with self._turn():
            return self._hasher.hash(_octets(password))

    def verify(self, password: str, stored: str | None) -> bool:
        """
        Whether the password is the stored one; with None (no such account) the same work is done, and it is not.

        Raises Limited when too many wait already.
        """
        candidate = _octets(password[: 4 * MAX_CHARACTERS])
        with self._turn():
            try:
                return self._hasher.verify(stored or self._nobodys_hash(), candidate) and stored is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads go; nothing that has begun is cut off."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _nobodys_hash(self) -> str:
        # Made at the first need rather than at start, which it would delay by one hash.
        if self._nobody is None:
            self._nobody = self._hasher.hash(os.urandom(16).hex())
        return self._nobody

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            if self._inside >= MOST_WAITING:
                raise Limited(
                    "Very many people are signing in. Try again in a moment.", retry_after_seconds=5
                )
            self._inside += 1
        try:
            with self._running:
                yield
        finally:
            with self._lock:
                self._inside -= 1


def normalise(password: str) -> str:
    """NFKC, so that one password typed on two keyboards is one password (RFC 8265 asks for NFC or NFKC)."""
    return unicodedata.normalize("NFKC", password)


def _octets(password: str) -> bytes:
    # JSON can carry half a surrogate pair, which UTF-8 proper refuses.
    return normalise(password).encode("utf-8", "surrogatepass")


def check_new_password(password: str, *, email: str, field: str = "password") -> None:
    """Raises BadPassword with a sentence when the password is too short, too long, too common or the e-mail."""
    if len(password) > 4 * MAX_CHARACTERS or len(normalise(password)) > MAX_CHARACTERS:
        raise BadPassword(f"A password may have up to {MAX_CHARACTERS} characters.", field=field)
    plain = normalise(password)
    if len(plain) < MIN_CHARACTERS:
        raise BadPassword(f"Use at least {MIN_CHARACTERS} characters; a few words are fine.", field=field)
    folded = plain.casefold()
    if folded in (email.casefold(), email.rpartition("@")[0].casefold()):
        raise BadPassword(
            "Your e-mail is the first thing somebody would try. Choose another one.", field=field
        )
    if folded in _COMMON or len(set(folded)) < 3:
        raise BadPassword("This password is among the commonest. Choose another one.", field=field)
