"""
Jobs and films on the disk: `<id>.json`, `<id>.first`, `<id>.last`, `<id>.mp4`, each written whole or not at all.

A real provider keeps a job when its caller is killed. This one lives in its caller's process, so it keeps them here.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.sandbox.filming.commission import FilmCommission
from studio.sandbox.films.job import FilmJob

KEPT_JOBS = 200
TEMPORARY = ".part"

_ID = re.compile(r"gen-vid-[0-9A-Za-z-]{1,60}")


class Shelf:
    """One directory, made when the first job comes. Without one given it lives as long as this object."""

    def __init__(self, directory: Path | None) -> None:
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._directory = directory

    def path(self, job_id: str, ending: str) -> Path:
        return self._root() / f"{job_id}.{ending}"

    def keep(self, job: FilmJob) -> None:
        """The job is there when this returns, whatever happens to the process."""
        self.write(job.id, "json", json.dumps(asdict(job)).encode())

    def write(self, job_id: str, ending: str, data: bytes) -> Path:
        target = self.path(job_id, ending)
        part = self.part()
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        return target

    def part(self) -> Path:
        """A name for something that is not yet whole."""
        return self._root() / f"{secrets.token_hex(8)}{TEMPORARY}"

    def find(self, job_id: str) -> FilmJob | None:
        """The job; None for what never was, is long gone, or cannot be read."""
        if not _ID.fullmatch(job_id):
            return None
        try:
            told: dict[str, Any] = json.loads(self.path(job_id, "json").read_bytes())
            return FilmJob(**{**told, "commission": FilmCommission(**told["commission"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def list_jobs(self) -> list[FilmJob]:
        """All that can be read, the newest first."""
        found = (self.find(path.stem) for path in self._root().glob("*.json"))
        return sorted(filter(None, found), key=lambda job: (job.created_at, job.id), reverse=True)

    def has(self, job_id: str, ending: str) -> bool:
        return self.path(job_id, ending).exists()

    def drop(self, job_id: str, *endings: str) -> None:
        for ending in endings:
            self.path(job_id, ending).unlink(missing_ok=True)

    def tidy(self, now: float) -> None:
        """Films whose time is over go, then the oldest jobs beyond KEPT_JOBS, and parts that nobody will finish."""
        found = sorted(self._root().glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for number, path in enumerate(found):
            job = self.find(path.stem)
            if job is None or number >= KEPT_JOBS:
                self.drop(path.stem, "mp4", "first", "last", "failed", "json")
            elif job.is_gone(now):
                self.drop(job.id, "mp4", "first", "last")
        for part in self._root().glob(f"*{TEMPORARY}"):
            if part.stat().st_mtime < now - 3600:
                part.unlink(missing_ok=True)

    def _root(self) -> Path:
        if self._directory is None:
            self._own = tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
            self._directory = Path(self._own.name)
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory
