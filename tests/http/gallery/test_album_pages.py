"""Albums as a whole on the gallery's page: named, renamed, deleted, left; and tags taken away where they are shown."""

from urllib.parse import unquote

import pytest

from tests.support.collecting import ids, upload
from tests.support.people import Caller

NOBODYS = "01900000-0000-7000-8000-000000000000"
HTMX = {"HX-Request": "true"}
FORMS = ["name", "deletion"]


def album_of(who: Caller, name: str = "Picnic", *items: str) -> str:
    album: str = who.post("/api/albums", json={"name": name}).json()["id"]
    if items:
        who.post(f"/api/albums/{album}/items", json={"ids": list(items)})
    return album


def names(who: Caller) -> list[str]:
    return [album["name"] for album in who.get("/api/albums").json()["items"]]


@pytest.mark.parametrize("form", FORMS)
def test_somebody_elses_album_is_neither_shown_nor_changed(alice: Caller, bob: Caller, form: str) -> None:
    album = album_of(alice)

    for theirs in (f"/fragments/albums/{album}/{form}", f"/fragments/albums/{NOBODYS}/{form}"):
        assert bob.get(theirs).status_code == 404
        assert bob.post(theirs, data={"name": "Mine"}).status_code == 404
    assert "Picnic" not in bob.get(f"/fragments/gallery?album={album}&rename=1").text
    assert names(alice) == ["Picnic"]


def test_an_album_is_named_on_its_page_and_leads_to_its_forms(alice: Caller) -> None:
    album = album_of(alice)

    answer = alice.get(f"/fragments/gallery?album={album}")

    assert unquote(answer.headers["Studio-Title"]) == "Picnic"
    assert f'href="/gallery?album={album}&rename=1"' in answer.text
    assert (
        f'action="/fragments/albums/{album}/name"'
        in alice.get(f"/fragments/gallery?album={album}&rename=1").text
    )


def test_the_gallery_leads_to_every_album(alice: Caller) -> None:
    upload(alice)
    album = album_of(alice)

    header = alice.get("/fragments/gallery").text.partition("</header>")[0]

    assert f'href="/gallery?album={album}"' in header
    assert "Picnic (0)" in header


def test_choosing_another_album_under_way_brings_its_name(alice: Caller) -> None:
    album = album_of(alice)

    answer = alice.get(f"/fragments/gallery?album={album}", headers=HTMX).text

    assert "<title>Picnic · All You Can GET</title>" in answer
    assert '<hx-partial hx-target="#gallery-header"' in answer


def test_a_new_name_is_found_and_stays_within_the_search(alice: Caller) -> None:
    item = upload(alice)
    album = album_of(alice, "Picnic", item)
    asked = {"name": "  Lake   side ", "query": f"album={album}&kind=upload"}

    plain = alice.post(f"/fragments/albums/{album}/name", data=asked)
    live = alice.post(f"/fragments/albums/{album}/name", data=asked, headers=HTMX)

    assert plain.headers["Studio-Page"] == f"/gallery?kind=upload&album={album}"
    assert unquote(plain.headers["Studio-Note"]) == "The album is called “Lake side” now."
    assert live.headers["HX-Replace-Url"] == f"/gallery?kind=upload&album={album}"
    assert ids(alice, "?q=side") == [item]


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ("   ", 422, "A name has 1 to 80 characters."),
        ("x" * 81, 422, "A name has 1 to 80 characters."),
        ("picnic", 409, "You have an album of that name already."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_name_that_will_not_do_comes_back_with_a_sentence(
    alice: Caller, typed: str, status: int, sentence: str, headers: dict[str, str]
) -> None:
    album_of(alice)
    album = album_of(alice, "Winter")

    answer = alice.post(f"/fragments/albums/{album}/name", data={"name": typed}, headers=headers)

    assert answer.status_code == status
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert ("HX-Retarget" in answer.headers) == bool(headers)
    assert names(alice) == ["Picnic", "Winter"]


def test_a_deleted_album_leaves_its_things_and_says_so(alice: Caller) -> None:
    item = upload(alice)
    album = album_of(alice, "Picnic", item)

    question = alice.get(f"/fragments/gallery?album={album}&delete=1").text
    answer = alice.post(f"/fragments/albums/{album}/deletion", headers=HTMX)

    assert "The 1 thing in it will stay in the gallery." in question
    assert answer.headers["HX-Replace-Url"] == "/gallery"
    assert "The album “Picnic” is gone. What was in it is still in the gallery." in answer.text
    assert (names(alice), ids(alice)) == ([], [item])
    assert alice.post(f"/fragments/albums/{album}/deletion").status_code == 404


def test_an_empty_album_and_one_that_is_gone_say_so(alice: Caller) -> None:
    upload(alice)
    album = album_of(alice)

    assert "An empty plate" in alice.get(f"/fragments/gallery?album={album}").text
    assert "No such album" in alice.get(f"/fragments/gallery?album={NOBODYS}").text


def test_what_is_ticked_leaves_the_album_or_loses_the_tag_that_is_shown(alice: Caller) -> None:
    item = upload(alice)
    album, other = album_of(alice, "Picnic", item), album_of(alice, "Winter")
    alice.post("/api/gallery/tags", json={"ids": [item], "add": "Lake"})
    ticked = {"ids": item, "album": other, "tag": "typed meanwhile"}

    assert "Take out of “Picnic”" in alice.get(f"/fragments/gallery?album={album}").text
    assert "Take “Lake” away" in alice.get("/fragments/gallery?tag=lake").text
    left = {**ticked, "change": "leave-shown", "query": f"album={album}"}
    assert alice.post("/fragments/gallery/changes", data=left).status_code == 200
    untagged = {**ticked, "change": "untag-shown", "query": "tag=lake"}
    assert alice.post("/fragments/gallery/changes", data=untagged).status_code == 200

    assert ids(alice, f"?album={album}") == ids(alice, "?tag=lake") == []
    assert ids(alice) == [item]


def test_leaving_what_is_not_shown_is_refused(alice: Caller) -> None:
    item = upload(alice)

    answer = alice.post("/fragments/gallery/changes", data={"change": "leave-shown", "ids": item})

    assert answer.status_code == 404


def test_a_thing_goes_into_an_album_by_its_name_and_out_again_within_the_search(alice: Caller) -> None:
    item = upload(alice)
    album = album_of(alice)
    here = {"ids": item, "at": item, "query": "q=loaf"}

    put = alice.post(
        "/fragments/gallery/changes", data={**here, "change": "album", "album_name": "PICNIC"}, headers=HTMX
    ).text

    assert "Take out of “Picnic”" in put
    assert 'name="query" value="q=loaf"' in put
    assert 'href="/gallery?q=loaf"' in put
    assert names(alice) == ["Picnic"]
    alice.post("/fragments/gallery/changes", data={**here, "change": "leave", "album": album})
    assert ids(alice, f"?album={album}") == []
