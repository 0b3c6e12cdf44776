"""The one way the set-up asks the system for a package: apt-get, when we are root and it is there."""

import os
import shutil
import subprocess


def install(package: str) -> bool:
    """Whether `package` is installed now. Asks for new lists only when the first try fails."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print(f"setup: apt-get install {package}", flush=True)
    return _get("install", package) or (_get("update") and _get("install", package))


def _get(*words: str) -> bool:
    command = ["apt-get", "--quiet=2", "--yes", "--no-install-recommends", *words]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0
