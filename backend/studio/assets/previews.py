"""Smaller forms of pictures: made once, beside the content they are of, and gone with it."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from studio.assets.files import FileStore
from studio.assets.picture import DECODING
from studio.errors import Missing

WIDTHS = (320, 480, 640, 1280)
SMALLEST = WIDTHS[0]
# A grid shows fifty at once: each of these widths takes at most so many bytes, on dense screens too.
TILE_WIDTHS = WIDTHS[:2]
TILE_BYTES = 20_000
MODEL_SIDE_PX = 2048
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
# What every gallery shows first is made while the picture is in memory anyway.
AT_ONCE = ((SMALLEST, "avif"), (SMALLEST, "webp"))
TALLEST = 2  # times its width: a column of a hundred screens is shown as a narrow one
FORM = 1  # part of every preview's ETag; raise it when the same preview would come out with other bytes


def fitted(width_px: int, height_px: int, most_wide: int, most_high: int) -> tuple[int, int]:
    """The largest size of the same shape within both limits, never larger than the picture and never nothing."""
    scale = min(1.0, most_wide / width_px, most_high / height_px)
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))


def preview_size(width_px: int, height_px: int, width: int) -> tuple[int, int]:
    return fitted(width_px, height_px, width, TALLEST * width)


class Previews:
    """
    Makes what is asked for and not there yet, one at a time in a thread of its own.

    Not in the threads that answer requests: a gallery page asks for fifty at once, which would all wait there for
    one another. The same preview asked for by many is made once.
    """

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._worker = ThreadPoolExecutor(1, "previews")
        self._making: dict[Path, Future[Path]] = {}
        self._lock = Lock()

    async def get(self, sha256: str, width: int, ending: str) -> Path:
        """The file of this preview. Raises Missing when there is nothing to make it of, StorageFull."""
        target = self._files.preview_path(sha256, str(width), ending)
        if await asyncio.to_thread(target.exists):
            return target
        return await asyncio.wrap_future(self._ask_for(target, sha256, width, ending))

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _ask_for(self, target: Path, sha256: str, width: int, ending: str) -> "Future[Path]":
        with self._lock:
            if target not in self._making:
                # A future of its own for each who waits: who leaves cancels the waiting, not the making.
                self._making[target] = self._worker.submit(self._make, target, sha256, width, ending)
            shared, mine = self._making[target], Future[Path]()
        shared.add_done_callback(lambda done: _pass_on(done, mine))
        return mine

    def _make(self, target: Path, sha256: str, width: int, ending: str) -> Path:
        try:
            if target.exists():
                return target
            from studio.assets.shrinking import make_preview
            from studio.assets.video import CannotLook, VideoDamaged, restore_poster

            try:
                restore_poster(self._files, sha256)
            except (CannotLook, VideoDamaged) as error:
                raise Missing from error
            with DECODING:
                return make_preview(self._files, sha256, width, ending)
        except (Missing, OSError, SyntaxError, ValueError) as error:
            raise error if isinstance(error, Missing) else Missing from error
        finally:
            with self._lock:
                self._making.pop(target, None)


def _pass_on(done: "Future[Path]", waiting: "Future[Path]") -> None:
    if not waiting.set_running_or_notify_cancel():
        return
    if done.cancelled():
        waiting.set_exception(Missing())
    elif error := done.exception():
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())
