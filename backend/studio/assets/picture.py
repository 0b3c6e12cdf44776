"""Uploaded pictures: decoded, turned upright, stripped of everything but the picture, and encoded anew."""

from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import BinaryIO

from studio.errors import Invalid

BYTES_LIMIT = 20 * 1024 * 1024
PIXELS_LIMIT = 40_000_000
LONGER_SIDE_PX = 2048

# A picture of 40 megapixels takes 160 MB for its pixels, and up to four times that on its way: one after the other.
_DECODING = BoundedSemaphore(1)


class NotAPicture(Invalid):
    code = "not_a_picture"
    text = "That file is not a picture we know. PNG, JPEG, WebP and GIF are."
    field = "pictures"


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    text = "That picture is larger than 20 MB."
    field = "pictures"


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
    """A picture as we keep it: at most LONGER_SIDE_PX on its longer side, without metadata."""

    data: bytes
    sha256: str
    media_type: str
    width_px: int
    height_px: int


def take_in_picture(stream: BinaryIO) -> Picture:
    """
    The picture in these bytes, made ours. Reads at most BYTES_LIMIT bytes and one.

    Raises NotAPicture, PictureTooLarge, TooManyPixels or PictureDamaged (all 422, field `pictures`). Of an animation
    the first picture is taken.
    """
    data = stream.read(BYTES_LIMIT + 1)
    if len(data) > BYTES_LIMIT:
        raise PictureTooLarge
    # Pillow takes a tenth of the whole start and 8 MB; a studio in which nobody attaches pictures pays neither.
    from studio.assets.decoding import decode

    with _DECODING:
        return decode(data)
