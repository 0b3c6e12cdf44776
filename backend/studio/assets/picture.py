"""Uploaded pictures: decoded, turned upright, stripped of everything but the picture, encoded anew and kept."""

from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import BinaryIO

from studio.assets.files import FileStore
from studio.errors import Invalid

PIXELS_LIMIT = 40_000_000
HEAD_BYTES = 1024
FIRST_OF_MANY = "It is animated; only its first picture was kept."

# A picture of 40 megapixels takes 160 MB for its pixels, and twice that when it is turned: one after the other.
DECODING = BoundedSemaphore(1)

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class NotAPicture(Invalid):
    code = "not_a_picture"
    text = "That file is not a picture we know. PNG, JPEG, WebP, AVIF and GIF are."
    field = "pictures"


class HeicPicture(NotAPicture):
    code = "picture_heic"
    text = (
        "That is a HEIC picture, which browsers cannot show. Save it as JPEG first, or choose "
        "“Most Compatible” in the settings of the iPhone's camera."
    )


class Drawing(NotAPicture):
    text = "An SVG is a drawing that may hold programs, not a picture. Save it as PNG first."


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    text = "That picture is larger than this studio takes."
    field = "pictures"

    def __init__(self, limit_bytes: int | None = None) -> None:
        super().__init__(
            f"That picture is larger than {limit_bytes // 1_000_000} MB." if limit_bytes else None
        )


class TooManyPixels(Invalid):
    code = "picture_too_many_pixels"
    text = "That picture has more than 40 megapixels."
    field = "pictures"


class PictureDamaged(Invalid):
    code = "picture_damaged"
    text = "That picture is damaged and cannot be read to its end."
    field = "pictures"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we keep it: of full size, upright, without metadata."""

    sha256: str
    bytes: int
    media_type: str
    width_px: int
    height_px: int
    is_first_of_many: bool = False


def take_in_picture(files: FileStore, stream: BinaryIO, limit_bytes: int) -> Picture:
    """
    The picture in this seekable file, made ours and kept, with its smallest previews. It is never read whole here.

    Raises NotAPicture, PictureTooLarge, TooManyPixels or PictureDamaged (all 422, field `pictures`), StorageFull.
    Of an animation the first picture is taken.
    """
    if stream.seek(0, 2) > limit_bytes:
        raise PictureTooLarge(limit_bytes)
    stream.seek(0)
    refuse_by_name(stream.read(HEAD_BYTES))
    stream.seek(0)
    # Pillow takes a tenth of the whole start and 8 MB; a studio in which nobody attaches pictures pays neither.
    from studio.assets.decoding import keep_anew

    with DECODING:
        return keep_anew(files, stream)


def refuse_by_name(head: bytes) -> None:
    """Raises for what people do send and we can name: they are owed more than "not a picture"."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS and b"avif" not in head[8:64]:
        raise HeicPicture
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<svg" in head.lower():
        raise Drawing
