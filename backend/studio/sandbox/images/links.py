"""
Pictures behind an address: what OpenAI-style servers hand out instead of bytes.

They live in memory, few of them, for an hour; the address needs no key and must not be given one.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from studio.sandbox.images.piece import LIVES_SECONDS, Piece

KEPT_BYTES = 64 * 1024 * 1024
EXPIRED = (
    b'<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code>'
    b"<Message>Signature not valid in the specified time frame</Message></Error>"
)


@dataclass(frozen=True, slots=True)
class Kept:
    data: bytes
    media_type: str | None
    expires_at: float


class Links:
    """The files of one sandbox, by a name nobody can guess; the oldest make room."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._files: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, data: bytes, media_type: str | None, *, lives_seconds: float = LIVES_SECONDS) -> str:
        """The path of the new file below the sandbox."""
        name = secrets.token_urlsafe(16)
        self._files[name] = Kept(data, media_type, self._now() + lives_seconds)
        while len(self._files) > 1 and sum(len(file.data) for file in self._files.values()) > KEPT_BYTES:
            self._files.popitem(last=False)
        return f"/files/{name}"

    def address(self, piece: Piece, root: str) -> str:
        """Where a piece can be fetched: elsewhere if it says so, else a new file below `root`, our own address."""
        if piece.address is not None:
            return piece.address
        return root + self.keep(piece.data, piece.media_type, lives_seconds=piece.lives_seconds)

    async def endpoint(self, request: Request) -> Response:
        """`GET /files/{name}`: the bytes, 403 when the time is over, 404 for what never was."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            return Response("The specified resource does not exist.", 404, media_type="text/plain")
        if found.expires_at <= self._now():
            return Response(EXPIRED, 403, media_type="application/xml")
        return Response(found.data, media_type=found.media_type)
