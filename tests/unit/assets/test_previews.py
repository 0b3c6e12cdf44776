"""Previews: small, of the right shape, made once."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from studio.assets import shrinking
from studio.assets.asset import Asset
from studio.assets.assets import for_model
from studio.assets.files import FileStore
from studio.assets.making import made_picture
from studio.assets.previews import TILE_BYTES, TILE_WIDTHS, Previews, preview_size
from studio.errors import Missing
from studio.moments import now

MakeBytes = Callable[..., bytes]


def asset_of(sha256: str, media_type: str, width: int, height: int) -> Asset:
    return Asset(uuid4(), uuid4(), sha256, "image", media_type, 1, width, height, "a", now())


def noise(size: tuple[int, int]) -> bytes:
    """What compresses worst of all."""
    out = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise(size, 200) for _ in range(3)]).save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.mark.parametrize(
    ("picture", "width", "expected"),
    [
        ((4000, 3000), 320, (320, 240)),
        ((4000, 3000), 1280, (1280, 960)),
        ((200, 100), 320, (200, 100)),
        ((100, 8000), 320, (8, 640)),
        ((40_000, 10), 320, (320, 1)),
        ((1, 1), 640, (1, 1)),
    ],
)
def test_a_preview_has_the_shape_of_its_picture_and_is_never_larger(
    picture: tuple[int, int], width: int, expected: tuple[int, int]
) -> None:
    assert preview_size(*picture, width) == expected


@pytest.mark.parametrize("ending", ["avif", "webp"])
@pytest.mark.parametrize("size", [(640, 480), (320, 640), (960, 1920)])
def test_what_a_tile_shows_is_small_even_of_noise(
    files: FileStore, ending: str, size: tuple[int, int]
) -> None:
    made = made_picture(files, noise(size))

    for width in TILE_WIDTHS:
        preview = shrinking.make_preview(files, made.sha256, width, ending)

        assert preview.stat().st_size <= TILE_BYTES
        with Image.open(preview) as seen:
            assert seen.size == preview_size(*size, width)


def test_a_preview_is_upright_when_its_picture_lies_on_its_side(
    files: FileStore, made_bytes: MakeBytes
) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    made = made_picture(files, made_bytes("JPEG", (900, 600), exif=exif))

    asyncio.run(Previews(files).get(made.sha256, 640, "webp"))

    assert (made.width_px, made.height_px) == (600, 900)
    for width, expected in (("320", (320, 480)), ("640", (600, 900))):
        with Image.open(files.preview_path(made.sha256, width, "webp")) as seen:
            assert seen.size == expected


def test_transparency_stays(files: FileStore) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (400, 400), (200, 0, 0, 0)).save(out, "PNG")

    made = made_picture(files, out.getvalue())

    with Image.open(files.preview_path(made.sha256, "320", "avif")) as seen:
        assert seen.convert("RGBA").getpixel((100, 100))[3] == 0  # type: ignore[index]


def test_what_many_ask_for_at_once_is_made_once(
    files: FileStore, made_bytes: MakeBytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, previews, calls = made_picture(files, made_bytes("PNG", (900, 600))), Previews(files), []
    really = shrinking.make_preview

    def counted(files: FileStore, sha256: str, width: int, ending: str) -> Path:
        calls.append((width, ending))
        return really(files, sha256, width, ending)

    monkeypatch.setattr(shrinking, "make_preview", counted)

    async def ask() -> list[Path]:
        return await asyncio.gather(*(previews.get(made.sha256, 640, "avif") for _ in range(30)))

    found = asyncio.run(ask())

    assert (len(set(found)), calls) == (1, [(640, "avif")])
    assert found[0].read_bytes()[4:12] == b"ftypavif"


def test_who_leaves_does_not_take_the_preview_from_the_others(
    files: FileStore, made_bytes: MakeBytes
) -> None:
    made, previews = made_picture(files, made_bytes("PNG", (900, 600))), Previews(files)

    async def ask() -> Path:
        leaving = asyncio.ensure_future(previews.get(made.sha256, 640, "webp"))
        staying = asyncio.ensure_future(previews.get(made.sha256, 640, "webp"))
        while not previews._making and not leaving.done():
            await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(ask()).exists()


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_of_what_is_no_picture_there_is_no_preview(files: FileStore, content: bytes) -> None:
    kept = files.receive([content], 1_000)

    with pytest.raises(Missing):
        asyncio.run(Previews(files).get(kept.sha256, 640, "avif"))
    with pytest.raises(Missing):
        asyncio.run(Previews(files).get("0" * 64, 640, "avif"))


@pytest.mark.parametrize(
    ("kind", "media_type", "mode", "sent"),
    [
        ("JPEG", "image/jpeg", "RGB", "image/jpeg"),
        ("PNG", "image/png", "RGB", "image/jpeg"),
        ("PNG", "image/png", "RGBA", "image/png"),
        ("WEBP", "image/webp", "RGB", "image/jpeg"),
    ],
)
def test_a_model_is_sent_what_it_can_use_of_a_large_picture(
    files: FileStore, made_bytes: MakeBytes, kind: str, media_type: str, mode: str, sent: str
) -> None:
    made = made_picture(files, made_bytes(kind, (3000, 1500), mode))
    asset = asset_of(made.sha256, media_type, 3000, 1500)

    told, path = for_model(files, asset)
    again = for_model(files, asset)

    assert (told, again) == (sent, (sent, path))
    with Image.open(path) as seen:
        assert (seen.size, Image.MIME[seen.format or ""]) == ((2048, 1024), sent)


def test_a_model_is_sent_a_small_picture_as_it_is(files: FileStore, made_bytes: MakeBytes) -> None:
    made = made_picture(files, made_bytes("WEBP"))

    assert for_model(files, asset_of(made.sha256, "image/webp", 60, 40)) == (
        "image/webp",
        files.path(made.sha256),
    )


def test_the_sources_of_a_picture_tell_their_real_widths() -> None:
    asset = asset_of("0" * 64, "image/png", 500, 500)

    assert asset.sources == f"{asset.url}?w=320 320w, {asset.url}?w=480 480w, {asset.url}?w=640 500w"
