"""Pillow's part in taking in a picture, and in proving that something is one."""

from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from studio.assets.files import Draft, FileStore, Kept
from studio.assets.picture import PIXELS_LIMIT, NotAPicture, Picture, PictureDamaged, TooManyPixels
from studio.assets.previews import AT_ONCE
from studio.assets.shrinking import in_eight_bits, is_turned, keep_preview

UPLOADED = ("PNG", "JPEG", "WEBP", "AVIF", "GIF")
MADE = ("PNG", "JPEG", "WEBP", "AVIF")
WEBP_SIDE_PX = 16_383
WEBP_PIXELS = 16_000_000  # at 40 megapixels its encoder takes 0.8 s and 60 MB more than JPEG's
# Above this zlib at its usual level takes seconds for a photo: 2.7 s for 12 megapixels, 0.9 s at level 1 for 15 % more.
FAST_PNG_PIXELS = 2_000_000

Image.MAX_IMAGE_PIXELS = None  # we refuse by our own limit, before a pixel is decoded


def keep_anew(files: FileStore, stream: BinaryIO) -> Picture:
    """The picture in the stream, encoded anew and kept; raises the errors of `take_in_picture`."""
    file, kind = open_picture(stream, UPLOADED)
    try:
        file.load()
        is_first = getattr(file, "n_frames", 1) > 1 and kind != "MPO"
        image = in_eight_bits(file, keep_alpha=kind not in ("JPEG", "MPO"))
        ImageOps.exif_transpose(image, in_place=True)
    except Exception as error:  # decoders raise what they like on hostile files
        raise PictureDamaged from error
    image.info.clear()
    kept, kind = _keep_encoded(files, image, _kept_as(kind, image))
    for width, ending in AT_ONCE:
        keep_preview(files, kept.sha256, image, width, ending)
    return Picture(kept.sha256, kept.bytes, Image.MIME[kind], image.width, image.height, is_first)


def prove(stream: BinaryIO) -> tuple[Image.Image, str]:
    """The decoded picture and its media type; raises as above. GIF is not among what a provider may send."""
    file, kind = open_picture(stream, MADE)
    try:
        file.load()
    except Exception as error:
        raise PictureDamaged from error
    return file, Image.MIME["JPEG" if kind == "MPO" else kind]


def shown_size(image: Image.Image) -> tuple[int, int]:
    """Width and height as a browser shows it, which heeds the orientation in the file."""
    return (image.height, image.width) if is_turned(image) else image.size


def open_picture(stream: BinaryIO, formats: tuple[str, ...]) -> tuple[Image.Image, str]:
    """The picture with its header read and its format; no pixel is decoded. Raises as above."""
    try:
        file = Image.open(stream, formats=formats)
    except UnidentifiedImageError:
        stream.seek(0)
        is_half_an_avif = stream.read(12)[4:] in (
            b"ftypavif",
            b"ftypavis",
        )  # others are known by half of them
        raise (PictureDamaged if is_half_an_avif else NotAPicture) from None
    except Exception as error:
        raise PictureDamaged from error
    if file.width * file.height > PIXELS_LIMIT:
        raise TooManyPixels
    return file, file.format or "PNG"


def _kept_as(kind: str, image: Image.Image) -> str:
    """JPEG stays JPEG (of two-lens phones: MPO), WebP stays WebP unless it is huge, AVIF becomes it; all else PNG."""
    if kind in ("JPEG", "MPO"):
        return "JPEG"
    if kind not in ("WEBP", "AVIF"):
        return "PNG"
    # AVIF anew would take seconds, and most providers do not read it.
    if max(image.size) <= WEBP_SIDE_PX and image.width * image.height <= WEBP_PIXELS:
        return "WEBP"
    return "PNG" if image.mode == "RGBA" else "JPEG"


def _keep_encoded(files: FileStore, image: Image.Image, kind: str) -> tuple[Kept, str]:
    try:
        with files.draft() as draft:
            _encode(image, kind, draft)
            return files.keep_draft(draft), kind
    except ValueError:  # WebP has pictures that it cannot hold: "encoding error 6" for 40 megapixels of noise
        if kind == "PNG":
            raise
        return _keep_encoded(files, image, "PNG")


def _encode(image: Image.Image, kind: str, draft: Draft) -> None:
    if kind == "JPEG":
        image.save(draft, "JPEG", quality=90)  # type: ignore[arg-type]
    elif kind == "WEBP":
        image.save(draft, "WEBP", quality=90, method=1)  # type: ignore[arg-type]
    else:
        is_large = image.width * image.height > FAST_PNG_PIXELS
        image.save(draft, "PNG", compress_level=1 if is_large else 6)  # type: ignore[arg-type]
