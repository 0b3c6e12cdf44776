"""Many things as one ZIP, made while it is sent."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import pytest
from studio.assets.archive import Archive, Entry
from studio.assets.asset import Asset
from studio.assets.embedding import read_recipe
from studio.assets.files import FileStore
from studio.assets.making import made_asset, made_picture
from studio.assets.recipe import Recipe

MakeBytes = Callable[..., bytes]
RECIPE = Recipe("image", "m", "p", "a plate", {"n": 1}, 7)


@pytest.fixture
def plate(files: FileStore, made_bytes: MakeBytes) -> Asset:
    return made_asset(uuid4(), uuid4(), made_picture(files, made_bytes("PNG")), 0, "A plate")


def opened(archive: Archive) -> zipfile.ZipFile:
    whole = b"".join(archive)
    assert len(whole) == archive.length
    found = zipfile.ZipFile(io.BytesIO(whole))
    assert found.testzip() is None
    return found


def test_an_archive_holds_each_thing_with_its_recipe_inside_and_beside(
    files: FileStore, plate: Asset
) -> None:
    archive = Archive(files, [Entry.of_asset(plate, RECIPE), Entry.of_text("Why?", "Because.", RECIPE)])

    found = opened(archive)

    assert found.namelist() == [
        "A plate.png",
        "A plate.png.recipe.json",
        "Why_.md",
        "Why_.md.recipe.json",
    ]
    assert read_recipe(io.BytesIO(found.read("A plate.png"))) == RECIPE
    assert json.loads(found.read("A plate.png.recipe.json")) == RECIPE.as_json()
    assert found.read("Why_.md") == b"Because."
    assert {each.compress_type for each in found.infolist()} == {zipfile.ZIP_STORED}


def test_names_are_unique_and_can_be_unpacked_anywhere(files: FileStore) -> None:
    titles = [
        "Plate",
        "plate",
        "PLATE",
        "CON",
        "../../etc/passwd",
        "",
        "菜" * 200,
        ".hidden",
        "a\u202eb",
        "left out",
    ]

    found = opened(Archive(files, [Entry.of_text(title, title) for title in titles])).namelist()

    assert len({name.casefold() for name in found}) == len(titles)
    assert found[:6] == [
        "Plate.md",
        "plate (2).md",
        "PLATE (3).md",
        "_CON.md",
        "_.._etc_passwd.md",
        "text.md",
    ]
    assert all(len(name.encode()) < 200 and "/" not in name and name[0] != "." for name in found)


def test_a_file_that_is_gone_is_named_instead_of_breaking_the_rest(files: FileStore, plate: Asset) -> None:
    files.path(plate.sha256).unlink()

    found = opened(Archive(files, [Entry.of_asset(plate), Entry.of_text("Why", "Because.")]))

    assert found.namelist() == ["Why.md", "left out.txt"]
    assert found.read("left out.txt") == b"A plate.png\n"


def test_files_are_open_only_while_they_are_read_and_not_after_the_reader_left(
    files: FileStore, plate: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(files, [Entry.of_asset(plate)] * 50)
    handles: list[BinaryIO] = []
    really = files.open

    def counted(sha256: str) -> BinaryIO:
        handles.append(really(sha256))
        return handles[-1]

    monkeypatch.setattr(files, "open", counted)
    reading = iter(Archive(files, [Entry.of_asset(plate)] * 50))
    handles.clear()
    for _ in range(20):
        next(reading)
    begun = len(handles)

    reading.close()  # type: ignore[attr-defined]

    assert 0 < begun < 50
    assert all(handle.closed for handle in handles)
    assert archive.length > 50 * plate.bytes


def test_an_archive_of_large_files_needs_no_memory_for_them(files: FileStore, tmp_path: Path) -> None:
    import tracemalloc
    from dataclasses import replace

    kept = files.receive((b"\0" * 1_000_000 for _ in range(30)), 100_000_000)
    film = replace(
        made_asset(uuid4(), uuid4(), _film(kept.sha256, kept.bytes), 0, "A film"), media_type="video/mp4"
    )
    tracemalloc.start()

    length = sum(len(block) for block in Archive(files, [Entry.of_asset(film)] * 3))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 90_000_000
    assert peak < 3_000_000


def _film(sha256: str, size: int):  # type: ignore[no-untyped-def]
    from studio.assets.making import MadeFile

    return MadeFile(sha256, size, "video/mp4", "video", 640, 360, 5.0)
