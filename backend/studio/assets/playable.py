"""
What every current browser plays, told by container, codec, profile, form of the pixels and sound.

H.264 with AAC or MP3 in MP4, and VP8 or VP9 with Opus or Vorbis in WebM (Safari since 17.4), all of them 8 bits, 4:2:0.
Not on the list although several play them: HEVC (Firefox not everywhere, Chromium by the machine), AV1 (Safari only on
machines that decode it in hardware), VP9 and Opus in MP4, H.264 with more bits or colour, QuickTime's own brand.

Read by the processes that open videos, so nothing of the service is imported here.
"""

from dataclasses import dataclass
from typing import Any

HEAD_BYTES = 64

_PIXELS = ("yuv420p", "yuvj420p")
_PROFILES = {
    "h264": ("Baseline", "Constrained Baseline", "Main", "High"),
    "vp8": None,
    "vp9": ("Profile 0",),
}
_VIDEO = {"mp4": ("h264",), "webm": ("vp8", "vp9")}
_SOUND = {"mp4": ("aac", "mp3"), "webm": ("opus", "vorbis")}
_AAC_PROFILES = ("LC", "HE-AAC", "HE-AACv2")


@dataclass(frozen=True, slots=True)
class Container:
    """`format` is what FFmpeg is told to read it as, `name` what browsers know it as; "" for one that they do not."""

    format: str
    name: str


def container_of(head: bytes) -> Container | None:
    """
    By the first HEAD_BYTES; None for what is no film.

    FFmpeg is not left to guess: what it takes for a playlist may name other files.
    """
    if head[4:8] == b"ftyp":
        return Container("mov", "" if head[8:12] == b"qt  " else "mp4")
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return Container("matroska", "webm" if b"webm" in head else "")
    return None


def plays(container: Container, opened: Any) -> bool:
    """Whether every browser plays what PyAV has opened."""
    video = opened.streams.video[0]
    return picture_plays(container.name, video) and all(
        sound_plays(container.name, stream) for stream in opened.streams.audio
    )


def picture_plays(container: str, stream: Any) -> bool:
    context = stream.codec_context
    codec = context.codec.canonical_name
    profiles = _PROFILES.get(codec, ())
    return (
        codec in _VIDEO.get(container, ())
        and context.pix_fmt in _PIXELS
        and (profiles is None or context.profile in profiles)
    )


def sound_plays(container: str, stream: Any) -> bool:
    context = stream.codec_context
    codec = context.codec.canonical_name
    if codec == "aac" and context.profile not in _AAC_PROFILES:
        return False
    return codec in _SOUND.get(container, ())
