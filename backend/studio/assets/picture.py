"""Uploaded pictures: decoded, turned upright, stripped of everything but the picture, and encoded anew."""

import hashlib
import io
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from studio.errors import Invalid

BYTES_LIMIT = 20 * 1024 * 1024
PIXELS_LIMIT = 40_000_000
LONGER_SIDE_PX = 2048
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

Image.MAX_IMAGE_PIXELS = None  # we refuse by our own limit, before a pixel is decoded

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
    with _DECODING:
        return _taken_in(data)


def _taken_in(data: bytes) -> Picture:
    try:
        file = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise NotAPicture from None
    except Exception as error:  # decoders raise what they like on hostile headers
        raise PictureDamaged from error
    if file.width * file.height > PIXELS_LIMIT:
        raise TooManyPixels
    # What two-lens phones call MPO is a JPEG with more of them behind it.
    kind = "JPEG" if file.format == "MPO" else file.format or "PNG"
    try:
        file.draft("RGB", (LONGER_SIDE_PX, LONGER_SIDE_PX))
        file.load()
        image = _in_eight_bits(file, keep_alpha=kind != "JPEG")
        image.thumbnail((LONGER_SIDE_PX, LONGER_SIDE_PX), Image.Resampling.LANCZOS)
        ImageOps.exif_transpose(image, in_place=True)
        return _encoded(image, kind)
    except Exception as error:
        raise PictureDamaged from error


def _in_eight_bits(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """RGB or RGBA. Before scaling: palettes scale badly, and sixteen bits would be cut off instead of rounded."""
    if image.mode.startswith("I"):
        exif = image.getexif()
        image = image.point(lambda value: value * (1 / 256)).convert("L")
        image.getexif().update(exif)
    mode = "RGBA" if image.has_transparency_data and keep_alpha else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _encoded(image: Image.Image, kind: str) -> Picture:
    """JPEG stays JPEG and WebP stays WebP; everything else becomes PNG."""
    clean = image.copy()
    clean.info.clear()
    out = io.BytesIO()
    if kind == "JPEG":
        clean.save(out, "JPEG", quality=90, optimize=True)
    elif kind == "WEBP":
        clean.save(out, "WEBP", quality=90)
    else:
        kind = "PNG"
        clean.save(out, "PNG", compress_level=6)
    data = out.getvalue()
    return Picture(data, hashlib.sha256(data).hexdigest(), Image.MIME[kind], clean.width, clean.height)
