"""Pillow's part in making pictures smaller: previews for pages, and what a model is sent."""

import io
from pathlib import Path

from PIL import Image, ImageOps

from studio.assets.files import FileStore
from studio.assets.hues import in_srgb
from studio.assets.previews import MODEL_SIDE_PX, TILE_BYTES, TILE_WIDTHS, fitted, preview_size

# From good to poor. A preview for a tile takes the first that is small enough; noise is what needs the last ones.
QUALITIES = {"avif": (55, 45, 35, 25, 15, 5, 0), "webp": (72, 60, 45, 30, 15, 5, 0)}
FORMATS = {"avif": "AVIF", "webp": "WEBP"}
# At 1280 wide AVIF takes 0.82 s at speed 6 and 0.09 s at speed 9 for 13 % more; at 320, 8 ms at speed 8.
OPTIONS: dict[str, dict[str, int]] = {"avif": {"speed": 9, "max_threads": 1}, "webp": {"method": 4}}
_TURNED_BY_EXIF = (5, 6, 7, 8)
_ORIENTATION = 0x112


def keep_preview(files: FileStore, sha256: str, image: Image.Image, width: int, ending: str) -> Path:
    """The preview of this decoded picture, kept beside its content."""
    size = preview_size(*_upright_size(image), width)
    data = _encoded(_scaled(image, size), width, ending)
    with files.draft() as draft:
        draft.write(data)
        return files.keep_preview(draft, sha256, str(width), ending)


def make_preview(files: FileStore, sha256: str, width: int, ending: str) -> Path:
    """The same from the content on the disk; a JPEG is decoded no larger than needed."""
    with files.open_source(sha256) as source, Image.open(source) as image:
        size = preview_size(*_upright_size(image), width)
        image.draft("RGB", (2 * max(size), 2 * max(size)))
        image.load()
        return keep_preview(files, sha256, image, width, ending)


def make_for_model(files: FileStore, sha256: str, ending: str) -> Path:
    """The picture at most MODEL_SIDE_PX on its longer side: JPEG (`jpg`), or PNG (`png`) for what is transparent."""
    with files.open(sha256) as source, Image.open(source) as image:
        size = fitted(*_upright_size(image), MODEL_SIDE_PX, MODEL_SIDE_PX)
        image.draft("RGB", (max(size), max(size)))
        image.load()
        scaled = _scaled(image, size)
    with files.draft() as draft:
        if ending == "jpg":
            scaled.convert("RGB").save(draft, "JPEG", quality=90)  # type: ignore[arg-type]
        else:
            scaled.save(draft, "PNG", compress_level=4)  # type: ignore[arg-type]
        return files.keep_preview(draft, sha256, "model", ending)


def is_transparent(files: FileStore, sha256: str) -> bool:
    """By the header alone."""
    with files.open(sha256) as source, Image.open(source) as image:
        return bool(image.has_transparency_data)


def in_eight_bits(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """
    RGB or RGBA, in sRGB, which is what a file without a profile means.

    Before scaling: palettes scale badly, and sixteen bits would be cut off instead of rounded.
    """
    image = in_srgb(image)
    if image.mode.startswith("I"):
        exif = image.getexif()
        image = image.point(lambda value: value * (1 / 256)).convert("L")
        image.getexif().update(exif)
    mode = "RGBA" if image.has_transparency_data and keep_alpha else "RGB"
    return image if image.mode == mode else image.convert(mode)


def is_turned(image: Image.Image) -> bool:
    """Whether it is shown on its side, by the orientation in its file."""
    try:
        return image.getexif().get(_ORIENTATION) in _TURNED_BY_EXIF
    except Exception:  # hostile EXIF: browsers then show it as it lies
        return False


def _upright_size(image: Image.Image) -> tuple[int, int]:
    return (image.height, image.width) if is_turned(image) else image.size


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A new upright picture of this size, without metadata."""
    lying = (size[1], size[0]) if is_turned(image) else size
    eight = in_eight_bits(image, keep_alpha=True)
    small = eight.resize(lying, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if "exif" in image.info and "exif" not in small.info:
        small.info["exif"] = image.info["exif"]
    try:
        ImageOps.exif_transpose(small, in_place=True)
    except Exception:
        small = eight.resize(size)
    small.info.clear()
    return small


def _encoded(image: Image.Image, width: int, ending: str) -> bytes:
    """In the best quality that is allowed; what is noise even in the poorest loses its finest detail."""
    for quality in QUALITIES[ending]:
        data = _saved(image, ending, quality)
        if width not in TILE_WIDTHS or len(data) <= TILE_BYTES:
            return data
    half = image.reduce(2).resize(image.size, Image.Resampling.BILINEAR)
    return _saved(half, ending, QUALITIES[ending][-1])


def _saved(image: Image.Image, ending: str, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, FORMATS[ending], quality=quality, **OPTIONS[ending])
    return out.getvalue()
