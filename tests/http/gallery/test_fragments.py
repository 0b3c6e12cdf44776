"""The gallery as pages: what is shown, and what its forms do, with and without htmx."""

from dataclasses import replace
from decimal import Decimal
from urllib.parse import unquote
from uuid import UUID

import pytest
from studio.gallery import search
from studio.gallery.query import Query
from studio.generations import store as generations
from studio.generations.generation import Outcome, State

from tests.http.gallery.test_archives import painted
from tests.support.collecting import fill, ids, studio_of, upload
from tests.support.html import Html
from tests.support.people import Caller

NOBODYS = "01900000-0000-7000-8000-000000000000"
HTMX = {"HX-Request": "true"}


def fields_of(page: Html, form: str) -> dict[str, str]:
    """What pressing the only button of a form would send."""
    return {field["name"]: field["value"] for field in page.all(f"{form} [name]")}


@pytest.mark.parametrize("address", ["/fragments/gallery", f"/fragments/gallery/{NOBODYS}"])
def test_a_stranger_sees_nothing(standing: object, address: str) -> None:
    assert Caller(standing).get(address).status_code == 401  # type: ignore[arg-type]


def test_a_stranger_changes_nothing(standing: object) -> None:
    answer = Caller(standing).post("/fragments/gallery/changes", data={"change": "star", "ids": NOBODYS})  # type: ignore[arg-type]

    assert answer.status_code == 401


def test_somebody_elses_item_is_not_there(alice: Caller, bob: Caller) -> None:
    item = upload(alice)

    assert bob.get(f"/fragments/gallery/{item}").status_code == 404
    for change in ("star", "delete", "restore", "purge", "untag"):
        answer = bob.post("/fragments/gallery/changes", data={"change": change, "ids": item, "tag": "x"})
        assert answer.status_code == 404, change
    assert ids(alice) == [item]


def test_the_page_shows_tiles_that_lead_to_their_items_within_the_search(alice: Caller) -> None:
    item = upload(alice, "Fresh loaf.png")

    page = alice.get("/fragments/gallery?q=loaf").text

    assert f'href="/gallery/{item}?q=loaf"' in page
    assert 'alt="Fresh loaf.png"' in page
    assert f'src="/media/{item}?w=320"' in page
    assert 'width="64" height="48"' in page


@pytest.mark.parametrize("kind", ["image/avif", "image/webp"])
def test_all_that_a_tile_may_fetch_is_small(alice: Caller, kind: str) -> None:
    upload(alice, size=(1600, 1200))

    (tile,) = Html(alice.get("/fragments/gallery").text).all(".tile__picture")

    places = [place.split()[0] for place in tile["srcset"].split(", ")]
    assert len(places) == 2
    for place in places:
        assert len(alice.get(place, headers={"Accept": kind}).content) <= 20_000


def test_a_search_under_way_brings_the_results_alone_and_their_address(alice: Caller) -> None:
    upload(alice)

    answer = alice.get("/fragments/gallery?q=loa&kind=", headers=HTMX)

    assert answer.headers["HX-Replace-Url"] == "/gallery?q=loa"
    assert 'id="gallery-results"' in answer.text
    assert 'type="search"' not in answer.text


def test_the_number_of_filters_is_right_while_they_are_set(alice: Caller) -> None:
    upload(alice)

    for asked, used in (
        ("", ""),
        ("since=2020-01-01&until=2090-01-01", "1 set"),
        ("starred=1&q=loa", "1 set"),
    ):
        live = Html(alice.get(f"/fragments/gallery?{asked}", headers=HTMX).text)
        whole = Html(alice.get(f"/fragments/gallery?{asked}").text)
        assert live.one("hx-partial[hx-target='#gallery-used']").text == used
        assert whole.one("#gallery-used").text == used


def test_a_change_brings_what_may_be_chosen_from_now_on(alice: Caller) -> None:
    asked = {"ids": upload(alice), "query": "since=2020-01-01", "tag": "soup", "album_name": "Picnic"}

    for change, choice in (("tag", "soup (1)"), ("album", "Picnic (1)")):
        answer = alice.post("/fragments/gallery/changes", data={**asked, "change": change}, headers=HTMX)
        choices = Html(answer.text).one("hx-partial[hx-target='#gallery-filters']")
        assert choice in choices.text
        assert choices["hx-swap"] == "outerMorph"


