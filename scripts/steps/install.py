"""
What scripts/setup does: .venv with hash-locked packages, the htmx bundle, data/, and a browser on request.

Runs before anything is installed, so it uses the standard library only. Every step leaves a stamp and is skipped
while its stamp still fits; when nothing changed the whole run takes about a tenth of a second.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

import browser
import debian

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "frontend" / "assets"))

import build  # noqa: E402  (the deployment's build step, which lives in the service that it builds)

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SERVICES = (ROOT / "backend" / "requirements.txt", ROOT / "frontend" / "requirements.txt")
DEVELOPMENT = (ROOT / "requirements-dev.txt",)  # contains the pins of both services


def main() -> int:
    arguments = argparse.ArgumentParser(prog="scripts/setup", description="Make this checkout ready.")
    arguments.add_argument("--runtime", action="store_true", help="only what the two services need")
    arguments.add_argument("--browser", action="store_true", help="find or install a Chromium for the tests")
    wish = arguments.parse_args()
    (ROOT / "data").mkdir(exist_ok=True)
    packages(only_runtime=wish.runtime and not wish.browser)
    build.main()
    if wish.browser:
        browser.provide(VENV)
    return 0


def packages(*, only_runtime: bool) -> None:
    """Bring .venv to the locked versions. A development environment also serves as a runtime one."""
    kind, files = ("runtime", SERVICES) if only_runtime else ("development", DEVELOPMENT)
    stamp = VENV / f"{kind}.stamp"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == stamp_of(files):
        return
    refuse_link()
    if not usable():
        say("making .venv")
        make_environment()
    say(f"installing the {kind} packages (once; about half a minute)")
    wanted = [word for file in files for word in ("-r", str(file))]
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", *wanted)
    stamp.write_text(stamp_of(files))
    if not only_runtime:
        (VENV / "runtime.stamp").write_text(stamp_of(SERVICES))


def stamp_of(files: tuple[Path, ...]) -> str:
    """Changes with any pin, and with the place of the checkout, which the programs in .venv/bin hold."""
    digest = hashlib.sha256(f"{VENV}\n".encode())
    for file in (VENV / "pyvenv.cfg", *files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def refuse_link() -> None:
    """Another checkout's environment names that one's place in its scripts, and would be emptied to make ours."""
    if VENV.is_symlink():
        sys.exit(
            f"{VENV} is a link to {VENV.resolve()}. Remove it: each checkout has an environment of its own."
        )


def usable() -> bool:
    """Whether .venv was made in this place, has pip, and its Python still runs and is new enough."""
    activate = VENV / "bin" / "activate"
    if not activate.exists() or str(VENV) not in activate.read_text():
        return False
    question = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_environment() -> None:
    """Debian keeps `ensurepip` in a package of its own; with root rights it is fetched, else it is named."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not debian.install(f"python{version}-venv"):
            sys.exit(f"This Python lacks `ensurepip`. Install it, e.g.: apt-get install python{version}-venv")
    # Under an old .venv's Python, the one it was made from: a venv cannot make itself anew.
    run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", VENV)


def run(*command: object) -> None:
    """Run one step; its output is shown, and its failure ends the set-up with its exit code."""
    finished = subprocess.run([str(word) for word in command], check=False)
    if finished.returncode != 0:
        sys.exit(f"setup: this step failed ({finished.returncode}): {' '.join(map(str, command))}")


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
