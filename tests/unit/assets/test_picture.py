"""What becomes of a picture that somebody attaches."""

import hashlib
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from studio.assets import picture as pictures
from studio.assets.picture import (
    NotAPicture,
    Picture,
    PictureDamaged,
    PictureTooLarge,
    TooManyPixels,
    take_in_picture,
)
from studio.errors import Invalid

from tests.support.xss_corpus import XSS_CORPUS

ORIENTATION, MAKE, GPS = 0x112, 0x10F, 0x8825


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def taken(content: bytes) -> tuple[Picture, Image.Image]:
    picture = take_in_picture(io.BytesIO(content))
    return picture, Image.open(io.BytesIO(picture.data))


def photo(width: int = 40, height: int = 20) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    image.paste((0, 0, 200), (width // 2, 0, width, height))
    return image


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", "image/png")],
)
def test_a_picture_is_encoded_anew_and_described(kind: str, media_type: str) -> None:
    picture, seen = taken(encoded(photo(), kind))

    assert (picture.media_type, picture.width_px, picture.height_px) == (media_type, 40, 20)
    assert picture.sha256 == hashlib.sha256(picture.data).hexdigest()
    assert seen.size == (40, 20)
    red, _, blue = seen.convert("RGB").getpixel((5, 10))  # type: ignore[misc]
    assert red > 150 > 50 > blue


def test_a_picture_of_a_two_lens_phone_stays_a_jpeg() -> None:
    content = encoded(photo(), "MPO", save_all=True, append_images=[photo(8, 8)])

    picture, seen = taken(content)

    assert (picture.media_type, seen.size) == ("image/jpeg", (40, 20))


def test_a_picture_held_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the top of the scene is at the right

    picture, seen = taken(encoded(photo(), "JPEG", exif=exif))

    assert (picture.width_px, picture.height_px) == seen.size == (20, 40)
    assert seen.getpixel((10, 5))[0] > 150  # type: ignore[index]
    assert seen.getpixel((10, 35))[2] > 150  # type: ignore[index]


def test_where_and_with_what_a_picture_was_taken_is_forgotten() -> None:
    exif = Image.Exif()
    exif[MAKE] = "Alice's camera"
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    content = encoded(
        photo(), "JPEG", exif=exif, comment=b"a secret", icc_profile=b"\0" * 128 + b"Alice's screen"
    )

    picture, seen = taken(content)

    assert dict(seen.getexif()) == {}
    assert "icc_profile" not in seen.info
    for trace in (b"Alice", b"secret", b"Exif"):
        assert trace not in picture.data


def test_a_text_hidden_in_a_png_is_forgotten() -> None:
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>")

    picture, seen = taken(encoded(photo(), "PNG", pnginfo=text) + b"<script>trailing</script>")

    assert seen.info == {}
    assert b"script" not in picture.data


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/png")]
)
def test_transparency_stays(kind: str, media_type: str) -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))

    picture, seen = taken(encoded(clear, kind))

    assert picture.media_type == media_type
    assert seen.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "expected"),
    [
        ("1", 1, "PNG", (255, 255, 255)),
        ("L", 77, "PNG", (77, 77, 77)),
        ("I;16", 20_000, "PNG", (78, 78, 78)),
        ("LA", (100, 255), "PNG", (100, 100, 100)),
        ("CMYK", (0, 255, 255, 0), "JPEG", (254, 0, 0)),
    ],
)
def test_unusual_kinds_of_pixels_keep_their_colour(mode: str, colour: Any, kind: str, expected: Any) -> None:
    _, seen = taken(encoded(Image.new(mode, (10, 10), colour), kind))

    assert seen.convert("RGB").getpixel((5, 5)) == expected


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "scaled"),
    [((5_000, 2_500), (2_048, 1_024)), ((100, 4_096), (50, 2_048)), ((2_048, 9), (2_048, 9))],
)
def test_a_large_picture_is_scaled_to_what_providers_take(
    kind: str, size: tuple[int, int], scaled: tuple[int, int]
) -> None:
    picture, seen = taken(encoded(Image.new("RGB", size, (9, 99, 199)), kind))

    assert (picture.width_px, picture.height_px) == seen.size == scaled


def test_of_an_animation_the_first_picture_is_taken() -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue", "green")]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    _, seen = taken(content)

    assert getattr(seen, "n_frames", 1) == 1
    assert seen.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\x00" * 1_000,
        b"%PDF-1.7\n",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg/>',
        encoded(Image.new("RGB", (10, 10)), "BMP"),
        encoded(Image.new("RGB", (10, 10)), "TIFF"),
        encoded(Image.new("RGB", (10, 10)), "ICO"),
        *[text.encode("utf-8", "replace") for text in XSS_CORPUS[:20]],
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture) as refusal:
        take_in_picture(io.BytesIO(content))

    assert refusal.value.code == "not_a_picture"


def test_a_page_that_begins_like_a_gif_is_refused_or_made_harmless() -> None:
    with pytest.raises(Invalid):
        take_in_picture(io.BytesIO(b"GIF89a/*<svg/onload=alert(1)>*/=1;"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_half_a_picture_is_refused(kind: str, share: float) -> None:
    whole = encoded(Image.effect_noise((300, 300), 90).convert("RGB"), kind)

    with pytest.raises(PictureDamaged) as refusal:
        take_in_picture(io.BytesIO(whole[: int(len(whole) * share)]))

    assert refusal.value.code == "picture_damaged"


@pytest.mark.parametrize(("width", "height"), [(40_000, 1_001), (6_400, 6_400), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))

    with pytest.raises(TooManyPixels) as refusal:
        take_in_picture(io.BytesIO(png_claiming(width, height)))

    assert refusal.value.code == "picture_too_many_pixels"


def test_a_file_over_the_limit_is_refused_without_being_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0
            self.asked += size
            return b"\xff" * size

    endless = Endless()
    with pytest.raises(PictureTooLarge) as refusal:
        take_in_picture(endless)  # type: ignore[arg-type]

    assert refusal.value.code == "picture_too_large"
    assert endless.asked == pictures.BYTES_LIMIT + 1


@pytest.mark.parametrize("error", [NotAPicture, PictureTooLarge, TooManyPixels, PictureDamaged])
def test_a_refusal_says_so_at_the_field(error: type[Invalid]) -> None:
    assert (error.status, error.field) == (422, "pictures")
    assert error.text.endswith(".")
    assert issubclass(error, Invalid)
