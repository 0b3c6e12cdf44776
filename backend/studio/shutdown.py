"""Hearing that the process shall end, before the server has waited for its open connections."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any


def on_first_signal(act: Callable[[], None]) -> None:
    """
    Call `act` on the event loop at SIGTERM or SIGINT, then whatever handled the signal before.

    uvicorn ends by waiting until every connection is closed, and only then tells the application: an event stream
    would hold it for the whole of its grace period. Does nothing outside the main thread (tests).
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(act)
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
