"""What is refused is read all the same, within bounds: whoever is still sending does not hear the answer."""

import time
from typing import BinaryIO

from flask import current_app, g

from pages.errors import TooManyArriving
from pages.htmx import request
from pages.streams import Arrivals

BLOCK_BYTES = 65536
AT_LEAST_BYTES = 32_000_000  # however slowly they come
AT_MOST_BYTES = 1_000_000_000
AT_MOST_SECONDS = 60.0  # proxies wait no longer either


class Rest:
    """
    A refused body as it arrives: nothing of it is kept, and beyond the bounds it looks as if it had ended.

    A browser that is cut off while it sends shows its own "connection reset" instead of our sentence. Films of some
    hundred MB are what people do choose by mistake.
    """

    def __init__(self, source: BinaryIO, length: int, arrivals: Arrivals, address: str) -> None:
        self.length = length
        self._left = min(length, AT_MOST_BYTES)
        self._source = source
        self._arrivals = arrivals
        self._address = address  # of the sender
        self._began = time.monotonic()

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; without it all, for whoever knows that they are few."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK_BYTES), b""))
        gone = min(self.length, AT_MOST_BYTES) - self._left
        if gone >= AT_LEAST_BYTES and time.monotonic() - self._began > AT_MOST_SECONDS:
            self._left = 0
        try:
            with self._arrivals.waiting(self._address):
                block = self._source.read(min(size, self._left)) if self._left else b""
        except (TooManyArriving, OSError):
            block = b""
        self._left = self._left - len(block) if block else 0
        return block


def rest_of_request() -> Rest:
    """What of this request's body nobody has read yet; the same object however often it is asked for."""
    if "rest" not in g:
        arrivals, address = current_app.extensions["arrivals"], request.remote_addr or ""
        g.rest = Rest(request.environ["wsgi.input"], request.content_length or 0, arrivals, address)
    rest: Rest = g.rest
    return rest
