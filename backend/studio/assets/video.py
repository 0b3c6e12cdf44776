"""
Videos that a provider sent: proven to be videos, with a poster, kept as they came but for where their index lies.

What not every browser plays is encoded anew (docs/decisions/0014-what-every-browser-plays.md).
"""

import io
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import structlog

import studio
from studio.assets import mp4
from studio.assets.child import Child
from studio.assets.containers import Malformed, Span
from studio.assets.embedding import Copy
from studio.assets.files import POSTER, FileStore
from studio.assets.making import MadeFile
from studio.assets.picture import DECODING
from studio.assets.previews import AT_ONCE
from studio.errors import Invalid, StorageFull, StudioError

log = structlog.get_logger()

PATIENCE_SECONDS = 180.0
RECODING_PATIENCE_SECONDS = 900.0
LOOKING = BoundedSemaphore(1)
RECODING = BoundedSemaphore(1)  # of its own: nobody's preview waits for minutes of encoding
# What a copy may take: an old codec needs more for the same picture, and a short film is not worth a refusal.
RECODED_MOST, RECODED_LEAST_BYTES = 4, 16_000_000
RECODED_SLACK_SECONDS = 1.0
HEAD_BYTES = 12
WEBM = b"\x1a\x45\xdf\xa3"
PICTURE_BRANDS = (b"avif", b"avis")  # an AVIF picture is built of the same boxes
# Exit statuses of the two programs, which are not imported for the sake of three numbers.
_NO_FILM, _FULL, _NO_DECODER = 3, 5, 6
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A film that was looked at: what `looking` tells of it, a poster, and its bytes as they are to be kept."""

    path: Path
    facts: dict[str, Any]
    poster: bytes = field(repr=False)
    blocks: Copy = field(repr=False)
    came_as: str | None = None

    @property
    def plays(self) -> bool:
        """Whether every browser plays it; else `kept_video` encodes it anew, which may take minutes."""
        return bool(self.facts["plays"])


def made_video(files: FileStore, path: Path, child: Child | None = None) -> MadeFile:
    """`seen_video` and then `kept_video`, and raises what they raise."""
    return kept_video(files, seen_video(path, child), child)


def seen_video(path: Path, child: Child | None = None) -> Seen:
    """
    What a provider sent, demuxed to its end to prove that it is a video. MP4 and WebM are known by their bytes,
    whatever they are said to be.

    Raises NotAVideo (HTML, nothing, a song), VideoDamaged, CannotLook, and Stopped where `child` is stopped. Blocks for
    some tenths of a second: call it in a thread.
    """
    with LOOKING:
        blocks = _in_order(path)
        return Seen(path, *look_at(path, child), blocks)


def kept_video(files: FileStore, seen: Seen, child: Child | None = None) -> MadeFile:
    """
    A film that was looked at, kept with its poster and the smallest previews of that.

    An MP4 whose index is at its end is kept with the index in front, so that it plays while it loads; else it is kept
    byte for byte. What not every browser plays is kept as an MP4 that does; where that cannot be made, as it came, and
    `plays` says so. The file that was looked at stays the caller's. Raises CannotLook, StorageFull, and Stopped where
    `child` is stopped; then nothing is kept. Blocks as long as the disk takes, and for minutes where it encodes.
    """
    child = child or Child()
    with files.draft() as draft:
        if not seen.plays:
            seen = _recoded(seen, draft.path, child) or seen
        bytes_of = seen.blocks.blocks(lambda: seen.path.open("rb"))
        kept = files.receive(child.while_wanted(bytes_of), seen.blocks.length)
        _keep_poster(files, kept.sha256, seen.poster)
    facts = seen.facts
    return MadeFile(
        kept.sha256,
        kept.bytes,
        "video/webm" if facts["is_webm"] else "video/mp4",
        "video",
        facts["width_px"],
        facts["height_px"],
        facts["duration_seconds"],
        seen.came_as,
        facts["plays"],
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
    with LOOKING:
        _, poster = look_at(files.path(sha256))
        _keep_poster(files, sha256, poster)


def look_at(path: Path, child: Child | None = None) -> tuple[dict[str, Any], bytes]:
    """
    What `looking` tells of the file, and its poster as a PNG.

    Raises NotAVideo, VideoDamaged, CannotLook, Stopped.
    """
    try:
        looked = _run(child or Child(), "looking", str(path), seconds=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise VideoDamaged from error
    if looked.returncode == _NO_FILM:
        raise NotAVideo
    _raise_own_trouble(looked)
    if looked.returncode:  # a decoder that crashed is among these: the file is to blame all the same
        raise VideoDamaged
    line, _, poster = looked.stdout.partition(b"\n")
    facts: dict[str, Any] = json.loads(line)
    return facts, poster


def decoder() -> tuple[bool, str]:
    """Whether videos can be opened here, and the version of PyAV or what is in the way."""
    looked = _run(Child(), "looking", seconds=PATIENCE_SECONDS)
    return looked.returncode == 0, _last_line(looked.stderr if looked.returncode else looked.stdout)


def _recoded(seen: Seen, copy: Path, child: Child) -> Seen | None:
    """
    The copy that every browser plays, written to `copy` and looked at like anything that came; None where there can be
    none.

    Raises CannotLook, StorageFull, Stopped.
    """
    codec = seen.facts["codec"]
    most = seen.path.stat().st_size * RECODED_MOST + RECODED_LEAST_BYTES
    started = time.monotonic()
    try:
        with RECODING:
            told = str(seen.path), str(copy), str(most), str(os.getpid())
            recoded = _run(child, "recoding", *told, seconds=RECODING_PATIENCE_SECONDS)
        _raise_own_trouble(recoded)
        cause = _last_line(recoded.stderr) or str(recoded.returncode)
        if recoded.returncode == 0:
            anew = replace(seen_video(copy, child), came_as=codec)
            if anew.plays and _is_as_long(anew, seen):
                seconds = round(time.monotonic() - started, 1)
                log.info("video.recoded", codec=codec, seconds=seconds, bytes=copy.stat().st_size)
                return anew
            cause = "the copy is another film"
    except (subprocess.TimeoutExpired, NotAVideo, VideoDamaged) as error:
        cause = type(error).__name__
    log.warning("video.not_recoded", codec=codec, cause=cause)
    return None


def _is_as_long(copy: Seen, seen: Seen) -> bool:
    lengths = copy.facts["duration_seconds"], seen.facts["duration_seconds"]
    return bool(abs(lengths[0] - lengths[1]) <= RECODED_SLACK_SECONDS)


def _raise_own_trouble(run: subprocess.CompletedProcess[bytes]) -> None:
    """For what is not the film's fault."""
    if run.returncode == _FULL:
        raise StorageFull
    if run.returncode == _NO_DECODER:
        log.error("videos.decoder_missing", cause=_last_line(run.stderr))
        raise CannotLook


def _run(child: Child, program: str, *arguments: str, seconds: float) -> subprocess.CompletedProcess[bytes]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = str(Path(studio.__file__).parents[1])
    command = [sys.executable, "-m", f"studio.assets.{program}", *arguments]
    return child.run(command, environment, seconds=seconds)


def _last_line(said: bytes) -> str:
    return said.decode(errors="replace").strip().rpartition("\n")[2]


def _in_order(path: Path) -> Copy:
    """The file as it is to be kept. Boxes that do not fill it, because it was cut off, are not worth a decoder."""
    with path.open("rb") as file:
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
