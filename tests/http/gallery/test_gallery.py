"""The gallery as programs see it: what appears in it, and what can be done with it."""

from uuid import UUID

from studio.gallery import search
from studio.gallery.item import number_of
from studio.gallery.query import Query

from tests.support.collecting import ids, make_text, studio_of, titles, upload
from tests.support.people import Caller
from tests.support.talking import Talk
from tests.support.waiting import until


def test_a_finished_text_is_found_by_prompt_answer_and_model_at_once(talk: Talk) -> None:
    alice = talk.alice
    made = make_text(alice, "Which kettle sings?")
    answer = alice.get(f"/api/generations/{made}").json()["text"]
    said = max((word for word in answer.split() if word.isalpha()), key=len)

    assert ids(alice, "?q=kett") == [made]
    assert ids(alice, f"?q=kettle+{said}") == [made]  # others of hers may say the same word
    assert ids(alice, "?q=kettle+sprinter") == [made]
    assert ids(alice, "?q=kettle&kind=image") == []


def test_an_upload_is_found_by_the_name_of_its_file(alice: Caller) -> None:
    made = upload(alice, "Sourdough Loaf.png")

    [item] = alice.get("/api/gallery?q=sourd&kind=upload").json()["items"]

    assert item["id"] == made
    assert item["asset"]["width_px"] == 64


def test_pages_lead_from_one_to_the_next(alice: Caller) -> None:
    made = [upload(alice, f"loaf {number}.png", (number, 0, 0)) for number in range(5)]
    db, person = studio_of(alice).db, UUID(alice.id)
    page = search.find(db, person, Query("loaf", limit=2))
    following = alice.get(f"/api/gallery{Query('loaf').suffix(before=page.next_before)}").json()

    assert [str(item.id) for item in page.items] == [made[4], made[3]]
    assert [item["id"] for item in following["items"]] == [made[2], made[1], made[0]]
    assert following["next"] is None


def test_a_place_of_another_search_is_refused_with_a_sentence(alice: Caller) -> None:
    answer = alice.get("/api/gallery?q=bread&before=nonsense")

    assert answer.status_code == 422
    assert "first one" in answer.json()["message"]


def test_counts_are_those_of_the_words_for_every_kind(talk: Talk) -> None:
    alice = talk.alice
    make_text(alice, "A loaf, please")
    upload(alice)

    found = alice.get("/api/gallery/counts?q=loaf&kind=text").json()

    assert found == {"total": 2, "kinds": {"text": 1, "image": 1, "video": 0, "upload": 1}}


def test_stars_tags_and_albums_filter_and_are_searched(alice: Caller) -> None:
    item, other = upload(alice), upload(alice, "other.png", (1, 2, 3))
    alice.post("/api/gallery/stars", json={"ids": [item]})
    tagged = alice.post("/api/gallery/tags", json={"ids": [item, other], "add": "Café, Für Oma"})
    album = alice.post("/api/albums", json={"name": "Breakfast"}).json()["id"]
    alice.post(f"/api/albums/{album}/items", json={"ids": [item]})

    assert tagged.json() == {"changed": 2}
    assert ids(alice, "?starred=1") == [item]
    assert set(ids(alice, "?tag=cafe")) == {item, other}
    assert set(ids(alice, "?q=oma")) == {item, other}
    assert ids(alice, f"?album={album}") == ids(alice, "?q=breakf") == [item]
    assert [tag["name"] for tag in alice.get("/api/tags").json()["items"]] == ["Café", "Für Oma"]


def test_taking_a_tag_away_leaves_the_words_of_the_others(alice: Caller) -> None:
    item = upload(alice)
    alice.post("/api/gallery/tags", json={"ids": [item], "add": "jam, honey"})

    alice.post("/api/gallery/tags", json={"ids": [item], "remove": "JAM"})

    assert ids(alice, "?q=jam") == []
    assert ids(alice, "?q=honey") == [item]


def test_an_item_says_how_many_share_its_tags_and_albums(alice: Caller) -> None:
    every = [upload(alice, f"{shade}.png", (shade, 0, 0)) for shade in range(3)]
    album = alice.post("/api/albums", json={"name": "Breakfast"}).json()["id"]
    alice.post(f"/api/albums/{album}/items", json={"ids": every})
    alice.post("/api/gallery/tags", json={"ids": every, "add": "Soup"})
    alice.delete(f"/api/gallery/{every[2]}")

    found = alice.get(f"/api/gallery/{every[0]}").json()

    assert found["tags"] == [{"tag": "soup", "name": "Soup", "count": 2}]
    assert [album["count"] for album in found["albums"]] == [2]


