"""Strangers are told to sign in; somebody else's things are not there."""

import pytest

from tests.support.collecting import upload
from tests.support.people import Caller

NOBODYS = "01900000-0000-7000-8000-000000000000"
READ = [
    "/api/gallery",
    "/api/gallery/counts",
    f"/api/gallery/comparison?left={NOBODYS}&right={NOBODYS}",
    f"/api/gallery/{NOBODYS}",
    f"/api/gallery/{NOBODYS}/neighbours",
    "/api/tags",
    "/api/albums",
]
CHANGED = [
    ("DELETE", f"/api/gallery/{NOBODYS}", None),
    ("POST", "/api/gallery/stars", {"ids": [NOBODYS]}),
    ("POST", "/api/gallery/tags", {"ids": [NOBODYS], "add": "x"}),
    ("POST", "/api/gallery/deletions", {"ids": [NOBODYS]}),
    ("POST", "/api/gallery/restorations", {"ids": [NOBODYS]}),
    ("PATCH", "/api/tags", {"tag": "nobodys", "name": "x"}),
    ("PATCH", f"/api/albums/{NOBODYS}", {"name": "x"}),
    ("DELETE", f"/api/albums/{NOBODYS}", None),
    ("POST", f"/api/albums/{NOBODYS}/items", {"ids": [NOBODYS]}),
    ("POST", f"/api/albums/{NOBODYS}/removals", {"ids": [NOBODYS]}),
]


@pytest.mark.parametrize("address", READ)
def test_a_stranger_reads_nothing(standing: object, address: str) -> None:
    assert Caller(standing).get(address).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "address", "body"), CHANGED)
def test_a_stranger_changes_nothing(standing: object, method: str, address: str, body: object) -> None:
    stranger = Caller(standing)  # type: ignore[arg-type]
    assert stranger.request(method, address, json=body).status_code == 401


@pytest.mark.parametrize(("method", "address", "body"), CHANGED)
def test_what_is_nobodys_is_not_there(
    standing_alice: Caller, method: str, address: str, body: object
) -> None:
    assert standing_alice.request(method, address, json=body).status_code == 404


def test_somebody_elses_item_and_album_are_not_there(alice: Caller, bob: Caller) -> None:
    item = upload(alice)
    album = alice.post("/api/albums", json={"name": "Loaves"}).json()["id"]
    own = upload(bob)

    assert bob.get(f"/api/gallery/{item}").status_code == 404
    assert bob.get(f"/api/gallery/{item}/neighbours").status_code == 404
    assert bob.delete(f"/api/gallery/{item}").status_code == 404
    assert bob.post("/api/gallery/stars", json={"ids": [item]}).status_code == 404
    assert bob.post(f"/api/albums/{album}/items", json={"ids": [own]}).status_code == 404
    assert bob.get(f"/api/gallery?album={album}").json()["items"] == []
    assert bob.get("/api/gallery?q=loaf").json()["items"][0]["id"] == own
    assert alice.get(f"/api/gallery/{item}").json()["starred"] is False


def test_a_change_of_many_touches_only_ones_own(alice: Caller, bob: Caller) -> None:
    theirs, own = upload(alice), upload(bob)

    changed = bob.post("/api/gallery/deletions", json={"ids": [theirs, own]})

    assert changed.json() == {"changed": 1}
    assert alice.get(f"/api/gallery/{theirs}").json()["deleted_at"] is None
