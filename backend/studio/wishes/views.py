"""What the cards of pictures and of videos say alike."""

import re

from studio.chat.views import money
from studio.generations.generation import Generation, State
from studio.generations.reasons import STILL_CHARGED
from studio.wishes.fields import ratio_of

_EXACT = re.compile(r"(\d{2,5})x(\d{2,5})")


def asked_shape(generation: Generation, usual: tuple[int, int]) -> tuple[int, int]:
    """Width to height as it was asked for; the `usual` one where the model chooses."""
    exact = _EXACT.fullmatch(str(generation.params.get("size", "")))
    if exact:
        return int(exact[1]), int(exact[2])
    return ratio_of(str(generation.params.get("aspect_ratio", ""))) or usual


def time_and_cost(generation: Generation) -> list[tuple[str, str]]:
    """The end of the small line, as far as it is known."""
    out, found = generation.outcome, []
    if out.started_at and out.finished_at:
        found.append(("Time", seconds((out.finished_at - out.started_at).total_seconds())))
    if generation.is_finished:
        found.append(("Cost", money(out.cost_usd)))
    return found


def ending(generation: Generation) -> tuple[str | None, str | None]:
    """Why it ended and what is known of its cost. That it may yet be charged is said only until that is known."""
    text, told = generation.reason_text, billed(generation)
    doubt = STILL_CHARGED.format(provider=generation.provider)
    if not text or not text.endswith(doubt):
        return text, told
    return (text, None) if generation.outcome.cost_usd is None else (text.removesuffix(doubt).rstrip(), told)


def billed(generation: Generation) -> str | None:
    """For what brought nothing: whether it was charged."""
    if generation.state in (State.DONE, State.WAITING, State.RUNNING):
        return None
    cost = generation.outcome.cost_usd
    if cost is None:
        return "Whether it was charged is not known."
    return "Nothing was charged." if cost == 0 else f"It was charged: {money(cost)}."


def seconds(length: float) -> str:
    """A time as people read it."""
    if length < 60:
        return f"{length:.1f} s" if length < 10 else f"{length:.0f} s"
    return f"{length // 60:.0f} min {length % 60:.0f} s"
