"""A running answer in memory: when pieces are made, and who is told."""

import asyncio
import json

import pytest
from studio.generations import live as live_module
from studio.generations.generation import Generation, State
from studio.generations.live import COALESCE_SECONDS, Live, delta_event
from studio.generations.said import Piece
from studio.ids import new_id
from studio.moments import now

from tests.support.generations import ALICE, PROVIDER
from tests.support.waiting import soon

pytestmark = pytest.mark.anyio


@pytest.fixture
async def live() -> Live:
    return Live(
        Generation(
            new_id(), ALICE, "text", State.WAITING, PROVIDER, "Acme", "acme/chat-1", "Why?", {}, False, now()
        )
    )


class Watcher:
    """Somebody who watches from a task of its own; `batches` is what came, an empty one is a heartbeat."""

    def __init__(self, live: Live, after: int = 0) -> None:
        self.batches: list[list[Piece]] = []
        self.task = asyncio.create_task(self._watch(live, after))

    async def _watch(self, live: Live, after: int) -> None:
        async for pieces in live.watch(after):
            self.batches.append(pieces)

    @property
    def text(self) -> str:
        return "".join(piece.text for batch in self.batches for piece in batch)

    @property
    def numbers(self) -> list[int]:
        return [piece.number for batch in self.batches for piece in batch]


async def test_the_first_words_leave_at_once_and_the_next_are_gathered(live: Live) -> None:
    live.say("One")
    live.say(" two")
    live.say(" three")
    said_at = asyncio.get_running_loop().time()

    assert [piece.text for piece in live.pieces] == ["One"]

    await live.wait()

    assert [piece.text for piece in live.pieces] == ["One", " two three"]
    assert asyncio.get_running_loop().time() - said_at >= COALESCE_SECONDS * 0.9


async def test_after_a_pause_words_leave_at_once_again(live: Live) -> None:
    live.say("One")
    await soon(lambda: asyncio.get_running_loop().time() - live._flushed_at > COALESCE_SECONDS)

    live.say(" two")

    assert [piece.text for piece in live.pieces] == ["One", " two"]


async def test_pieces_are_numbered_from_one_without_gaps_and_lose_nothing(live: Live) -> None:
    words = [f"{number} " for number in range(200)]

    for word in words:
        live.say(word)
        await asyncio.sleep(0.0005)
    live.flush()

    assert [piece.number for piece in live.pieces] == list(range(1, len(live.pieces) + 1))
    assert 2 < len(live.pieces) < len(words)
    assert live.text == "".join(words)


async def test_flushing_nothing_makes_no_piece(live: Live) -> None:
    live.say("")
    live.flush()
    live.flush()

    assert not live.pieces


async def test_thoughts_and_words_of_one_moment_share_a_piece(live: Live) -> None:
    live.say("", "Hm. ")
    live.say("Because", "Yes.")
    live.flush()

    assert [(piece.text, piece.reasoning) for piece in live.pieces] == [("", "Hm. "), ("Because", "Yes.")]
    assert (live.text, live.reasoning) == ("Because", "Hm. Yes.")


async def test_the_event_of_a_piece_is_one_message_whatever_it_says(live: Live) -> None:
    live.say("a\r\nb\n\ndata: c\u2028\U0001f37d\x00", "d\re")
    piece = live.pieces[0]
    event = delta_event(piece.number, piece.text, piece.reasoning).decode()

    assert event.endswith("\n\n")
    assert "\r" not in event
    assert event.count("\n") == 4
    assert json.loads(event.split("data: ", 1)[1]) == {
        "text": "a\r\nb\n\ndata: c\u2028\U0001f37d\x00",
        "reasoning": "d\re",
    }


async def test_every_watcher_gets_every_piece_from_where_it_begins(live: Live) -> None:
    first = Watcher(live)
    live.say("One ")
    await soon(lambda: first.batches)
    second, third = Watcher(live, after=1), Watcher(live)

    for word in ("two ", "three ", "four"):
        live.say(word)
        live.flush()
        await asyncio.sleep(0)
    live.end()
    await asyncio.gather(first.task, second.task, third.task)

    assert first.text == third.text == "One two three four"
    assert second.text == "two three four"
    assert first.numbers == third.numbers == [1, 2, 3, 4]
    assert second.numbers == [2, 3, 4]


async def test_a_watcher_who_comes_after_the_end_gets_all_and_goes(live: Live) -> None:
    live.say("All of it")
    live.end()
    late, too_late = Watcher(live), Watcher(live, after=1)

    await asyncio.gather(late.task, too_late.task)

    assert late.text == "All of it"
    assert too_late.batches == []


async def test_a_number_that_never_was_gets_nothing_before_it(live: Live) -> None:
    watcher = Watcher(live, after=10**30)
    live.say("One")
    live.end()

    await watcher.task

    assert watcher.batches == []


async def test_one_watcher_who_is_cancelled_harms_nobody(live: Live) -> None:
    watchers = [Watcher(live) for _ in range(3)]
    live.say("One ")
    await soon(lambda: all(watcher.batches for watcher in watchers))

    watchers[1].task.cancel()
    await asyncio.gather(watchers[1].task, return_exceptions=True)
    await soon(lambda: live.watchers == 2)
    live.say("two")
    live.flush()
    live.end()
    await asyncio.gather(watchers[0].task, watchers[2].task)

    assert watchers[0].text == watchers[2].text == "One two"
    assert watchers[1].text == "One "
    assert live.watchers == 0


async def test_silence_is_broken_by_heartbeats(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "HEARTBEAT_SECONDS", 0.02)
    watcher = Watcher(live)

    def ticked() -> bool:
        live.wake()  # as the engine does
        return len(watcher.batches) >= 3

    await soon(ticked)

    assert watcher.batches[:3] == [[], [], []]
    watcher.task.cancel()


async def test_waking_alone_is_no_heartbeat(live: Live) -> None:
    watcher = Watcher(live)
    await soon(lambda: live.watchers)

    live.wake()
    await asyncio.sleep(0)
    live.wake()
    live.say("One")
    await soon(lambda: watcher.batches)

    assert watcher.batches == [live.pieces[:]]
    watcher.task.cancel()


async def test_a_notice_reaches_watchers_at_once_and_once(live: Live) -> None:
    watcher = Watcher(live)
    await soon(lambda: live.watchers)

    live.announce("The provider is busy.")
    live.announce("The provider is busy.")
    await soon(lambda: watcher.batches)
    live.announce(None)
    await soon(lambda: len(watcher.batches) == 2)
    live.end()
    await watcher.task

    assert watcher.batches == [[], []]


async def test_a_watcher_who_comes_after_a_notice_hears_of_it(live: Live) -> None:
    live.announce("The provider is busy.")
    watcher = Watcher(live)

    await soon(lambda: watcher.batches)

    assert live.notice == "The provider is busy."
    watcher.task.cancel()


async def test_watchers_leave_a_process_that_ends(live: Live) -> None:
    live.say("One")
    watcher = Watcher(live)
    await soon(lambda: watcher.batches)

    live.is_closing = True
    live.wake()
    await watcher.task

    assert not live.is_over
