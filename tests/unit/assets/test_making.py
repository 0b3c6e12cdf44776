"""What a provider sent is a picture, or is refused; and it is kept as it came."""

import hashlib
from collections.abc import Callable
from uuid import uuid4

import pytest
from studio.assets.files import FileStore
from studio.assets.making import made_asset, made_picture
from studio.assets.picture import NotAPicture, PictureDamaged
from studio.errors import Invalid

MakeBytes = Callable[..., bytes]


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("AVIF", "image/avif")],
)
def test_a_made_picture_is_kept_byte_for_byte(
    files: FileStore, made_bytes: MakeBytes, kind: str, media_type: str
) -> None:
    data = made_bytes(kind)

    made = made_picture(files, data)

    assert (made.media_type, made.width_px, made.height_px, made.bytes) == (media_type, 60, 40, len(data))
    assert made.sha256 == hashlib.sha256(data).hexdigest()
    assert files.path(made.sha256).read_bytes() == data
    assert files.preview_path(made.sha256, "320", "avif").exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><h1>502</h1>",
        b'{"error": "expired"}',
        b"<svg onload='alert(1)'/>",
        b"PK\x03\x04" * 9,
    ],
)
def test_what_is_no_picture_leaves_nothing(files: FileStore, data: bytes) -> None:
    with pytest.raises(NotAPicture):
        made_picture(files, data)

    assert list(files.list_hashes()) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_half_a_picture_leaves_nothing(files: FileStore, made_bytes: MakeBytes, kind: str) -> None:
    whole = made_bytes(kind, (300, 200))

    with pytest.raises(PictureDamaged):
        made_picture(files, whole[: len(whole) // 2])

    assert list(files.list_hashes()) == []


def test_an_animation_is_no_picture_that_was_asked_for(files: FileStore, made_bytes: MakeBytes) -> None:
    with pytest.raises(Invalid):
        made_picture(files, made_bytes("GIF"))


def test_a_made_picture_is_named_after_its_prompt(files: FileStore, made_bytes: MakeBytes) -> None:
    made = made_picture(files, made_bytes("JPEG"))

    asset = made_asset(uuid4(), uuid4(), made, 1, "A plate/of\nsoup \u202egnp.exe " + "and more " * 20)

    assert asset.name.startswith("A plate/of soup gnp.exe and more")
    assert asset.file_name.startswith("A plate_of soup") and asset.file_name.endswith(" 2.jpg")
    assert (asset.origin, asset.position) == ("made", 1)
