"""
How each well-behaved (or at least well-known) model answers: from an `Ask` to a `Reply`.

A performer decides the text and the timing; `telling` turns both into the stream or the JSON body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from studio.sandbox import writer
from studio.sandbox.books import Books, Generation
from studio.sandbox.catalogue import Model
from studio.sandbox.chunks import Chunks
from studio.sandbox.errors import documented, moderated, rate_limited
from studio.sandbox.pictures import Picture
from studio.sandbox.steps import SSE, Drop, Reply, Step
from studio.sandbox.telling import Rhythm, Speech, metronome, told
from studio.sandbox.wish import Pace, Wish

COUNTED_MOST = 1_000_000
CUT_AFTER_WRITES = 40
DEFAULT_COUNT, DEFAULT_PER_SECOND, DEFAULT_AFTER_MS = 100, 25.0, 50.0

_COUNT = re.compile(r"count\s+(\d+)", re.IGNORECASE)
_RATE = re.compile(r"at\s+(\d+(?:\.\d+)?)\s+per\s+second", re.IGNORECASE)
_AFTER = re.compile(r"after\s+(\d+(?:\.\d+)?)\s*ms", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ask:
    """
    All that a performer may use: the request, the model, its open generation, its chunks, the books, and
    the sandbox's own address (`root`).
    """

    wish: Wish
    model: Model
    generation: Generation
    chunks: Chunks
    books: Books
    pictures: tuple[Picture, ...] = ()
    root: str = ""

    def brief(self) -> writer.Brief:
        turn = self.books.count(("asked", self.model.id, self.wish.messages))
        return writer.brief(self.wish, turn=turn)


Performer = Callable[[Ask], Reply]


def scribe(ask: Ask) -> Reply:
    about = ask.brief()
    rhythm = Rhythm(first_seconds=0.15, per_second=about.dice.uniform(25, 40))
    return told(ask, Speech.of(ask.wish, writer.long_answer(about)), rhythm)


def thinker(ask: Ask) -> Reply:
    about = ask.brief()
    effort = ask.wish.effort or "medium"
    thoughts = "" if effort == "none" else writer.thoughts(about, effort=effort)
    return told(ask, Speech.of(ask.wish, writer.long_answer(about), thoughts), Rhythm(0.2, 40))


def seer(ask: Ask) -> Reply:
    return told(ask, Speech.of(ask.wish, writer.description(ask.brief(), ask.pictures)), Rhythm(0.3, 35))


def sprinter(ask: Ask) -> Reply:
    return told(ask, Speech.of(ask.wish, writer.short_answer(ask.brief())), Rhythm(0.02, 200))


def slow(ask: Ask) -> Reply:
    return told(ask, Speech.of(ask.wish, writer.short_answer(ask.brief())), Rhythm(5, 4))


def flaky(ask: Ask) -> Reply:
    """The first, third, fifth … request fails, with 502 and 503 in turn; a retry at once succeeds."""
    before = ask.books.count("flaky")
    if before % 2 == 0:
        return documented(502 if before % 4 == 0 else 503, at=0.05)
    return told(ask, Speech.of(ask.wish, writer.short_answer(ask.brief())), Rhythm(0.1, 60))


def cuts_off(ask: Ask) -> Reply:
    """Hangs up in the middle: of the stream, after some forty writes, or of the JSON body."""
    whole = told(ask, Speech.of(ask.wish, writer.long_answer(ask.brief())), Rhythm(0.1, 60))
    return Reply(200, _cut(whole), whole.media_type, is_exact=whole.is_exact)


def refuses(ask: Ask) -> Reply:
    return moderated(ask.model.id, ask.wish.question)


def rate_limited_once(ask: Ask) -> Reply:
    if ask.books.count(("rate-limited", ask.wish.question)) == 0:
        return rate_limited(ask.model.id, "2")
    return told(ask, Speech.of(ask.wish, writer.short_answer(ask.brief())), Rhythm(0.1, 60))


def rate_limited_always(ask: Ask) -> Reply:
    return rate_limited(ask.model.id, "2")


def counts(ask: Ask) -> Reply:
    """Numbers on an absolute beat: exactly as many as the prompt, or the pace header, asks for."""
    question, pace = ask.wish.question, ask.wish.pace or Pace()
    count = pace.events if pace.events is not None else int(_first(_COUNT, question, DEFAULT_COUNT))
    rate = pace.events_per_second or _first(_RATE, question, DEFAULT_PER_SECOND)
    first = pace.first_seconds
    if first is None:
        first = _first(_AFTER, question, DEFAULT_AFTER_MS) / 1000
    count = min(count, COUNTED_MOST)
    allowed = min(count, ask.wish.max_tokens or count)
    finish = "length" if allowed < count else "stop"
    rhythm = Rhythm(first, max(rate, 0.001), is_exact=True)
    if ask.wish.is_stream:
        return Reply(200, metronome(ask, allowed, rhythm, finish), SSE, is_exact=True)
    return told(ask, Speech(tuple(f"{number} " for number in range(1, allowed + 1)), finish=finish), rhythm)


def _first(pattern: re.Pattern[str], text: str, otherwise: float) -> float:
    found = pattern.search(text)
    return float(found.group(1)) if found else otherwise


def _cut(whole: Reply) -> Iterator[Step]:
    if whole.media_type != SSE:
        for step in whole.script:
            yield step[: len(step) // 2] if isinstance(step, bytes) else step
    else:
        writes = 0
        for step in whole.script:
            writes += isinstance(step, bytes)
            if writes > CUT_AFTER_WRITES:
                break
            yield step
    yield Drop.CLOSE


PERFORMERS: dict[str, Performer] = {
    "sandbox/scribe": scribe,
    "sandbox/thinker": thinker,
    "sandbox/seer": seer,
    "sandbox/sprinter": sprinter,
    "sandbox/slow": slow,
    "sandbox/flaky": flaky,
    "sandbox/cuts-off": cuts_off,
    "sandbox/refuses": refuses,
    "sandbox/rate-limited": rate_limited_once,
    "sandbox/rate-limited-always": rate_limited_always,
    "sandbox/unpriced": scribe,
    "sandbox/metronome": counts,
}
