"""
`python -m studio.assets.looking FILM`: what the film is, as a line of JSON, and behind it a picture out of it, a PNG.

A process of its own, because what it reads may come from anybody and is read by two hundred thousand lines of C: a
decoder that crashes, hangs or takes all memory then costs one video and not the service. It also gives the 40 MB of
FFmpeg back when it ends. It writes no file: one killed with its service would leave it behind for good. Exit status
3: no film; 4: one that is damaged; 6: FFmpeg itself cannot be loaded here, which says nothing about the film. Without
arguments it only tells which PyAV there is.
"""

import io
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from studio.assets.playable import HEAD_BYTES, container_of, plays

MEMORY_BYTES = 3 * 1024**3  # of addresses, most of which are never touched
PROCESSOR_SECONDS = 120
POSTER_WIDTH_PX = 1280
POSTER_WITHIN_SECONDS = 1.0
POSTER_FRAMES_MOST = 60
FLAT = 16  # a picture with less between its darkest and its lightest place is black, or a fade from it
PIXELS_LIMIT = 40_000_000
NO_FILM, DAMAGED, NO_DECODER = 3, 4, 6
SLACK_SECONDS = 1.0


def main() -> None:
    if not sys.argv[1:]:
        print(load_av().__version__)
        return
    (film,) = sys.argv[1:]
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    with Path(film).open("rb") as file:
        container = container_of(file.read(HEAD_BYTES))
    if container is None:
        sys.exit(NO_FILM)
    av = load_av()
    try:
        # The format is ours to say: FFmpeg's own guess may be a playlist that names other files.
        with av.open(film, format=container.format, options={"protocol_whitelist": "file"}) as opened:
            facts, poster = _looked(opened)
            facts["plays"] = plays(container, opened)
    except (av.FFmpegError, ValueError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(DAMAGED)
    line = json.dumps({**facts, "is_webm": container.format == "matroska"}).encode()
    sys.stdout.buffer.write(line + b"\n" + poster)


def load_av() -> Any:
    """PyAV, which needs libraries of the system that an image may lack or not find."""
    try:
        import av
    except ImportError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(NO_DECODER)
    return av


def _looked(opened: Any) -> tuple[dict[str, Any], bytes]:
    if not opened.streams.video:
        sys.exit(NO_FILM)
    stream = opened.streams.video[0]
    context = stream.codec_context
    if not context.width or not context.height:
        sys.exit(DAMAGED)
    if context.width * context.height > PIXELS_LIMIT:
        sys.exit(DAMAGED)
    frame = _telling_frame(opened, stream)
    turned = frame.rotation % 180 == 90
    width, height = (frame.height, frame.width) if turned else (frame.width, frame.height)
    poster = _png(frame)
    opened.seek(0)
    seconds = _heard_out(opened, stream)
    facts = {
        "width_px": width,
        "height_px": height,
        "duration_seconds": round(seconds, 3),
        "codec": context.codec.canonical_name,
        "has_sound": bool(opened.streams.audio),
    }
    return facts, poster


def _telling_frame(opened: Any, stream: Any) -> Any:
    """The first picture, or the first within a second that is not all of one colour."""
    first = None
    for number, frame in enumerate(opened.decode(stream)):
        first = frame if first is None else first
        low, high = frame.reformat(width=64, height=64).to_image().convert("L").getextrema()
        if high - low >= FLAT:
            return frame
        if number >= POSTER_FRAMES_MOST or (frame.time or 0) > POSTER_WITHIN_SECONDS:
            break
    if first is None:
        sys.exit(DAMAGED)
    return first


def _heard_out(opened: Any, stream: Any) -> float:
    """How long it is, by all of its packets. What promises more than it has was cut off on its way."""
    end, start = 0.0, None
    for packet in opened.demux(stream):
        if packet.pts is None:
            continue
        at = float(packet.pts * packet.time_base)
        start = at if start is None else min(start, at)
        end = max(end, at + float((packet.duration or 0) * packet.time_base))
    told = float(stream.duration * stream.time_base) if stream.duration else (opened.duration or 0) / 1e6
    seconds = end - (start or 0.0)
    if seconds <= 0 or seconds + max(SLACK_SECONDS, told * 0.1) < told:
        sys.exit(DAMAGED)
    return seconds


def _png(frame: Any) -> bytes:
    picture = frame.to_image()
    if frame.rotation:
        picture = picture.rotate(frame.rotation, expand=True)
    if picture.width > POSTER_WIDTH_PX:
        height = max(1, round(picture.height * POSTER_WIDTH_PX / picture.width))
        picture = picture.resize((POSTER_WIDTH_PX, height))
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=2)
    return written.getvalue()


if __name__ == "__main__":
    main()