def test_an_album_is_renamed_and_deleted_without_its_items(alice: Caller) -> None:
    item = upload(alice)
    album = alice.post("/api/albums", json={"name": "Breakfast"}).json()["id"]
    alice.post(f"/api/albums/{album}/items", json={"ids": [item]})

    assert alice.post("/api/albums", json={"name": "breakfast"}).status_code == 409
    assert alice.post("/api/albums", json={"name": "  "}).status_code == 422
    renamed = alice.request("PATCH", f"/api/albums/{album}", json={"name": "Supper"}).json()
    assert (renamed["name"], renamed["count"]) == ("Supper", 1)
    assert (ids(alice, "?q=breakfast"), ids(alice, "?q=supper")) == ([], [item])
    alice.delete(f"/api/albums/{album}")
    assert (ids(alice, "?q=supper"), ids(alice)) == ([], [item])


def test_what_is_deleted_lies_in_the_bin_until_it_is_brought_back_or_goes_for_good(alice: Caller) -> None:
    item, other = upload(alice), upload(alice, "other.png", (1, 2, 3))
    assert alice.delete(f"/api/gallery/{item}?for_good=1").status_code == 409

    alice.post("/api/gallery/deletions", json={"ids": [item, other]})
    assert (ids(alice), set(ids(alice, "?bin=1"))) == ([], {item, other})
    alice.post("/api/gallery/restorations", json={"ids": [item]})
    assert ids(alice) == [item]
    assert alice.delete(f"/api/gallery/{other}?for_good=1").status_code == 204
    assert ids(alice, "?bin=1") == []
    assert alice.get(f"/media/{other}").status_code == 404


def test_a_conversation_takes_its_answers_along_when_it_goes_and_when_it_comes_back(talk: Talk) -> None:
    alice = talk.alice
    begun = alice.post(
        "/fragments/conversations", data={"prompt": "Quincejelly?", "model": "sandbox/sprinter"}
    )
    address = begun.headers["Studio-Page"].split("?")[0].removeprefix("/chat/")
    until(lambda: ids(alice, "?q=quincejelly"))
    [item] = ids(alice, "?q=quincejelly")

    alice.post(f"/fragments/conversations/{address}/title", data={"title": "Preserves"})
    assert (titles(alice, "?q=preserv"), alice.get(f"/api/gallery/{item}").json()["title"]) == (
        ["Quincejelly?"],
        "Quincejelly?",
    )
    alice.post(f"/fragments/conversations/{address}/deletion", data={"value": "set"})
    assert ids(alice, "?q=quincejelly") == []
    alice.post(f"/fragments/conversations/{address}/deletion", data={"value": "remove"})
    assert ids(alice, "?q=quincejelly") == [item]


def test_a_forgotten_text_leaves_the_gallery_and_its_words_too(talk: Talk) -> None:
    alice = talk.alice
    made = make_text(alice, "A secret about saffron")

    assert alice.delete(f"/api/generations/{made}").status_code == 204

    assert ids(alice, "?q=saffron") == []
    number = number_of(UUID(made))
    with talk.studio.db.read() as cursor:
        for table in ("item_words", "item_texts", "items"):
            left = cursor.execute(f"SELECT count(*) FROM {table} WHERE number = $number", {"number": number})
            assert left.fetchone() == (0,), table


def test_lineage_and_the_comparison_of_two_recipes(talk: Talk) -> None:
    alice = talk.alice
    first = make_text(alice, "Bread?", params={"temperature": 0.2})
    second = make_text(alice, "Bread, please?", parent_id=first, params={"temperature": 0.9})

    assert alice.get(f"/api/gallery/{second}").json()["made_from"] == [first]
    assert alice.get(f"/api/gallery/{first}").json()["became"] == [second]
    fields = alice.get(f"/api/gallery/comparison?left={first}&right={second}").json()["fields"]
    assert {field["name"] for field in fields if field["differs"]} == {"Prompt", "Temperature"}


def test_neighbours_follow_the_query(alice: Caller) -> None:
    loaf, _, second = (
        upload(alice),
        upload(alice, "jug.png", (9, 9, 9)),
        upload(alice, "loaf 2.png", (1, 1, 1)),
    )

    assert alice.get(f"/api/gallery/{loaf}/neighbours?q=loaf").json() == {"previous": second, "next": None}
