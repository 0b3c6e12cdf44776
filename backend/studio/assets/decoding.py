"""Pillow's part in taking in a picture."""

import hashlib
import io

from PIL import Image, ImageOps, UnidentifiedImageError

from studio.assets.picture import (
    LONGER_SIDE_PX,
    PIXELS_LIMIT,
    NotAPicture,
    Picture,
    PictureDamaged,
    TooManyPixels,
)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

Image.MAX_IMAGE_PIXELS = None  # we refuse by our own limit, before a pixel is decoded


def decode(data: bytes) -> Picture:
    """The picture in these bytes; raises the errors of `take_in_picture`, one picture at a time."""
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
