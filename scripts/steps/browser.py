"""
Finds a Chromium for the tests, or installs one; its path is kept in .venv/browser-path.

In this order: AYCG_CHROMIUM, an installed one, Debian's packages, Playwright's own download. If none of them
works the set-up fails: tests that need a browser are never skipped in silence.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import debian

# The headless shell is the same browser without its window, and opens a page in half the time.
INSTALLED = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


def provide(venv: Path) -> None:
    """Write the path of a working Chromium to `venv`/browser-path; ends the process when there is none."""
    note = venv / "browser-path"
    wished = os.environ.get("AYCG_CHROMIUM")
    if wished is None and note.exists() and os.access(note.read_text(), os.X_OK):
        return
    if wished is not None and not works(wished):
        sys.exit(f"AYCG_CHROMIUM={wished} does not run as a Chromium.")
    path = wished or installed() or from_debian() or from_playwright(venv)
    if path is None:
        sys.exit("The tests need a Chromium. Install one, or set AYCG_CHROMIUM to its path.")
    note.write_text(path)
    print(f"setup: the tests use {path}", flush=True)


def installed() -> str | None:
    found = (shutil.which(name) for name in INSTALLED)
    return next((path for path in found if path and works(path)), None)


def works(path: str) -> bool:
    """Whether it starts: Ubuntu's /usr/bin/chromium-browser, for one, may be a mere pointer to a snap."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and "Chrom" in answer.stdout


def from_debian() -> str | None:
    return installed() if debian.install("chromium-headless-shell") or debian.install("chromium") else None


def from_playwright(venv: Path) -> str | None:
    """Playwright's own build, with the libraries it needs when we are root."""
    python = str(venv / "bin" / "python")
    with_libraries = ["--with-deps"] if os.geteuid() == 0 and shutil.which("apt-get") else []
    subprocess.run([python, "-m", "playwright", "install", *with_libraries, "chromium"], check=False)
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return path if path and works(path) else None
