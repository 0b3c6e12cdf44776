"""What comes back from the bin stays, and what goes for good is gone."""

from datetime import timedelta

from studio.chat.store import forget_deleted
from studio.moments import now

from tests.http.gallery.test_archives import painted
from tests.support.collecting import ids, upload
from tests.support.people import Caller
from tests.support.talking import HX, Talk
from tests.support.waiting import until


def change(who: Caller, verb: str, item: str, **more: str) -> int:
    data = {"change": verb, "ids": item, **more}
    return who.post("/fragments/gallery/changes", data=data, headers=HX).status_code


def test_a_text_that_was_brought_back_outlives_its_conversation(talk: Talk) -> None:
    alice = talk.alice
    begun = talk.talked(alice, "Vorpalcake?")
    until(lambda: ids(alice, "?q=vorpalcake"))
    [item] = ids(alice, "?q=vorpalcake")
    alice.post(f"{begun.url}/deletion", data={"value": "set"})
    assert ids(alice, "?q=vorpalcake") == []

    assert change(alice, "restore", item) == 200
    forget_deleted(talk.studio.db, now() + timedelta(days=1))

    assert ids(alice, "?q=vorpalcake") == [item]
    assert alice.get(f"/api/generations/{item}").json()["text"]


def test_the_words_of_a_picture_go_with_its_last_one(alice: Caller) -> None:
    item = painted(alice, "A very secret plate")
    generation = alice.get(f"/api/gallery/{item}").json()["generation_id"]

    assert change(alice, "delete", item) == 200
    assert alice.get(f"/api/generations/{generation}").json()["prompt"] == "A very secret plate"
    assert change(alice, "purge", item) == 200

    assert alice.get(f"/api/generations/{generation}").json()["prompt"] == ""


def test_a_place_that_is_none_changes_nothing(alice: Caller) -> None:
    item = upload(alice)

    for place in ("中", "x\r\nFoo: bar"):
        assert change(alice, "star", item, at=place) in (404, 422)

    assert ids(alice, "?starred=1") == []


def test_a_made_up_place_in_a_search_is_refused(alice: Caller) -> None:
    upload(alice, "loaf.png")
    most = "7fffffffffffffff"

    answer = alice.get(f"/api/gallery?q=loaf&before={most}-{most}-{most}-{most}")

    assert answer.status_code == 422
    assert answer.json()["field"] == "before"


def test_an_answer_is_no_picture_that_could_be_removed(talk: Talk) -> None:
    alice = talk.alice
    talk.talked(alice, "Tumtumpie?")
    until(lambda: ids(alice, "?q=tumtumpie"))
    [item] = ids(alice, "?q=tumtumpie")

    assert alice.get(f"/fragments/images/{item}").status_code == 404
    assert alice.post(f"/fragments/images/{item}/deletion").status_code == 404
    assert alice.get(f"/api/generations/{item}").json()["text"]


def test_the_bin_shows_what_it_can_bring_back(alice: Caller) -> None:
    item = upload(alice, "loaf.png")
    change(alice, "delete", item)

    grid, page = alice.get("/fragments/gallery?bin=1").text, alice.get(f"/fragments/gallery/{item}").text

    assert f'src="/media/{item}?w=320"' in grid
    assert f'src="/media/{item}?w=320"' in page
    assert "data-full" not in grid
    assert f'"/media/{item}"' not in grid + page
    assert "?w=640" not in grid + page
    assert alice.get(f"/media/{item}?w=320").status_code == 200
