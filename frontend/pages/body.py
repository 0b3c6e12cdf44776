"""The request's body: measured, peeked at, and passed on without parsing."""

import re
import tempfile
from collections.abc import Iterator
from typing import IO, BinaryIO

from flask import Flask, Response, current_app

from pages.draining import BLOCK_BYTES, rest_of_request
from pages.errors import CutShort, TooLarge
from pages.htmx import request
from pages.limits import limits
from pages.streams import Arrivals

FORM_BYTES = 1_000_000
PEEK_BYTES = 1024

_MULTIPART_TOKEN = re.compile(
    rb'(?:\r\n)?--[^\r\n]{1,200}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n([^\r\n]{0,200})\r\n',
    re.IGNORECASE,
)


class Body:
    """
    Reads the body at most once, block by block.

    With `keep`, what was read is also kept (beyond 1 MB on disk), so that a form whose way broke off can be shown to
    its author again. `length` is None for a chunked body, 0 for none.
    """

    def __init__(
        self,
        source: BinaryIO,
        length: int | None,
        limit_bytes: int,
        *,
        keep: bool,
        arrivals: Arrivals,
        address: str,
    ) -> None:
        self.length = length
        self.limit_bytes = limit_bytes
        self._source = source
        self._arrivals = arrivals
        self._address = address  # of the sender
        self._read = 0
        self._peeked = b""
        self._kept: IO[bytes] | None = tempfile.SpooledTemporaryFile(FORM_BYTES) if keep else None  # noqa: SIM115

    @property
    def is_too_large(self) -> bool:
        return self.length is not None and self.length > self.limit_bytes

    def check_size(self) -> None:
        """Raises TooLarge. Nothing has been read then: draining.py does that, before the answer goes out."""
        if self.is_too_large:
            raise TooLarge(self.limit_bytes)

    def peek(self) -> bytes:
        """The first KB; it stays part of the body."""
        while len(self._peeked) < PEEK_BYTES and (block := self._next(PEEK_BYTES - len(self._peeked))):
            self._peeked += block
        return self._peeked

    def __iter__(self) -> Iterator[bytes]:
        """Everything not passed on yet. Raises TooLarge and CutShort."""
        if self._peeked:
            peeked, self._peeked = self._peeked, b""
            yield peeked
        while block := self._next(BLOCK_BYTES):
            yield block

    def kept(self) -> IO[bytes]:
        """The whole body from its beginning, as far as it arrived; only with `keep`."""
        if self._kept is None:
            raise LookupError("this body was not kept")
        for _ in self:
            pass
        self._kept.seek(0)
        return self._kept

    def _next(self, size: int) -> bytes:
        if self.length is not None:
            size = min(size, self.length - self._read)
        block = self._wait_for(size) if size else b""
        self._read += len(block)
        if self._read > self.limit_bytes:
            raise TooLarge(self.limit_bytes)
        if not block and self.length is not None and self._read < self.length:
            raise CutShort  # the server says "end" when the sender is gone; the backend would wait for the rest
        if self._kept is not None:
            self._kept.write(block)
        return block

    def _wait_for(self, size: int) -> bytes:
        with self._arrivals.waiting(self._address):
            return self._source.read(size)


def init_body(app: Flask) -> None:
    """Bodies of what was refused before anybody read them are read away."""

    @app.after_request
    def _read_away(response: Response) -> Response:
        # Else the server cuts the connection behind the answer, and a proxy that sends the next request on it, as it
        # may, gets nothing.
        if 400 <= response.status_code < 500 and request.content_length:
            rest = rest_of_request()
            while rest.read(BLOCK_BYTES):
                pass
        return response


def body_of_request(*, keep: bool) -> Body:
    """The body of this request, with the limit for its kind. Nothing is read yet."""
    environ = request.environ
    length = request.content_length
    if length is None and not (environ.get("wsgi.input_terminated") and "HTTP_TRANSFER_ENCODING" in environ):
        length = 0
    limit = limits().upload_bytes if request.mimetype == "multipart/form-data" else FORM_BYTES
    return Body(
        environ["wsgi.input"],
        length,
        limit,
        keep=keep and length != 0,
        arrivals=current_app.extensions["arrivals"],
        address=request.remote_addr or "",
    )


def first_field_csrf(beginning: bytes, mimetype: str) -> str | None:
    """The value of the field `csrf` if it is the first one of the form, else None."""
    if mimetype == "multipart/form-data":
        found = _MULTIPART_TOKEN.match(beginning)
        return found[1].decode("latin-1") if found else None
    if mimetype == "application/x-www-form-urlencoded" and beginning.startswith(b"csrf="):
        return beginning[5:].split(b"&", 1)[0].decode("latin-1")
    return None
