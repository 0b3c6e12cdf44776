"""The Chromium that the set-up chose, and how it is started."""

import os
import shutil
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Its path; None means Playwright's own."""
    note = Path(__file__).parents[2] / ".venv" / "browser-path"
    noted = note.read_text().strip() if note.exists() else None
    return os.environ.get("AYCG_CHROMIUM") or noted or shutil.which("chromium")
