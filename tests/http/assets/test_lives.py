"""The life of an asset from its upload to the moment when nothing of it is left, and what a model gets to see of it."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image
from studio.assets import store
from studio.assets.orphans import collect
from studio.gallery import verbs
from studio.gallery.item import UNDO_DAYS
from studio.moments import now

from tests.support.collecting import ids, make_text, studio_of, upload
from tests.support.people import Caller
from tests.support.talking import Talk


def chores(who: Caller, days: float = 0) -> None:
    """What is done once an hour, as if so many days had passed; files that were just taken in count as old."""
    studio, moment = studio_of(who), now() + timedelta(days=days)
    verbs.empty_bin(studio.db, moment)
    collect(studio.db, studio.files, deleted_before=moment - timedelta(days=UNDO_DAYS), idle_seconds=-1)


def digest_of(who: Caller, asset_id: str) -> str:
    return store.get_asset(studio_of(who).db, UUID(who.id), UUID(asset_id)).sha256


def test_deleting_an_item_puts_its_file_away_and_restoring_brings_it_back(alice: Caller) -> None:
    loaf = upload(alice)
    whole = alice.get(f"/media/{loaf}").content

    alice.delete(f"/api/gallery/{loaf}")
    chores(alice, days=UNDO_DAYS - 1)

    assert alice.get(f"/media/{loaf}").status_code == 404
    assert alice.get(f"/api/assets/{loaf}").status_code == 404

    alice.post("/api/gallery/restorations", json={"ids": [loaf]})

    assert alice.get(f"/media/{loaf}").content == whole
    assert ids(alice) == [loaf]


@pytest.mark.parametrize("way", ["for good", "after thirty days"])
def test_what_is_forgotten_leaves_no_row_no_preview_and_no_file(alice: Caller, way: str) -> None:
    loaf = upload(alice)
    files, digest = studio_of(alice).files, digest_of(alice, loaf)
    alice.delete(f"/api/gallery/{loaf}")

    if way == "for good":
        assert alice.delete(f"/api/gallery/{loaf}?for_good=1").status_code == 204
        chores(alice)
    else:
        chores(alice, days=UNDO_DAYS + 1)

    assert ids(alice, "?bin=1") == []
    assert alice.post("/api/gallery/restorations", json={"ids": [loaf]}).status_code == 404
    assert not store.list_assets(studio_of(alice).db, UUID(alice.id), [UUID(loaf)], with_deleted=True)
    assert not files.path(digest).exists()
    assert digest not in files.list_preview_hashes()


def test_bytes_that_somebody_else_has_too_stay_theirs(alice: Caller, bob: Caller) -> None:
    hers, his = upload(alice), upload(bob)
    assert digest_of(alice, hers) == digest_of(bob, his)

    alice.delete(f"/api/gallery/{hers}")
    alice.delete(f"/api/gallery/{hers}?for_good=1")
    chores(alice)

    assert bob.get(f"/media/{his}").status_code == 200
    assert bob.get(f"/media/{his}?w=320").status_code == 200


def test_a_large_upload_is_kept_whole_and_sent_to_a_model_small(talk: Talk) -> None:
    data = io.BytesIO()
    Image.new("RGB", (4096, 1024), "#205020").save(data, "PNG")
    made = talk.alice.post("/api/assets", files={"file": ("wide.png", data.getvalue())}).json()

    text = make_text(talk.alice, "What is this?", model="sandbox/seer", input_asset_ids=[made["id"]])

    assert (made["width_px"], made["height_px"]) == (4096, 1024)
    assert "2048 × 512" in talk.alice.get(f"/api/generations/{text}").json()["text"]
