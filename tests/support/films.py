"""Real films, made by the sandbox's camera once a run: a second of a hundred pixels."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
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
