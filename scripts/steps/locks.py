"""
The locks: `write` pins them again with uv, `check` says whether each still belongs to its list of packages.

The check needs no network: the first line of a lock is the hash of the lists it was made from.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BACKEND, FRONTEND = Path("backend/requirements.in"), Path("frontend/requirements.in")

# The development list includes the locks of both services, so they are written first.
LOCKS: dict[Path, tuple[Path, ...]] = {
    Path("backend/requirements.txt"): (BACKEND,),
    Path("frontend/requirements.txt"): (FRONTEND,),
    Path("frontend/assets/node.txt"): (Path("frontend/assets/node.in"),),
    Path("requirements-dev.txt"): (Path("requirements-dev.in"), BACKEND, FRONTEND),
}
FLAGS = "--universal --python-version 3.11 --generate-hashes --no-header --no-annotate".split()


def write(options: list[str]) -> int:
    """Pin again; versions that still fit stay as they are, unless `--upgrade` is among `options`."""
    compile_ = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options, *FLAGS]
    for lock, lists in LOCKS.items():
        print(f"locking {lock}", flush=True)
        subprocess.run([*compile_, str(lists[0]), "--output-file", str(lock)], cwd=ROOT, check=True)
        path = ROOT / lock
        path.write_text(f"{mark(lists)}\n{path.read_text()}")
    return 0


def check() -> int:
    """0 when every lock is up to date; else 1 and one line for each that is not."""
    stale = [lock for lock, lists in LOCKS.items() if first_line(ROOT / lock) != mark(lists)]
    for lock in stale:
        print(f"{lock} does not belong to {LOCKS[lock][0]} any more: run scripts/lock", file=sys.stderr)
    return 1 if stale else 0


def mark(lists: tuple[Path, ...]) -> str:
    digest = hashlib.sha256(b"".join((ROOT / each).read_bytes() for each in lists))
    return f"# made by scripts/lock from {lists[0].name}, sha256 {digest.hexdigest()[:32]}"


def first_line(path: Path) -> str:
    with path.open() as lines:
        return lines.readline().rstrip("\n")


if __name__ == "__main__":
    sys.exit(write(sys.argv[2:]) if sys.argv[1] == "write" else check())
