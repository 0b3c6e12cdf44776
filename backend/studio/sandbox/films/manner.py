"""How a model behaves beside filming: what becomes of its answers, its words, its bytes and its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.sandbox.films.job import State
from studio.sandbox.steps import Reply

Told = dict[str, Any]


def _as_it_is(reply: Reply) -> Reply:
    return reply


def _each_time(number: int, reply: Reply) -> Reply:
    return reply


def _plainly(state: State) -> str:
    return state


def _all_of_it(told: Told) -> Told:
    return told


@dataclass(frozen=True, slots=True)
class FilmManners:
    """
    Faultless unless something is changed. `item` and `summary` are for the table of those that are not.

    `refuse` answers a submission instead, given the model's id and the prompt; `begun` changes the answer to one that
    was taken; `word` is the state as it is told, `told` the body of a poll; `poll` and `content` change an answer,
    given how many there were before. `waits_for_film` holds the first poll back until the film is there.
    """

    item: int = 0
    summary: str = ""
    refuse: Callable[[str, str], Reply] | None = None
    begun: Callable[[Reply], Reply] = _as_it_is
    word: Callable[[State], str] = _plainly
    told: Callable[[Told], Told] = _all_of_it
    poll: Callable[[int, Reply], Reply] = _each_time
    content: Callable[[int, Reply], Reply] = _each_time
    waits_seconds: float = 1.0
    seconds: float = 3.0
    outputs: int = 1
    is_signed: bool = False
    signed_seconds: float = 3600.0
    waits_for_film: bool = False
    costs_nothing: bool = False
