"""Videos that a provider sent: proven to be videos, with a poster, kept as they came but for where their index lies."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, BinaryIO

import studio
from studio.assets import mp4
from studio.assets.containers import Malformed, Span
from studio.assets.embedding import Copy
from studio.assets.files import POSTER, FileStore
from studio.assets.making import MadeFile
from studio.assets.picture import DECODING
from studio.assets.previews import AT_ONCE
from studio.errors import Invalid

PATIENCE_SECONDS = 180.0
LOOKING = BoundedSemaphore(1)
HEAD_BYTES = 12
WEBM = b"\x1a\x45\xdf\xa3"
PICTURE_BRANDS = (b"avif", b"avis")  # an AVIF picture is built of the same boxes
_NO_FILM = 3  # of `looking`, which is not imported for the sake of a number


class NotAVideo(Invalid):
    code = "not_a_video"
    text = "What came is not a video."


class VideoDamaged(Invalid):
    code = "video_damaged"
    text = "The video is damaged: it cannot be read to its end."


def made_video(files: FileStore, path: Path) -> MadeFile:
    """
    What a provider sent, demuxed to its end to prove that it is a video, then kept, with its poster and the smallest
    previews of that. MP4 and WebM are known by their bytes, whatever they are said to be.

    An MP4 whose index is at its end is kept with the index in front, so that it plays while it loads; else it is kept
    byte for byte. The file at `path` stays the caller's. Raises NotAVideo (HTML, nothing, a song), VideoDamaged,
    StorageFull; then nothing is kept. Blocks for some tenths of a second, and longer for a long video: call it in a
    thread.
    """
    with LOOKING:
        with path.open("rb") as file:
            blocks = _in_order(file)
        facts, poster = look_at(path)
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

    Raises Missing, NotAVideo and VideoDamaged.
    """
    if files.preview_path(sha256, POSTER, "png").exists():
        return
    with files.open(sha256) as file:
        head = file.read(HEAD_BYTES)
    if (head[4:8] != mp4.SIGNATURE and not head.startswith(WEBM)) or head[8:12] in PICTURE_BRANDS:
        return
    with LOOKING:
        _, poster = look_at(files.path(sha256))
        _keep_poster(files, sha256, poster)


def look_at(path: Path) -> tuple[dict[str, Any], bytes]:
    """What `looking` tells of the file, and its poster as a PNG. Raises NotAVideo, VideoDamaged."""
    command = [sys.executable, "-m", "studio.assets.looking", str(path)]
    environment = {"PYTHONPATH": str(Path(studio.__file__).parents[1]), "PATH": os.environ.get("PATH", "")}
    try:
        looked = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise VideoDamaged from error
    if looked.returncode == _NO_FILM:
        raise NotAVideo
    if looked.returncode:  # a decoder that crashed is among these: the file is to blame all the same
        raise VideoDamaged
    line, _, poster = looked.stdout.partition(b"\n")
    facts: dict[str, Any] = json.loads(line)
    return facts, poster


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


def _keep_poster(files: FileStore, sha256: str, poster: bytes) -> None:
    from PIL import Image

    from studio.assets.shrinking import keep_preview

    with files.draft() as draft:
        draft.write(poster)
        files.keep_preview(draft, sha256, POSTER, "png")
    with DECODING, Image.open(io.BytesIO(poster)) as image:
        image.load()
        for width, ending in AT_ONCE:
            keep_preview(files, sha256, image, width, ending)
