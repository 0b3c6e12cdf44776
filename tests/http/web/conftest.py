"""The log of one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.talking import Talk, logged_to


@pytest.fixture
def log(talk: Talk, tmp_path: Path) -> Iterator[Path]:
    """What is logged from now on. Another backend that began after `talk` has taken the log of the process with it."""
    with logged_to(tmp_path / "backend.log"):
        yield tmp_path / "backend.log"
