"""Files go when nobody needs them any more, and never before."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from studio.assets import assets, store
from studio.assets.asset import Asset
from studio.assets.files import FileStore
from studio.assets.making import made_asset, made_picture
from studio.assets.orphans import collect
from studio.db import Database
from studio.ids import new_id
from studio.moments import now

MakeBytes = Callable[..., bytes]
ALICE, BOB = uuid4(), uuid4()


def age(files: FileStore, sha256: str, seconds: float = 7_200) -> None:
    then = time.time() - seconds
    os.utime(files.path(sha256), (then, then))


def collected(db: Database, files: FileStore, **more: float) -> int:
    return collect(db, files, deleted_before=now() - timedelta(days=30), **more).files


@pytest.fixture
def hers(db: Database, files: FileStore, made_bytes: MakeBytes) -> Asset:
    """A picture of Alice's, with previews, taken in two hours ago."""
    asset = made_asset(ALICE, new_id(), made_picture(files, made_bytes("PNG")), 0, "plate")
    db.write(store.asset_row(asset))
    age(files, asset.sha256)
    return asset


def rename_owner(asset: Asset, person_id: UUID) -> Asset:
    from dataclasses import replace

    return replace(asset, id=new_id(), person_id=person_id)


def test_a_file_that_no_row_names_goes_with_its_previews(
    db: Database, files: FileStore, made_bytes: MakeBytes
) -> None:
    made = made_picture(files, made_bytes("JPEG"))
    age(files, made.sha256)

    assert collected(db, files) == 1

    assert list(files.list_hashes()) == []
    assert files.list_preview_hashes() == set()


def test_a_file_that_was_just_taken_in_stays_since_its_row_may_be_on_its_way(
    db: Database, files: FileStore, made_bytes: MakeBytes
) -> None:
    made = made_picture(files, made_bytes("JPEG"))

    assert collected(db, files) == 0
    assert list(files.list_hashes()) == [made.sha256]


def test_taking_the_same_bytes_in_again_makes_an_old_orphan_young(
    db: Database, files: FileStore, made_bytes: MakeBytes
) -> None:
    made = made_picture(files, made_bytes("JPEG"))
    age(files, made.sha256)

    made_picture(files, made_bytes("JPEG"))

    assert collected(db, files) == 0


def test_a_named_file_stays_also_when_its_row_is_put_away(
    db: Database, files: FileStore, hers: Asset
) -> None:
    db.write(*assets.put_away_rows(ALICE, [hers.id], now() - timedelta(days=29)))

    assert collected(db, files) == 0
    assert store.list_assets(db, ALICE, [hers.id]) == {}

    db.write(*assets.put_away_rows(ALICE, [hers.id], None))
    assert store.get_asset(db, ALICE, hers.id) == hers


def test_what_was_put_away_long_enough_ago_is_forgotten_row_previews_and_file(
    db: Database, files: FileStore, hers: Asset
) -> None:
    db.write(*assets.put_away_rows(ALICE, [hers.id], now() - timedelta(days=31)))

    assert collected(db, files) == 1

    assert store.list_assets(db, ALICE, [hers.id], with_deleted=True) == {}
    assert list(files.list_hashes()) == [] and files.list_preview_hashes() == set()


def test_shared_bytes_stay_while_anybody_needs_them(db: Database, files: FileStore, hers: Asset) -> None:
    db.write(store.asset_row(rename_owner(hers, BOB)))
    db.write(*assets.put_away_rows(ALICE, [hers.id], now() - timedelta(days=31)))

    assert collected(db, files) == 0
    assert list(files.list_hashes()) == [hers.sha256]


def test_nobody_puts_away_what_is_somebody_elses(db: Database, files: FileStore, hers: Asset) -> None:
    db.write(*assets.put_away_rows(BOB, [hers.id], now()))

    assert store.get_asset(db, ALICE, hers.id) == hers


def test_previews_whose_picture_is_gone_go_too(db: Database, files: FileStore, hers: Asset) -> None:
    files.path(hers.sha256).unlink()

    collected(db, files)

    assert files.list_preview_hashes() == set()


def test_a_row_written_between_the_two_looks_saves_its_file(
    db: Database, files: FileStore, made_bytes: MakeBytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_picture(files, made_bytes("JPEG"))
    age(files, made.sha256)
    really = store.list_named_hashes

    def then_a_row(db: Database) -> set[str]:
        named = really(db)
        db.write(store.asset_row(made_asset(ALICE, new_id(), made, 0, "plate")))
        return named

    monkeypatch.setattr(store, "list_named_hashes", then_a_row)

    assert collected(db, files) == 0
    assert list(files.list_hashes()) == [made.sha256]


def test_whoever_keeps_a_file_while_orphans_are_collected_has_it_afterwards(
    db: Database, files: FileStore
) -> None:
    """The race itself: the same bytes are taken in, again and again old and unnamed, while the collector runs."""
    stop, lost = threading.Event(), []

    def take_in() -> None:
        for number in range(150):
            kept = files.receive([b"the same bytes"], 100)
            try:
                age(files, kept.sha256)
            except FileNotFoundError:
                lost.append(number)
        stop.set()

    def collect_always() -> None:
        while not stop.is_set():
            # As if named by nobody, like a file whose row was just forgotten.
            for sha256 in list(files.list_hashes()):
                files.drop_unless(sha256, lambda: False, idle_seconds=3_600)

    threads = [threading.Thread(target=take_in), *(threading.Thread(target=collect_always) for _ in range(2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lost == []


def test_what_a_generation_made_is_listed_in_its_order(
    db: Database, files: FileStore, made_bytes: MakeBytes
) -> None:
    generation_id, made = new_id(), made_picture(files, made_bytes("PNG"))
    rows = [made_asset(ALICE, generation_id, made, position, "plates") for position in (2, 0, 1)]
    db.write(*map(store.asset_row, rows))

    found = store.list_made(db, ALICE, [generation_id])

    assert [asset.position for asset in found[generation_id]] == [0, 1, 2]
    assert store.list_made(db, BOB, [generation_id]) == {}
