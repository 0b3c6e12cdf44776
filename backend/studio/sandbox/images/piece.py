"""One picture between the easel and the wire."""

from __future__ import annotations

import base64
from dataclasses import dataclass

LIVES_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One picture on its way out: bytes and what is said about them. `spelling` replaces its base64; `address` is
    a link to elsewhere; `is_link` says that a link is given where bytes are the rule.
    """

    data: bytes
    media_type: str | None
    spelling: str | None = None
    address: str | None = None
    is_link: bool = False
    lives_seconds: float = LIVES_SECONDS

    @property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode() if self.spelling is None else self.spelling
