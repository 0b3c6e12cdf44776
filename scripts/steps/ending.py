"""How scripts/run learns that it should end, and how the services learn that it is gone."""

import ctypes
import signal
import socket
import sys
from types import FrameType


class StopWish:
    """Becomes `wished` on SIGINT or SIGTERM; `reader` wakes a waiting selector."""

    def __init__(self) -> None:
        self.wished = False
        self.reader, writer = socket.socketpair()
        writer.setblocking(False)
        self._writer = writer
        signal.set_wakeup_fd(writer.fileno())
        signal.signal(signal.SIGINT, self._wish)
        signal.signal(signal.SIGTERM, self._wish)

    def _wish(self, number: int, frame: FrameType | None) -> None:
        self.wished = True


def end_with_parent() -> None:
    """On Linux: SIGTERM to the service when this program is killed by force, so that no port stays taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG
