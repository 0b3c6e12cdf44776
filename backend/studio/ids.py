"""Identifiers whose order is the order of time, known before the row is written."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """
    A version 7 UUID (RFC 9562 §5.7): 48 bits of milliseconds, then a counter, then randomness.

    Two ids of one process never compare in the wrong order: the 12 bits after the version hold a fraction of the
    millisecond and are counted up when the clock has not moved (RFC 9562 §6.2, method 3). The standard library
    has this from 3.14 on; we also run on 3.11.
    """
    global _last
    ticks = time.time_ns() * 4096 // 1_000_000
    with _lock:
        ticks = _last = max(ticks, _last + 1)
    milliseconds, fraction = ticks >> 12, ticks & 0xFFF
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail)
