"""
/static: our own files, read and compressed once at the start and served from memory.

All of them together are some 140 KB, 47 KB compressed. The alternatives, by their own documentation and source:
granian's static mount neither compresses nor says `immutable`, and WhiteNoise serves the .gz it finds beside a file,
which for a file without a hash in its name is a stale one as soon as somebody edits the file.
"""

import gzip
import hashlib
import json
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app

from pages.htmx import request

STATIC = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
COMPRESSIBLE = frozenset({".css", ".js", ".svg", ".json", ".webmanifest", ".txt"})
SERVED = COMPRESSIBLE | {".png", ".ico", ".woff2"}
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}

_HASHED = re.compile(r"\.[0-9a-f]{8,}\.\w+$")

blueprint = Blueprint("static_files", __name__)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to send; `compressed` is None where it would not be smaller."""

    body: bytes
    compressed: bytes | None
    media_type: str
    etag: str
    cache_control: str


def init_static(app: Flask, folder: Path = STATIC) -> None:
    """Read `folder`, and make `assets` (logical name → address) known to the templates."""
    app.extensions["static"] = read_folder(folder)
    app.jinja_env.globals["assets"] = read_manifest(folder)
    app.register_blueprint(blueprint)


def read_folder(folder: Path) -> dict[str, StaticFile]:
    """Every file that is meant for browsers, by its path below `folder`."""
    return {
        path.relative_to(folder).as_posix(): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in SERVED
    }


def read_manifest(folder: Path) -> dict[str, str]:
    """Logical name → address of what is built. Empty without a build: the pages then carry no script of it."""
    manifest = folder / "built" / "manifest.json"
    if not manifest.is_file():
        return {}
    names: dict[str, str] = json.loads(manifest.read_text("utf-8"))
    return {
        logical: f"/static/built/{name}"
        for logical, name in names.items()
        if (folder / "built" / name).is_file()
    }


@blueprint.get("/static/<path:name>")
def static(name: str) -> Response:
    return _send(name)


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask here by themselves; they go by the type, not by the name."""
    return _send("favicon.svg")


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    return _send("manifest.webmanifest")


def _send(name: str) -> Response:
    file: StaticFile | None = current_app.extensions["static"].get(name)
    if file is None:
        abort(404)
    is_compressed = file.compressed is not None and request.accept_encodings["gzip"] > 0
    response = Response(file.compressed if is_compressed else file.body, content_type=file.media_type)
    if file.compressed is not None:
        response.vary.add("Accept-Encoding")
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = file.cache_control
    response.set_etag(file.etag + ("-gz" if is_compressed else ""))
    response.make_conditional(request)
    return response


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    compressed = gzip.compress(body, 9, mtime=0) if path.suffix in COMPRESSIBLE else b""
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(
        body,
        compressed if compressed and len(compressed) < 0.9 * len(body) else None,
        f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        hashlib.sha256(body).hexdigest()[:20],
        FOREVER if _HASHED.search(path.name) else FOR_AN_HOUR,
    )
