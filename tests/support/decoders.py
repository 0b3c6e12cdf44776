"""A studio whose decoder does not load, as in an image that lacks a library of the system."""

import sys
from pathlib import Path

import pytest


def missing_decoder(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From now on FFmpeg cannot be loaded where videos are looked at, as long as the file that comes back is there."""
    mark, python = place / "no-decoder", place / "python"
    mark.touch()
    # Without `site` the interpreter finds the studio, which is named to it, and no installed package.
    python.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *studio.assets.looking*) [ -e {mark} ] && exec {sys.executable} -S "$@";; esac\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    return mark
