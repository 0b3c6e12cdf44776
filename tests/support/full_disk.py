"""A disk without room, without root and without a disk of its own."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.services import Service


@contextmanager
def no_file_grows_beyond(size: int, service: Service) -> Iterator[None]:
    """What a full disk is to a service that writes, and no root is needed for it."""
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in _processes(service)}
    for pid, (_, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for pid, before in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def _processes(service: Service) -> list[int]:
    """The one that was started and those it started; each service leads a process group of its own."""
    assert service.process is not None
    stats = {int(path.parent.name): path.read_text() for path in Path("/proc").glob("[0-9]*/stat")}
    groups = {pid: int(stat.rpartition(")")[2].split()[2]) for pid, stat in stats.items()}
    return [pid for pid, group in groups.items() if group == service.process.pid]
