"""How a model behaves beside painting: what is done to its pictures, its usage, its bytes and its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from studio.sandbox.images.piece import Piece
from studio.sandbox.steps import Reply, Step

Usage = dict[str, Any]


def _as_they_are(pictures: list[Piece]) -> list[Piece]:
    return pictures


def _as_it_is(usage: Usage) -> Usage | None:
    return usage


def _as_written(body: bytes) -> bytes:
    return body


def _as_told(script: Iterable[Step]) -> Iterator[Step]:
    yield from script


@dataclass(frozen=True, slots=True)
class Manners:
    """
    The faultless manners unless something is changed. `item` and `summary` are for the table of those that are not.

    `refuse` answers instead, given the model's id and the prompt; `words` are what a chat says in place of
    pictures; `chat_entry` makes a message's entry from an address; `after_partials` comes before the picture.
    """

    item: int = 0
    summary: str = ""
    refuse: Callable[[str, str], Reply] | None = None
    pictures: Callable[[list[Piece]], list[Piece]] = _as_they_are
    usage: Callable[[Usage], Usage | None] = _as_it_is
    body: Callable[[bytes], bytes] = _as_written
    wire: Callable[[Iterable[Step]], Iterable[Step]] = _as_told
    after_partials: tuple[Step, ...] = ()
    seconds: float | None = None
    media_type: str | None = None
    words: str | None = None
    is_bare_in_chat: bool = False
