"""Videos that a provider sent: proven to be videos, with a poster, kept as they came but for where their index lies."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, BinaryIO

import structlog

import studio
from studio.assets import mp4
from studio.assets.containers import Malformed, Span
from studio.assets.embedding import Copy
from studio.assets.files import POSTER, FileStore, StorageFull
from studio.assets.making import MadeFile
from studio.assets.picture import DECODING
from studio.assets.previews import AT_ONCE
from studio.errors import Invalid, StudioError

log = structlog.get_logger()

PATIENCE_SECONDS = 180.0
LOOKING = BoundedSemaphore(1)
HEAD_BYTES = 12
WEBM = b"\x1a\x45\xdf\xa3"
PICTURE_BRANDS = (b"avif", b"avis")  # an AVIF picture is built of the same boxes
_NO_FILM, _FULL, _NO_DECODER = 3, 5, 6  # of `looking`, which is not imported for the sake of three numbers
# What a process needs that decodes: where the system's libraries lie, which some images say nowhere else. No secrets.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH")


class NotAVideo(Invalid):
    code = "not_a_video"
    text = "What came is not a video."


class VideoDamaged(Invalid):
    code = "video_damaged"
    text = "The video is damaged: it cannot be read to its end."


class CannotLook(StudioError):
    """The file may be as good as any: the program that opens videos does not start here."""

    status = 503
    code = "cannot_open_videos"
    text = "The studio cannot open videos: a part of it is missing. Its administrator finds which in the log."


def made_video(files: FileStore, path: Path) -> MadeFile:
    """
    What a provider sent, demuxed to its end to prove that it is a video, then kept, with its poster and the smallest
    previews of that. MP4 and WebM are known by their bytes, whatever they are said to be.

    An MP4 whose index is at its end is kept with the index in front, so that it plays while it loads; else it is kept
    byte for byte. The file at `path` stays the caller's. Raises NotAVideo (HTML, nothing, a song), VideoDamaged,
    CannotLook, StorageFull; then nothing is kept. Blocks for some tenths of a second, and longer for a long video:
    call it in a thread.
    """
    with tempfile.TemporaryDirectory(prefix="poster-") as directory, LOOKING:
        poster = Path(directory) / "poster.png"
        with path.open("rb") as file:
            blocks = _in_order(file)
        facts = look_at(path, poster)
        kept = files.receive(blocks.blocks(lambda: path.open("rb")), blocks.length)
        _keep_poster(files, kept.sha256, poster)
    return MadeFile(
        kept.sha256,
        kept.bytes,
        "video/webm" if facts["is_webm"] else "video/mp4",
        "video",
        facts["width_px"],
        facts["height_px"],
        facts["duration_seconds"],
    )


def restore_poster(files: FileStore, sha256: str) -> None:
    """
    Make the poster of a kept video anew if it is not there, which a crash may have caused; nothing for a picture.

    Raises Missing, NotAVideo, VideoDamaged and CannotLook.
    """
    if files.preview_path(sha256, POSTER, "png").exists():
        return
    with files.open(sha256) as file:
        head = file.read(HEAD_BYTES)
    if (head[4:8] != mp4.SIGNATURE and not head.startswith(WEBM)) or head[8:12] in PICTURE_BRANDS:
        return
    with tempfile.TemporaryDirectory(prefix="poster-") as directory, LOOKING:
        poster = Path(directory) / "poster.png"
        look_at(files.path(sha256), poster)
        _keep_poster(files, sha256, poster)


def look_at(path: Path, poster: Path) -> dict[str, Any]:
    """
    What `looking` tells of the file, its poster written to `poster`.

    Raises NotAVideo, VideoDamaged, CannotLook, StorageFull.
    """
    try:
        looked = _run(str(path), str(poster), seconds=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise VideoDamaged from error
    if looked.returncode == _NO_FILM:
        raise NotAVideo
    if looked.returncode == _FULL:
        raise StorageFull
    if looked.returncode == _NO_DECODER:
        log.error("videos.decoder_missing", cause=_last_line(looked.stderr))
        raise CannotLook
    if looked.returncode:  # a decoder that crashed is among these: the file is to blame all the same
        raise VideoDamaged
    facts: dict[str, Any] = json.loads(looked.stdout)
    return facts


def decoder() -> tuple[bool, str]:
    """Whether videos can be opened here, and the version of PyAV or what is in the way."""
    looked = _run(seconds=PATIENCE_SECONDS)
    return looked.returncode == 0, _last_line(looked.stderr if looked.returncode else looked.stdout)


def _run(*arguments: str, seconds: float) -> subprocess.CompletedProcess[bytes]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = str(Path(studio.__file__).parents[1])
    command = [sys.executable, "-m", "studio.assets.looking", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, timeout=seconds)


def _last_line(said: bytes) -> str:
    return said.decode(errors="replace").strip().rpartition("\n")[2]


def _in_order(file: BinaryIO) -> Copy:
    """The file as it is to be kept. Boxes that do not fill it, because it was cut off, are not worth a decoder."""
    end = file.seek(0, 2)
    file.seek(0)
    if file.read(12)[4:8] != mp4.SIGNATURE:
        return Copy((Span(0, end),))
    try:
        mp4.check_whole(file, end)
        return Copy(mp4.index_in_front(file, end))
    except Malformed:
        raise VideoDamaged from None


def _keep_poster(files: FileStore, sha256: str, poster: Path) -> None:
    from PIL import Image

    from studio.assets.shrinking import keep_preview

    with files.draft() as draft:
        draft.write(poster.read_bytes())
        files.keep_preview(draft, sha256, POSTER, "png")
    with DECODING, Image.open(poster) as image:
        image.load()
        for width, ending in AT_ONCE:
            keep_preview(files, sha256, image, width, ending)
