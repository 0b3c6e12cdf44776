"""Who has films made: one after the other, each in a process of its own that ends with ours."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import OrderedDict, deque
from pathlib import Path

import studio
from studio.sandbox.filming.commission import FilmCommission
from studio.sandbox.films.job import FilmJob
from studio.sandbox.films.shelf import Shelf

MOST_SECONDS = 300.0
REMEMBERED = 32


class Projector:
    """
    Films what is asked for and not there yet. To ask twice is to ask once; to ask after a restart begins anew. What was
    filmed lately for the same wish is not filmed again.

    The thread is a daemon and exists only while there is something to film: the service's end does not wait for it.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._waiting: deque[FilmJob] = deque()
        self._lock = threading.Lock()
        self._current: str | None = None
        self._made: OrderedDict[FilmCommission, Path] = OrderedDict()

    def ask_for(self, job: FilmJob) -> None:
        with self._lock:
            if job.id == self._current or any(each.id == job.id for each in self._waiting):
                return
            self._waiting.append(job)
            if self._current is None:
                self._current = ""
                threading.Thread(target=self._work, name="sandbox-films", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                job = self._waiting.popleft() if self._waiting else None
                self._current = job.id if job else None
            if job is None:
                return
            self._film(job)

    def _film(self, job: FilmJob) -> None:
        part = self._shelf.part()
        try:
            if self._is_copied(job, part) or _filmed(job, part):
                film = part.replace(self._shelf.path(job.id, "mp4"))
                self._remember(job.commission, film)
            else:
                self._shelf.write(job.id, "failed", b"")
        except OSError:
            return  # the disk is full or gone: whoever asks next begins anew
        finally:
            part.unlink(missing_ok=True)

    def _is_copied(self, job: FilmJob, part: Path) -> bool:
        """A second name for the same file, so that either may go without the other."""
        made = self._made.get(job.commission)
        try:
            if made is not None:
                part.hardlink_to(made)
        except OSError:  # it has gone, or this disk gives no second names
            return False
        return made is not None

    def _remember(self, commission: FilmCommission, film: Path) -> None:
        self._made[commission] = film
        while len(self._made) > REMEMBERED:
            self._made.popitem(last=False)


def _filmed(job: FilmJob, part: Path) -> bool:
    """Whether the film was made. Its process hears that we are gone from its standard input, which we hold open."""
    command = [sys.executable, "-m", "studio.sandbox.filming", str(part)]
    environment = {**os.environ, "PYTHONPATH": str(Path(studio.__file__).parents[1])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        try:
            process.stdin.write(job.commission.as_line().encode() + b"\n")
            process.stdin.flush()
            return process.wait(MOST_SECONDS) == 0
        except (subprocess.TimeoutExpired, BrokenPipeError):
            process.kill()
            return False
