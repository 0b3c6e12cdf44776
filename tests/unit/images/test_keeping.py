"""Keeping one picture while its job is being stopped."""

import asyncio
from typing import Any, cast

import pytest
from structlog.testing import capture_logs
from studio.images.keeping import Keeper

pytestmark = pytest.mark.anyio


async def test_a_failure_behind_a_stop_is_told_and_the_stop_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, may_fail = asyncio.Event(), asyncio.Event()
    keeper = Keeper(cast(Any, None))

    async def breaks(*_: object) -> None:
        begun.set()
        await may_fail.wait()
        raise OSError("torn file")

    monkeypatch.setattr(Keeper, "_made", breaks)
    keeping = asyncio.create_task(keeper.keep(b"", cast(Any, None), cast(Any, None), cast(Any, None)))
    await begun.wait()
    keeping.cancel("stop")
    await asyncio.sleep(0)

    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        may_fail.set()
        await keeping

    assert [(line["event"], str(line["exc_info"])) for line in logs] == [
        ("job.cancelled_behind_failure", "torn file")
    ]
