"""Real films, made by the sandbox's camera once a run: a second of a hundred pixels."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import studio
from studio.sandbox.filming.commission import FilmCommission


def filmed(path: Path, **wish: Any) -> None:
    """A film at that path, by the process that films for the sandbox."""
    wanted = {"prompt": "a lighthouse by the sea", "seed": 7, "width_px": 128, "height_px": 72, "seconds": 1}
    commission = FilmCommission(**{**wanted, **wish})
    environment = {**os.environ, "PYTHONPATH": str(Path(studio.__file__).parents[1])}
    command = [sys.executable, "-m", "studio.sandbox.filming", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        process.stdin.write(commission.as_line().encode() + b"\n")
        process.stdin.flush()
        assert process.wait(60) == 0


@cache
def film_bytes() -> bytes:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "film.mp4"
        filmed(path)
        return path.read_bytes()


def film_in(
    path: Path,
    codec: str,
    pixels: str,
    *,
    container: str = "mp4",
    sound: str = "",
    size: tuple[int, int] = (64, 48),
) -> None:
    """A second of changing colours in any form that the encoders here can write, with a tone if a codec is named."""
    import av
    from PIL import Image

    with _keeping_its_rank(), av.open(str(path), "w", format=container) as film:
        stream = film.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        tone = film.add_stream(sound, rate=48_000, layout="stereo") if sound else None
        for number in range(10):
            shade = Image.new("RGB", size, (number * 20, 90, 255 - number * 20))
            frame = av.VideoFrame.from_image(shade).reformat(format=pixels)
            frame.pts = number
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
        if tone is not None:
            heard = av.AudioFrame(format="s16", layout="stereo", samples=48_000)
            heard.sample_rate, heard.pts = 48_000, 0
            for plane in heard.planes:
                plane.update(bytes(plane.buffer_size))
            film.mux(tone.encode(heard))
            film.mux(tone.encode(None))


@contextmanager
def _keeping_its_rank() -> Iterator[None]:
    """
    Afterwards this thread is scheduled as before.

    As root, libsvtav1 puts the thread that calls it before everything else on the machine (SCHED_FIFO, 99), for good;
    all that is started from there inherits it: both services, Chromium, Playwright.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, param = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, param)


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and whole bytes of the boxes of an MP4, as told by their lengths."""
    return list(_boxes(data))


def index_at_the_end(data: bytes) -> bytes:
    """The same film with its index behind the pictures, as encoders leave it that do not care."""
    import io

    import av

    out = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(out, "w", format="mp4") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return out.getvalue()


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at : at + length]
        at += length
