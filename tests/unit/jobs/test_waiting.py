"""Whoever waits for a write hears of a cancellation behind it, whatever became of the write."""

import asyncio
from concurrent.futures import Future

import pytest
from structlog.testing import capture_logs
from studio.jobs.errors import LeaseLost
from studio.jobs.waiting import to_the_end

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("cancels", [1, 2])
async def test_what_was_written_is_told_before_the_cancellation_comes(cancels: int) -> None:
    writing, told = Future[int](), list[int]()
    waiting = asyncio.create_task(to_the_end(writing, told.append))
    for _ in range(cancels):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()

    writing.set_result(7)
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert told == [7]


async def test_a_cancellation_is_not_lost_where_the_write_fails() -> None:
    writing, told = Future[int](), list[int]()
    waiting = asyncio.create_task(to_the_end(writing, told.append))
    await asyncio.sleep(0)
    waiting.cancel("a cancellation is wished")
    await asyncio.sleep(0)

    with capture_logs() as logs, pytest.raises(asyncio.CancelledError, match="a cancellation is wished"):
        writing.set_exception(OSError("no room"))
        await waiting

    assert told == []
    (line,) = logs
    assert (line["event"], line["error"]) == ("job.cancelled_behind_failure", "OSError")
    assert str(line["exc_info"]) == "no room"


async def test_a_refusal_behind_a_cancellation_is_no_failure() -> None:
    waiting = asyncio.create_task(to_the_end(writing := Future[int]()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0)

    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        writing.set_exception(LeaseLost())
        await waiting

    assert logs == []


async def test_whoever_is_not_cancelled_hears_of_the_failure() -> None:
    writing = Future[int]()
    waiting = asyncio.create_task(to_the_end(writing))
    await asyncio.sleep(0)
    writing.set_exception(OSError("no room"))

    with pytest.raises(OSError, match="no room"):
        await waiting
