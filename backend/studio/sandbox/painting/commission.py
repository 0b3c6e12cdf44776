"""What a painter is asked for."""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = ("png", "jpeg", "webp")


@dataclass(frozen=True, slots=True)
class Commission:
    """
    One picture. The same commission gives the same bytes, in every process and after every restart.

    `inputs` are pictures to begin with, as files; `mask` is a PNG whose transparent part may change. `quality`
    is low, medium or high: less detail and coarser edges below high.
    """

    prompt: str
    seed: int
    width_px: int
    height_px: int
    quality: str = "medium"
    format: str = "png"
    is_transparent: bool = False
    compression: int | None = None
    inputs: tuple[bytes, ...] = ()
    mask: bytes | None = None

    @property
    def media_type(self) -> str:
        return f"image/{self.format}"
