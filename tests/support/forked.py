"""
Processes that are killed, forked from one that has imported the studio: importing it again took most of their time.

The one they are forked from has no threads, no database and no loop; it ends with the test run.
"""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

IMPORTED = [f"tests.support.{name}_child" for name in ("jobs", "images", "videos")]
SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(IMPORTED)


def exit_code_of(main: Callable[..., None], *told: Any) -> int:
    """Of a process that does `main(*told)`: 0, 1 with its traceback on stderr, or a negative signal number."""
    with pytest.MonkeyPatch.context() as patch:  # where it imports from
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "backend"), str(ROOT)]))
        forkserver.ensure_running()
    process = _context.Process(target=main, args=told)
    process.start()
    process.join(SECONDS)
    assert process.exitcode is not None, "it did not end"
    return process.exitcode
