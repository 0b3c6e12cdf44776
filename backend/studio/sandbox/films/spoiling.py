"""How the bad manners with films are done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from studio.sandbox.errors import documented, error_reply
from studio.sandbox.films.job import State
from studio.sandbox.films.manner import Told
from studio.sandbox.images.spoiling import HTML
from studio.sandbox.steps import Drop, Reply, Step, json_reply

FOREIGN = "https://videos.example"
PADDING_BYTES = 3 * 1024**3
BLOCK = bytes(1024 * 1024)
PAUSE_SECONDS = 2000.0
FAILURE = "The provider could not make this video: the prompt was rejected after review."

Change = Callable[[int, Reply], Reply]


def at_first(times: int, answer: Callable[[int, Reply], Reply]) -> Change:
    """The first so many answers are changed, the rest are as they should be."""
    return lambda number, reply: answer(number, reply) if number < times else reply


def later(times: int, answer: Callable[[int, Reply], Reply]) -> Change:
    """The first so many answers are as they should be, the rest are changed."""
    return lambda number, reply: reply if number < times else answer(number, reply)


def always(answer: Callable[[int, Reply], Reply]) -> Change:
    return answer


def statuses(*codes: int) -> Change:
    """Error answers in turn."""
    return lambda number, reply: documented(codes[number % len(codes)])


def status(code: int, message: str) -> Change:
    return lambda number, reply: error_reply(code, message)


def halved(number: int, reply: Reply) -> Reply:
    """Half of what would be written first, then the line is dead."""
    return replace(reply, script=_half(reply.script))


def page(number: int, reply: Reply) -> Reply:
    return Reply(200, (HTML,), "text/html; charset=utf-8")


def page_as_video(number: int, reply: Reply) -> Reply:
    return replace(reply, script=(HTML,))


def nothing(number: int, reply: Reply) -> Reply:
    return replace(reply, script=())


def junk(number: int, reply: Reply) -> Reply:
    return replace(reply, script=(bytes(at % 251 for at in range(200_000)),))


def first_half_only(number: int, reply: Reply) -> Reply:
    """A file that ends in its middle, in an answer that ends as it should: nothing on the wire tells."""
    return replace(reply, script=[step for step in _half(reply.script) if isinstance(step, bytes)])


def plain_bytes(number: int, reply: Reply) -> Reply:
    return replace(reply, media_type="application/octet-stream")


def endless(number: int, reply: Reply) -> Reply:
    return replace(reply, script=_padded(reply.script))


def pausing(number: int, reply: Reply) -> Reply:
    """A film of three megabytes, most of which say nothing, whose last one is long in coming."""
    return replace(reply, script=_paused(reply.script))


def declared(number: int, reply: Reply) -> Reply:
    """Says that 3 GB are coming, and begins."""
    return replace(endless(number, reply), headers=(("content-length", str(PADDING_BYTES)),))


def silence(number: int, reply: Reply) -> Reply:
    """No status line, no byte: the line is closed."""
    return replace(reply, drop_first=Drop.CLOSE)


def lost(reply: Reply) -> Reply:
    return silence(0, reply)


def unreadable(reply: Reply) -> Reply:
    """Taken, but what comes back is a proxy's page, without the header that names the job."""
    return Reply(200, (HTML,), "text/html")


def nameless(reply: Reply) -> Reply:
    return json_reply({"status": "pending"}, status=202)


def words(**changed: str) -> Callable[[State], str]:
    return lambda state: changed.get(state.value, state.value)


def without(*keys: str) -> Callable[[Told], Told]:
    return lambda told: {key: value for key, value in told.items() if key not in keys}


def with_cost(cost: float | None) -> Callable[[Told], Told]:
    return lambda told: {**told, "usage": {"cost": cost, "is_byok": False}} if "usage" in told else told


def ends(state: State, error: str | None = FAILURE) -> Callable[[Told], Told]:
    """Where another is completed, this one has come to an end without a video."""

    def told_so(told: Told) -> Told:
        if told["status"] != State.COMPLETED:
            return told
        kept = {key: value for key, value in told.items() if key not in ("unsigned_urls", "usage")}
        return {**kept, "status": state, **({"error": error} if error else {})}

    return told_so


def openai(told: Told) -> Told:
    """OpenAI's words: queued, a percentage, an error that is null or an object."""
    progress = {"pending": 0, "in_progress": 40, "completed": 100}.get(told["status"], 0)
    word = {"pending": "queued"}.get(told["status"], told["status"])
    return {**told, "object": "video", "status": word, "progress": progress, "error": None}


def relative(told: Told) -> Told:
    """Addresses from the root of the host, as the schema's own example has them."""
    changed = {**told, "polling_url": _path(told["polling_url"])}
    if "unsigned_urls" in told:
        changed["unsigned_urls"] = [_path(link) for link in told["unsigned_urls"]]
    return changed


def foreign(told: Told) -> Told:
    """Addresses at a host that must never see the key."""
    changed = {**told, "polling_url": FOREIGN + _path(told["polling_url"])}
    if "unsigned_urls" in told:
        changed["unsigned_urls"] = [FOREIGN + _path(link) for link in told["unsigned_urls"]]
    return changed


def _path(link: str) -> str:
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _half(script: Iterable[Step]) -> Iterator[Step]:
    for step in script:
        if isinstance(step, bytes):
            yield step[: len(step) // 2]
            yield Drop.CLOSE
            return
        yield step


def _padded(script: Iterable[Step]) -> Iterator[Step]:
    """The film, and then more than anybody keeps: a box that says nothing."""
    yield from script
    left = PADDING_BYTES
    yield (1).to_bytes(4) + b"free" + left.to_bytes(8)
    while left > 0:
        yield BLOCK
        left -= len(BLOCK)


def _paused(script: Iterable[Step]) -> Iterator[Step]:
    yield from script
    yield (8 + 3 * len(BLOCK)).to_bytes(4) + b"free"
    yield from (BLOCK, BLOCK, PAUSE_SECONDS, BLOCK)
