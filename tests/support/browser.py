"""The Chromium that the set-up chose, and how it is started."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHARED = Path("/dev/shm")
ENOUGH_SHARED_BYTES = 2 << 30


def launch(playwright: Playwright) -> Browser:
    """
    Starts it. What its processes share lies in memory where there is room.

    Playwright has it in files below /tmp, since the /dev/shm of a container may have 64 MB, which a Chromium does not
    survive. Each frame that is drawn then makes and deletes files on the disk: a fifth of the system’s time here.
    """
    has_room = SHARED.is_dir() and shutil.disk_usage(SHARED).free >= ENOUGH_SHARED_BYTES
    left_out = ["--disable-dev-shm-usage"] if has_room else []
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS, ignore_default_args=left_out)


def chromium() -> str | None:
    """Its path; None means Playwright's own."""
    note = Path(__file__).parents[2] / ".venv" / "browser-path"
    noted = note.read_text().strip() if note.exists() else None
    return os.environ.get("AYCG_CHROMIUM") or noted or shutil.which("chromium")
