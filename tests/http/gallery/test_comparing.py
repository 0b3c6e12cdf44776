"""Two recipes side by side: chosen by ticking two things, or among the relatives of one."""

from urllib.parse import urlencode
from uuid import UUID

import pytest
from studio.assets import store as assets
from studio.gallery import search

from tests.http.gallery.test_archives import painted
from tests.support.collecting import studio_of, upload
from tests.support.html import Html
from tests.support.people import Caller

COMPARISONS = "/fragments/gallery/comparisons"
HTMX = {"HX-Request": "true"}


def made_by(who: Caller, item: str) -> UUID:
    """The generation of an item."""
    generation = search.get_item(studio_of(who).db, UUID(who.id), UUID(item)).generation_id
    assert generation is not None
    return generation


def test_a_stranger_compares_nothing_and_somebody_elses_things_are_not_there(
    alice: Caller, bob: Caller, charlie: Caller
) -> None:
    one, other = painted(alice), painted(alice, "A jug")

    assert charlie.post(COMPARISONS, data={"ids": [one, other]}).status_code == 401
    assert bob.post(COMPARISONS, data={"ids": [one, other]}).status_code == 422
    assert bob.get(f"/fragments/gallery/{one}?compare={other}").status_code == 404
    assert bob.get(f"/fragments/gallery/{painted(bob)}?compare={other}").status_code == 404


def test_two_ticked_things_lead_to_their_comparison_and_it_leads_back_to_the_search(alice: Caller) -> None:
    one, other = painted(alice, "A plate", params={"seed": 7}), painted(alice, "A jug", params={"n": 2})
    asked = {"ids": [one, other], "query": urlencode({"q": "a", "kind": "image"})}

    plain = alice.post(COMPARISONS, data=asked)
    live = alice.post(COMPARISONS, data=asked, headers=HTMX)
    page = Html(alice.get(f"/fragments{plain.headers['Studio-Page']}").text)

    assert plain.headers["Studio-Page"] == f"/gallery/{one}?compare={other}&q=a&kind=image"
    assert live.headers["HX-Redirect"] == plain.headers["Studio-Page"]
    assert page.one(".item__way a")["href"] == "/gallery?q=a&kind=image"
    assert [side.text for side in page.all("h2")] == ["A A plate", "B A jug"]
    assert page.text_of(".is-different th") == "Prompt differs Seed differs Pictures differs"
    assert page.one("#comparison header p").text == "3 of 5 settings differ."
    cells = [cell.text for cell in page.all(".is-different td")]
    assert cells == ["A plate", "A jug", "7", "not set", "not set", "2"]


def test_the_same_recipe_is_said_to_be_the_same(alice: Caller) -> None:
    one, other = painted(alice), painted(alice)

    page = Html(alice.get(f"/fragments/gallery/{one}?compare={other}").text)

    assert page.one("#comparison header p").text == "Both were made by the same recipe."
    assert not page.all(".is-different")


def test_pictures_that_went_in_go_by_their_titles(alice: Caller, bob: Caller) -> None:
    def digest(item: str) -> str:
        return assets.get_asset(studio_of(alice).db, UUID(alice.id), UUID(item)).sha256

    loaf = digest(upload(alice, "Loaf.png", (1, 2, 3)))
    jugs = [digest(upload(alice, "Jug.png", (nth, 9, 9))) for nth in range(2)]
    theirs = upload(bob, "Secret.png", (7, 7, 7))
    gone = assets.get_asset(studio_of(bob).db, UUID(bob.id), UUID(theirs)).sha256
    one, other = (painted(alice, input_hashes=hashes) for hashes in ([loaf, jugs[0]], [jugs[1], gone]))

    alone = Html(alice.get(f"/fragments/gallery/{one}").text).text_of(".recipe")
    both = Html(alice.get(f"/fragments/gallery/{one}?compare={other}").text).all(".is-different td")

    assert "Pictures taken in “Loaf.png”, “Jug.png”" in alone
    assert [cell.text for cell in both] == [
        f"“Loaf.png”, “Jug.png” ({jugs[0][:8]})",
        f"“Jug.png” ({jugs[1][:8]}), a picture that is gone",
    ]