def test_what_is_empty_says_why(alice: Caller) -> None:
    assert "The buffet is still empty" in alice.get("/fragments/gallery").text
    assert "Words match from their beginning" in alice.get("/fragments/gallery?q=soup").text
    assert "there are none in it" in alice.get("/fragments/gallery?q=%2A%2A").text
    assert "is later than" in alice.get("/fragments/gallery?since=2026-12-02&until=2026-12-01&q=soup").text
    assert f"Nothing here fits “{'x' * 80}…”." in alice.get(f"/fragments/gallery?q={'x' * 90}").text
    assert "Nothing here fits those filters.</p>" in alice.get("/fragments/gallery?starred=1").text
    assert "Nothing to clear away" in alice.get("/fragments/gallery?bin=1").text


def test_an_address_cut_short_begins_at_the_beginning_but_a_page_within_does_not(alice: Caller) -> None:
    item = upload(alice)

    whole = alice.get("/fragments/gallery?before=0199")
    more = alice.get("/fragments/gallery?before=0199&more=1", headers=HTMX)

    assert whole.status_code == 200
    assert f'href="/gallery/{item}"' in whole.text
    assert more.status_code == 422


@pytest.mark.parametrize(
    "asked",
    [{"change": "star"}, {"change": "tag", "tag": "soup"}, {"change": "album", "album_name": "Soups"}],
)
def test_what_lies_in_the_bin_is_left_as_it_is_and_the_rest_is_done(
    alice: Caller, asked: dict[str, str]
) -> None:
    binned, kept = upload(alice), upload(alice, "kept.png", (1, 2, 3))
    alice.delete(f"/api/gallery/{binned}")

    refused = alice.post("/fragments/gallery/changes", data={**asked, "ids": binned})
    albums = alice.get("/api/albums").json()["items"]
    done = alice.post("/fragments/gallery/changes", data={**asked, "ids": [binned, kept]})

    assert refused.status_code == 409
    assert "That lies in the bin. Bring it back first." in refused.text
    assert albums == [], "an album was made that nothing went into"
    assert "1 thing" in unquote(done.headers["Studio-Note"])
    alice.post("/api/gallery/restorations", json={"ids": [binned]})
    found = alice.get(f"/api/gallery/{binned}").json()
    assert (found["starred"], found["tags"], found["albums"]) == (False, [], [])


def test_a_change_far_down_brings_as_much_as_was_shown(alice: Caller) -> None:
    fill(alice, 130)
    following = alice.get(alice.get("/api/gallery").json()["next"]).json()["items"]
    asked = {"change": "star", "ids": following[20]["id"]}

    short = Html(alice.post("/fragments/gallery/changes", data=asked, headers=HTMX).text)
    far = Html(
        alice.post("/fragments/gallery/changes", data={**asked, "shown": ["60", "60"]}, headers=HTMX).text
    )
    refused = alice.post("/fragments/gallery/changes", data={"change": "star", "shown": ["60", "60"]})

    assert len(short.all("#tiles .tile")) == 60
    assert len(far.all("#tiles .tile")) == 120
    assert far.one("#tiles [name=shown]")["value"] == "120"
    assert len(Html(refused.text).all("#tiles .tile")) == 120


@pytest.mark.parametrize("shown", [["-5"], ["60"] * 40])
def test_nobody_makes_a_page_without_end(alice: Caller, shown: list[str]) -> None:
    fill(alice, 1_300)

    answer = alice.post("/fragments/gallery/changes", data={"change": "star", "shown": shown})

    assert len(Html(answer.text).all("#tiles .tile")) == (60 if shown == ["-5"] else 1_200)


def test_deleting_offers_the_way_back_and_leads_to_the_same_search(alice: Caller) -> None:
    item = upload(alice)
    asked = {"change": "delete", "ids": item, "query": "q=loaf"}

    plain = alice.post("/fragments/gallery/changes", data=asked)
    alice.post("/fragments/gallery/changes", data={**asked, "change": "restore"})
    live = alice.post("/fragments/gallery/changes", data=asked, headers=HTMX)

    assert plain.headers["Studio-Page"].startswith("/gallery?q=loaf&deleted=")
    assert unquote(plain.headers["Studio-Note"]) == "Deleted 1 thing."
    assert ids(alice) == []
    undo = fields_of(Html(live.text), ".toast form")
    assert (undo["query"], undo["change"]) == ("q=loaf", "restore")
    assert alice.post("/fragments/gallery/changes", data=undo).status_code == 200
    assert ids(alice) == [item]


