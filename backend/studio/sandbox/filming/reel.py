"""From pictures and sound to a file that every browser plays: H.264 in 4:2:0 and AAC, its index in front."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import av
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from studio.sandbox.filming import sound
from studio.sandbox.filming.commission import FilmCommission

FPS = 24
BT709, LIMITED = 1, 1  # what a browser assumes of HD; said in the file, so that it need not assume
# One thread: the service has other work for the second processor, and the bytes do not depend on the machine.
OPTIONS = {"preset": "veryfast", "crf": "24", "threads": "1"}
COMMENT = "Simulated by the sandbox"


def record(path: str, commission: FilmCommission, pictures: Iterable[Image.Image]) -> None:
    """Write the film; a picture after the other, so that no more than a few are ever in memory."""
    container = av.open(path, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"})
    with container:
        container.metadata["comment"] = COMMENT
        video = _video(container, commission)
        audio = _audio(container) if commission.has_sound else None
        tone = sound.samples(commission.seed, commission.seconds) if commission.has_sound else iter(())
        heard = 0
        for number, picture in enumerate(pictures):
            container.mux(video.encode(_frame(picture, number)))
            while audio is not None and heard * FPS <= number * sound.RATE and (block := next(tone, None)):
                container.mux(audio.encode(_block(block, heard)))
                heard += len(block) // 2
        for block in tone:
            container.mux(audio.encode(_block(block, heard)))  # type: ignore[union-attr]
            heard += len(block) // 2
        container.mux(video.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))


def _video(container: Any, commission: FilmCommission) -> Any:
    stream = container.add_stream("libx264", rate=FPS, options=OPTIONS)
    stream.width, stream.height = commission.width_px, commission.height_px
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, FPS)
    context = stream.codec_context
    context.colorspace, context.color_primaries, context.color_trc = BT709, BT709, BT709
    context.color_range = LIMITED
    context.gop_size = FPS  # a second: a player that seeks has no more than that to decode
    return stream


def _audio(container: Any) -> Any:
    stream = container.add_stream("aac", rate=sound.RATE, layout="mono")
    stream.bit_rate = 64_000
    return stream


def _frame(picture: Image.Image, number: int) -> Any:
    seen: Any = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
    frame = seen.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
    frame.pts = number
    frame.time_base = Fraction(1, FPS)
    return frame


def _block(block: bytes, start: int) -> Any:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(block) // 2)
    frame.planes[0].update(block)
    frame.sample_rate = sound.RATE
    frame.pts = start
    frame.time_base = Fraction(1, sound.RATE)
    return frame
