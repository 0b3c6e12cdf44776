"""
`python -m studio.assets.recoding FILM COPY BYTES PARENT`: the film as an MP4 that all browsers play, of at most so many
bytes, while the process of that number lives.

A process of its own as `looking` is, and for the same reasons. Streams that are fine are copied; others become H.264,
of a quality at which the eye sees no difference, and AAC. Exit status 4: it cannot be done within the limits; 5: no
room for it; 6: FFmpeg cannot be loaded.
"""

import ctypes
import errno
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.assets.looking import DAMAGED, MEMORY_BYTES, load_av
from studio.assets.playable import HEAD_BYTES, container_of, picture_plays, sound_plays

FULL = 5
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)  # a file that is too large is no full disk here: it has a limit
PROCESSOR_SECONDS = 600
THREADS = 2
RATE_FALLBACK = 25
SOUND_HZ = 48_000
# The fast preset looks ahead over few pictures, which is most of what an encoder keeps in memory.
H264 = {"crf": "18", "preset": "veryfast", "rc-lookahead": "10"}
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main() -> None:
    film, copy, most_bytes, parent = sys.argv[1:]
    _limit(int(most_bytes), int(parent))
    with Path(film).open("rb") as file:
        container = container_of(file.read(HEAD_BYTES))
    if container is None:
        sys.exit(DAMAGED)
    av = load_av()
    try:
        with (
            av.open(film, format=container.format, options={"protocol_whitelist": "file"}) as source,
            av.open(copy, "w", format="mp4") as target,
        ):
            _carry(source, target, may_copy=container.format == "mov")
    except (av.FFmpegError, ValueError, OSError, MemoryError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(FULL if getattr(error, "errno", None) in NO_ROOM else DAMAGED)


def _limit(most_bytes: int, parent: int) -> None:
    os.nice(10)
    if sys.platform == "linux":  # a service that was killed must leave nobody encoding
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before that was said
        sys.exit(DAMAGED)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def _carry(source: Any, target: Any, *, may_copy: bool) -> None:
    """
    The first picture and the first sound, in the order in which they come.

    Matroska does not say when a packet is to be decoded, which MP4 has to: its first pictures would be lost.
    """
    picture = source.streams.video[0]
    carriers = {picture.index: _picture(target, picture, may_copy=may_copy)}
    for sound in source.streams.audio[:1]:
        carriers[sound.index] = _sound(target, sound, may_copy=may_copy)
    for packet in source.demux([source.streams[index] for index in carriers]):
        for carried in carriers[packet.stream.index].carry(packet):
            target.mux(carried)


class _Copied:
    def __init__(self, target: Any, stream: Any) -> None:
        self.out = target.add_stream_from_template(stream)

    def carry(self, packet: Any) -> Iterator[Any]:
        if packet.size:  # the last packet is empty and only says that no more will come
            packet.stream = self.out
            yield packet


class _Encoded:
    """Decodes and encodes; the empty last packet empties both."""

    def __init__(self, out: Any) -> None:
        self.out = out

    def carry(self, packet: Any) -> Iterator[Any]:
        for frame in packet.decode():
            if frame.pts is not None:
                yield from self.out.encode(self.fitted(frame))
        if packet.size == 0:
            yield from self.out.encode(None)

    def fitted(self, frame: Any) -> Any:
        return frame


class _EncodedPicture(_Encoded):
    def fitted(self, frame: Any) -> Any:
        if frame.rotation:
            raise ValueError("a film that is to be turned")
        # Halved colour needs even sides.
        return frame.reformat(self.out.width, self.out.height, "yuv420p")


def _picture(target: Any, stream: Any, *, may_copy: bool) -> _Copied | _Encoded:
    if may_copy and picture_plays("mp4", stream):
        return _Copied(target, stream)
    out = target.add_stream("libx264", rate=stream.average_rate or RATE_FALLBACK, options=H264)
    out.width, out.height = (max(2, side - side % 2) for side in (stream.width, stream.height))
    out.pix_fmt = "yuv420p"
    # Each picture keeps its moment, also where they do not come at a steady rate.
    out.codec_context.time_base = stream.time_base
    out.codec_context.thread_count = THREADS
    return _EncodedPicture(out)


def _sound(target: Any, stream: Any, *, may_copy: bool) -> _Copied | _Encoded:
    if may_copy and sound_plays("mp4", stream):
        return _Copied(target, stream)
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    return _Encoded(target.add_stream("aac", rate=SOUND_HZ, layout=layout))


if __name__ == "__main__":
    main()