def test_the_page_after_a_deletion_undoes_it_without_scripts_until_it_is_undone(
    alice: Caller, bob: Caller
) -> None:
    before, item = upload(alice, "older.png"), upload(alice)
    alice.post("/fragments/gallery/changes", data={"change": "delete", "ids": before})
    gone = alice.post(
        "/fragments/gallery/changes", data={"change": "delete", "ids": item, "query": "kind=image"}
    )
    address = f"/fragments{gone.headers['Studio-Page']}"

    undo = fields_of(Html(alice.get(address).text), ".notice form")
    theirs = bob.post("/fragments/gallery/changes", data=undo)
    back = alice.post("/fragments/gallery/changes", data=undo)

    assert "/fragments/gallery/changes" not in bob.get(address).text
    assert theirs.status_code == 404
    assert back.headers["Studio-Page"] == "/gallery?kind=image"
    assert unquote(back.headers["Studio-Note"]) == "Brought back 1 thing."
    assert (ids(alice), ids(alice, "?bin=1")) == ([item], [before])
    assert not Html(alice.get(address).text).all(".notice form")


def test_what_is_done_to_all_that_match_is_done_to_thousands_and_undone_at_once(alice: Caller) -> None:
    fill(alice, 5_200)
    everything = {"all": "1", "query": "", "tag": "many"}

    for change in ("tag", "star"):
        alice.post("/fragments/gallery/changes", data={**everything, "change": change})
    tagged = alice.get("/api/gallery/counts?tag=many&starred=1").json()["total"]
    gone = alice.post("/fragments/gallery/changes", data={**everything, "change": "delete"}, headers=HTMX)
    left = ids(alice)
    undone = alice.post("/fragments/gallery/changes", data=fields_of(Html(gone.text), ".toast form"))

    assert (tagged, left) == (5_200, [])
    assert "Deleted 5,200 things." in gone.text
    assert unquote(undone.headers["Studio-Note"]) == "Brought back 5,200 things."
    assert alice.get("/api/gallery/counts").json()["total"] == 5_200


def test_fifteen_hundred_ticked_by_hand_are_all_done(alice: Caller) -> None:
    fill(alice, 1_500)
    everything = search.find_ids(studio_of(alice).db, UUID(alice.id), Query())
    ticked = {"ids": [str(item_id) for item_id in everything]}

    starred = alice.post("/fragments/gallery/changes", data={**ticked, "change": "star"})
    parts = alice.post("/fragments/archives", data=ticked)
    compared = alice.post("/fragments/gallery/comparisons", data=ticked)

    assert (starred.status_code, parts.status_code, compared.status_code) == (200, 200, 422)
    assert unquote(starred.headers["Studio-Note"]) == "Starred 1,500 things."
    assert len(Html(parts.text).all("[name=ids]")) == 1_500


def test_a_moment_that_is_none_undoes_nothing(alice: Caller) -> None:
    item = upload(alice)
    alice.post("/fragments/gallery/changes", data={"change": "delete", "ids": item})

    for moment in ("yesterday", "2026-01-01T00:00:00"):
        answer = alice.post("/fragments/gallery/changes", data={"change": "restore", "deleted": moment})
        assert answer.status_code in (404, 422)
        assert alice.get(f"/fragments/gallery?deleted={moment}").status_code == 200
    assert ids(alice) == []


def test_all_that_match_means_those_and_no_others(alice: Caller) -> None:
    loaf, other = upload(alice), upload(alice, "jug.png", (1, 1, 1))

    alice.post("/fragments/gallery/changes", data={"change": "delete", "all": "1", "query": "q=loaf"})

    assert (ids(alice), ids(alice, "?bin=1")) == ([other], [loaf])


def test_ticking_nothing_and_naming_no_album_are_answered_with_a_sentence(alice: Caller) -> None:
    item = upload(alice)

    nothing = alice.post("/fragments/gallery/changes", data={"change": "star"})
    nowhere = alice.post("/fragments/gallery/changes", data={"change": "album", "ids": item})

    assert (nothing.status_code, nowhere.status_code) == (422, 422)
    assert "Tick at least one" in nothing.text
    assert "Choose an album" in nowhere.text


def test_a_new_album_is_made_by_putting_something_in(alice: Caller) -> None:
    item = upload(alice)

    alice.post("/fragments/gallery/changes", data={"change": "album", "ids": item, "album_name": "Picnic"})

    [album] = alice.get("/api/albums").json()["items"]
    assert (album["name"], album["count"]) == ("Picnic", 1)
    assert "Picnic" in alice.get(f"/fragments/gallery/{item}").text


def test_the_token_is_the_first_field_before_every_box(alice: Caller) -> None:
    upload(alice)

    form = alice.get("/fragments/gallery").text.partition('id="selection"')[2]

    assert form.index('name="csrf"') < form.index('name="ids"')