def test_what_was_made_from_an_upload_alone_has_nothing_to_compare_with(alice: Caller) -> None:
    loaf = upload(alice, "Loaf.png", (1, 2, 3))
    sha256 = assets.get_asset(studio_of(alice).db, UUID(alice.id), UUID(loaf)).sha256

    answer = alice.get(f"/fragments/gallery/{painted(alice, input_hashes=[sha256])}")

    assert answer.status_code == 200
    page, kin = Html(answer.text), "[aria-labelledby=lineage-title]"
    assert [tile["id"] for tile in page.all(f"{kin} .tile")] == [f"i-{loaf}"]
    assert not page.all(f"{kin} button") and not page.all(f"{kin} input")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_anything_but_two_is_answered_with_a_sentence_and_stays_ticked(alice: Caller, count: int) -> None:
    every = [painted(alice, f"Plate {nth}") for nth in range(3)]
    asked = {"ids": every[:count], "tag": "typed", "query": "kind=image"}

    plain = alice.post(COMPARISONS, data=asked)
    live = alice.post(COMPARISONS, data=asked, headers=HTMX)

    assert (plain.status_code, live.status_code) == (422, 422)
    page = Html(plain.text)
    assert page.one(".picks [role=alert]").text == "Tick exactly two things to compare how they were made."
    assert sorted(box["value"] for box in page.all("[name=ids][checked]")) == sorted(every[:count])
    assert page.one("#picks-tag")["value"] == "typed"
    assert live.headers["HX-Retarget"] == "#picks"
    assert not Html(live.text).all("#tiles")


def test_one_of_two_that_is_gone_is_not_called_a_wrong_number(alice: Caller) -> None:
    here, gone = painted(alice, "Here"), painted(alice, "Gone")
    alice.delete(f"/api/gallery/{gone}")
    alice.delete(f"/api/gallery/{gone}?for_good=1")

    answer = alice.post(COMPARISONS, data={"ids": [here, gone]})

    assert answer.status_code == 422
    assert "One of the two is not there any more." in Html(answer.text).one(".picks [role=alert]").text


def test_all_that_match_are_compared_where_they_are_two(alice: Caller) -> None:
    newest = [painted(alice, f"Plate {nth}") for nth in range(2)][::-1]
    painted(alice, "A jug")

    answer = alice.post(COMPARISONS, data={"all": "1", "query": "q=plate", "ids": newest[0]})
    too_many = alice.post(COMPARISONS, data={"all": "1", "query": "kind=image", "ids": newest[0]})

    assert answer.headers["Studio-Page"] == f"/gallery/{newest[0]}?compare={newest[1]}&q=plate"
    assert too_many.status_code == 422
    assert "checked" in Html(too_many.text).one("[name=all]")


def test_what_was_brought_along_has_no_recipe_and_says_so(alice: Caller) -> None:
    made, brought = painted(alice), upload(alice, "Loaf.png", (1, 2, 3))

    answer = alice.post(COMPARISONS, data={"ids": [made, brought]})

    assert answer.status_code == 422
    assert "“Loaf.png” was brought along" in Html(answer.text).one(".picks [role=alert]").text
    assert alice.get(f"/fragments/gallery/{made}?compare={brought}").status_code == 404


def test_an_item_is_compared_with_any_of_its_relatives(alice: Caller) -> None:
    root = painted(alice, "A plate")
    item = painted(alice, "A dish", parent_id=made_by(alice, root))
    children = [painted(alice, f"Dish {nth}", parent_id=made_by(alice, item)) for nth in range(2)]

    page = Html(alice.get(f"/fragments/gallery/{item}?q=dish").text)
    alone = Html(alice.get(f"/fragments/gallery/{children[0]}").text)

    form = f"form[action='/gallery/{item}']"
    assert [choice["value"] for choice in page.all(f"{form} [type=radio]")] == [root, *children]
    assert page.one(f"{form} [checked]")["value"] == root
    assert page.one(f"{form} [name=q]")["value"] == "dish"
    assert alone.one("form [name=compare]")["value"] == item
    assert not alone.all("[type=radio]")
