"""What becomes of a picture that somebody attaches."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from studio.assets import decoding
from studio.assets.files import FileStore
from studio.assets.picture import (
    NotAPicture,
    Picture,
    PictureDamaged,
    PictureTooLarge,
    TooManyPixels,
    take_in_picture,
)
from studio.errors import Invalid

from tests.support.profiles import display_p3
from tests.support.xss_corpus import XSS_CORPUS

ORIENTATION, MAKE, GPS = 0x112, 0x10F, 0x8825


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


Taken = tuple[Picture, Image.Image, bytes]
Take = Callable[[bytes], Taken]
LIMIT_BYTES = 25_000_000


@pytest.fixture
def taken(files: FileStore) -> Take:
    def take(content: bytes) -> Taken:
        picture = take_in_picture(files, io.BytesIO(content), LIMIT_BYTES)
        data = files.path(picture.sha256).read_bytes()
        return picture, Image.open(io.BytesIO(data)), data

    return take


def refusal_of(files: FileStore, content: bytes, expected: type[Invalid]) -> Invalid:
    """What is said about it, after making sure that nothing of it was kept."""
    with pytest.raises(expected) as refusal:
        take_in_picture(files, io.BytesIO(content), LIMIT_BYTES)
    assert list(files.list_hashes()) == []
    return refusal.value


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
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/png"),
        ("AVIF", "image/webp"),
    ],
)
def test_a_picture_is_encoded_anew_and_described(taken: Take, kind: str, media_type: str) -> None:
    picture, seen, data = taken(encoded(photo(), kind))

    assert (picture.media_type, picture.width_px, picture.height_px) == (media_type, 40, 20)
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert seen.size == (40, 20)
    red, _, blue = seen.convert("RGB").getpixel((5, 10))  # type: ignore[misc]
    assert red > 150 > 50 > blue


def test_a_picture_of_a_two_lens_phone_stays_a_jpeg(taken: Take) -> None:
    content = encoded(photo(), "MPO", save_all=True, append_images=[photo(8, 8)])

    picture, seen, _ = taken(content)

    assert (picture.media_type, seen.size) == ("image/jpeg", (40, 20))


def test_a_picture_held_sideways_is_turned_upright(taken: Take) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the top of the scene is at the right

    picture, seen, _ = taken(encoded(photo(), "JPEG", exif=exif))

    assert (picture.width_px, picture.height_px) == seen.size == (20, 40)
    assert seen.getpixel((10, 5))[0] > 150  # type: ignore[index]
    assert seen.getpixel((10, 35))[2] > 150  # type: ignore[index]


def test_where_and_with_what_a_picture_was_taken_is_forgotten(taken: Take) -> None:
    exif = Image.Exif()
    exif[MAKE] = "Alice's camera"
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    content = encoded(
        photo(), "JPEG", exif=exif, comment=b"a secret", icc_profile=b"\0" * 128 + b"Alice's screen"
    )

    _, seen, data = taken(content)

    assert dict(seen.getexif()) == {}
    assert "icc_profile" not in seen.info
    for trace in (b"Alice", b"secret", b"Exif"):
        assert trace not in data


def centre(image: Image.Image) -> tuple[int, int, int]:
    red, green, blue = image.convert("RGB").getpixel((image.width // 2, image.height // 2))  # type: ignore[misc]
    return red, green, blue


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_photo_of_a_phone_keeps_its_colours_without_its_profile(taken: Take, kind: str) -> None:
    leaves = Image.new("RGB", (40, 20), (120, 180, 90))

    _, seen, data = taken(encoded(leaves, kind, icc_profile=display_p3()))

    # By the standards' own matrices the same colour in sRGB is (100, 183, 75); it would be shown greyer as it stands.
    for value, expected in zip(centre(seen), (100, 183, 75), strict=True):
        assert abs(value - expected) <= 6
    assert b"Display P3" not in data


def test_what_is_transparent_stays_so_when_its_profile_is_heeded(taken: Take) -> None:
    leaves = Image.new("RGBA", (40, 20), (120, 180, 90, 77))

    _, seen, _ = taken(encoded(leaves, "PNG", icc_profile=display_p3()))

    assert seen.getpixel((5, 5))[3] == 77  # type: ignore[index]
    assert abs(centre(seen)[0] - 99) <= 3


def test_a_turned_photo_is_turned_when_its_profile_is_heeded(taken: Take) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6

    picture, _, _ = taken(encoded(photo(), "JPEG", exif=exif, icc_profile=display_p3()))

    assert (picture.width_px, picture.height_px) == (20, 40)


def test_a_profile_of_srgb_changes_no_pixel(taken: Take) -> None:
    content = encoded(photo(), "PNG", icc_profile=display_p3(b"sRGB IEC61966-2.1"))

    _, seen, _ = taken(content)

    assert seen.tobytes() == photo().tobytes()


def test_a_text_hidden_in_a_png_is_forgotten(taken: Take) -> None:
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>")

    _, seen, data = taken(encoded(photo(), "PNG", pnginfo=text) + b"<script>trailing</script>")

    assert seen.info == {}
    assert b"script" not in data


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/png")]
)
def test_transparency_stays(taken: Take, kind: str, media_type: str) -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))

    picture, seen, _ = taken(encoded(clear, kind))

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
def test_unusual_kinds_of_pixels_keep_their_colour(
    taken: Take, mode: str, colour: Any, kind: str, expected: Any
) -> None:
    _, seen, _ = taken(encoded(Image.new(mode, (10, 10), colour), kind))

    assert seen.convert("RGB").getpixel((5, 5)) == expected


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_of_forty_megapixels_is_kept_at_its_full_size(
    taken: Take, kind: str, media_type: str
) -> None:
    picture, seen, _ = taken(encoded(Image.new("L", (8_000, 5_000), 99), kind))

    assert (picture.width_px, picture.height_px) == seen.size == (8_000, 5_000)
    assert picture.media_type == media_type


def test_what_webp_cannot_hold_becomes_png(taken: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import WebPImagePlugin

    content = encoded(photo(), "WEBP")

    def full(*_: Any) -> bytes:
        raise ValueError("encoding error 6")

    with monkeypatch.context() as patched:
        patched.setattr(decoding, "AT_ONCE", ())
        patched.setattr(WebPImagePlugin._webp, "WebPEncode", full)
        picture, seen, _ = taken(content)

    assert (picture.media_type, seen.size) == ("image/png", (40, 20))


def test_of_an_animation_the_first_picture_is_taken(taken: Take) -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue", "green")]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    picture, seen, _ = taken(content)

    assert picture.is_first_of_many
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
def test_what_is_no_picture_is_refused(files: FileStore, content: bytes) -> None:
    assert refusal_of(files, content, NotAPicture).code == "not_a_picture"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 99, "Save it as JPEG first"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\0" * 99, "Save it as JPEG first"),
        (b'\xef\xbb\xbf <?xml version="1.0"?>\n<svg onload="alert(1)"/>', "Save it as PNG first"),
        (b"PK\x03\x04" + b"\0" * 200, "PNG, JPEG, WebP, AVIF and GIF are"),
    ],
)
def test_what_people_do_send_is_refused_with_what_to_do(files: FileStore, content: bytes, words: str) -> None:
    assert words in refusal_of(files, content, NotAPicture).text


def test_a_page_that_begins_like_a_gif_is_refused(files: FileStore) -> None:
    refusal_of(files, b"GIF89a/*<svg/onload=alert(1)>*/=1;", Invalid)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_half_a_picture_is_refused(files: FileStore, kind: str, share: float) -> None:
    whole = encoded(Image.effect_noise((300, 300), 90).convert("RGB"), kind)

    assert refusal_of(files, whole[: int(len(whole) * share)], PictureDamaged).code == "picture_damaged"


@pytest.mark.parametrize(("width", "height"), [(40_000, 1_001), (6_400, 6_400), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(
    files: FileStore, width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))

    refusal = refusal_of(files, png_claiming(width, height), TooManyPixels)

    assert refusal.code == "picture_too_many_pixels"


def test_a_file_over_the_limit_is_refused_without_being_read(files: FileStore, tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as hole:
        hole.truncate(1_000_000_000)  # a gigabyte that takes no room

    with huge.open("rb") as stream, pytest.raises(PictureTooLarge) as refusal:
        stream.read = lambda *_: pytest.fail("read")  # type: ignore[method-assign]
        take_in_picture(files, stream, LIMIT_BYTES)

    assert refusal.value.text == "That picture is larger than 25 MB."


@pytest.mark.parametrize("error", [NotAPicture, PictureTooLarge, TooManyPixels, PictureDamaged])
def test_a_refusal_says_so_at_the_field(error: type[Invalid]) -> None:
    assert (error.status, error.field) == (422, "pictures")
    assert error.text.endswith(".")
    assert issubclass(error, Invalid)


@pytest.mark.parametrize(("mode", "media_type"), [("RGB", "image/jpeg"), ("RGBA", "image/png")])
def test_a_webp_whose_encoding_would_take_too_much_memory_becomes_something_else(
    taken: Take, mode: str, media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "WEBP_PIXELS", 40 * 20 - 1)
    content = encoded(photo().convert(mode), "WEBP", lossless=True)
    if mode == "RGBA":
        content = encoded(Image.new("RGBA", (40, 20), (9, 9, 9, 9)), "WEBP", lossless=True)

    picture, seen, _ = taken(content)

    assert (picture.media_type, seen.size) == (media_type, (40, 20))