def test_enter_in_a_field_of_the_bar_does_what_was_typed(alice: Caller) -> None:
    item = upload(alice)

    alice.post("/fragments/gallery/changes", data={"change": "typed", "ids": item, "tag": "picnic"})
    nothing = alice.post("/fragments/gallery/changes", data={"change": "typed", "ids": item})
    assert nothing.status_code == 422
    assert "Type a tag, or the name of an album." in Html(nothing.text).one(".picks [role=alert]").text

    assert ids(alice, "?tag=picnic") == [item]


class TestOnThePageOfAnItem:
    def change(self, who: Caller, verb: str, item: str) -> Html:
        form = {"change": verb, "ids": item, "at": item, "query": "q=loaf", "tag": "x"}
        answer = who.post("/fragments/gallery/changes", data=form, headers=HTMX)
        assert answer.status_code == 200, answer.text
        return Html(answer.text)

    def test_the_way_back_leads_to_the_page_where_it_was_pressed(self, alice: Caller) -> None:
        item = upload(alice)

        said = self.change(alice, "delete", item)

        undo = said.one(".toast form")
        assert (undo["hx-target"], undo["hx-swap"]) == ("#item", "outerHTML")
        fields = fields_of(said, ".toast form")
        assert {name: fields[name] for name in ("at", "query", "change")} == {
            "at": item,
            "query": "q=loaf",
            "change": "restore",
        }
        assert alice.post("/fragments/gallery/changes", data=fields).status_code == 200
        assert ids(alice) == [item]
        assert said.all("#item") and not said.all("#gallery-results")

    def test_bringing_it_back_shows_it_as_it_was(self, alice: Caller) -> None:
        item = upload(alice)
        self.change(alice, "delete", item)

        back = self.change(alice, "restore", item)

        assert back.one(".toast p").text == "Brought back 1 thing."
        assert back.one("#item img")["src"] == f"/media/{item}"
        assert back.all(".toast form") == []

    @pytest.mark.parametrize("verb", ["star", "unstar", "tag", "untag"])
    def test_whatever_else_is_done_comes_back_as_the_same_page_within_its_search(
        self, alice: Caller, verb: str
    ) -> None:
        item = upload(alice)

        page = self.change(alice, verb, item)

        assert page.all("#item") and page.all(".toast p")
        assert page.one(".item__way a")["href"] == "/gallery?q=loaf"
        assert {field["value"] for field in page.all("#item [name=query]")} == {"q=loaf"}

    def test_without_scripts_it_leads_to_its_own_page_until_it_is_gone_for_good(self, alice: Caller) -> None:
        item = upload(alice)
        form = {"ids": item, "at": item, "query": "q=loaf"}

        leads_to = [
            alice.post("/fragments/gallery/changes", data={**form, "change": verb}).headers["Studio-Page"]
            for verb in ("star", "delete", "restore", "delete", "purge")
        ]

        assert leads_to == [f"/gallery/{item}?q=loaf"] * 4 + ["/gallery?q=loaf&bin=1"]
        deleted = upload(alice)
        alice.post("/fragments/gallery/changes", data={"change": "delete", "ids": deleted})
        assert "Bring back" in alice.get(f"/fragments/gallery/{deleted}").text


def test_a_picture_says_what_somebody_asked_for_in_words(alice: Caller) -> None:
    paid_by_the_token = Outcome(input_tokens=9, output_tokens=16_224, cost_usd=Decimal("0.16"))
    item = painted(alice, "A jug", params={"n": 2}, state=State.RUNNING)
    studio = studio_of(alice)
    made = search.get_item(studio.db, UUID(alice.id), UUID(item)).generation_id
    generation = generations.get_generation(studio.db, UUID(alice.id), made)
    studio.db.write(*generations.finish(replace(generation, state=State.DONE, outcome=paid_by_the_token)))

    page = Html(alice.get(f"/fragments/gallery/{item}").text)

    recipe = dict(
        zip((name.text for name in page.all("dt")), (text.text for text in page.all("dd")), strict=True)
    )
    assert recipe["Pictures"] == "2"
    assert "$0.16" in page.one(".facts").text
    assert "16,224" not in page.one(".facts").text


def test_a_star_is_a_switch_that_says_how_it_stands(alice: Caller) -> None:
    item = upload(alice)

    before = alice.get(f"/fragments/gallery/{item}").text
    asked = {"change": "star", "ids": item, "at": item}
    after = alice.post("/fragments/gallery/changes", data=asked, headers=HTMX).text

    assert 'value="star" aria-pressed="false"' in before
    assert 'value="unstar" aria-pressed="true"' in after
