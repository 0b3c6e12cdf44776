"""A process that a thread waits for, and that ends together with the work it was begun for."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock


class Stopped(Exception):
    """Nobody wants the work any more: it leaves as if it had never begun."""


class Child:
    """
    One piece of work that runs in a thread, and the process that it waits for at the moment, if there is one.

    `stop` is called from any other thread, also before the work has begun. It waits for nothing.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def stop(self) -> None:
        """Kill the process; the work ends with Stopped where it waits for one, or at its next block."""
        with self._lock:
            self._is_stopped = True
            if self._process is not None:
                self._process.kill()

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], *, seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        """What the process said, once it has ended. Raises Stopped and TimeoutExpired; then it is dead."""
        self._refuse_stopped()
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe) as process:
            self._follow(process)
            try:
                said, complained = process.communicate(timeout=seconds)
            except BaseException:
                process.kill()
                raise
            finally:
                self._follow(None)
        self._refuse_stopped()
        return subprocess.CompletedProcess(command, process.returncode, said, complained)

    def while_wanted(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks; raises Stopped between two of them, and behind the last."""
        for block in blocks:
            yield block
            self._refuse_stopped()

    def _follow(self, process: subprocess.Popen[bytes] | None) -> None:
        with self._lock:
            self._process = process
            if process is not None and self._is_stopped:
                process.kill()

    def _refuse_stopped(self) -> None:
        if self._is_stopped:
            raise Stopped
