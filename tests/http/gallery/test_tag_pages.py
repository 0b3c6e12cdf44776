"""A tag as a whole: shown as a link, renamed on everything that has it, made one with another after a question."""

from urllib.parse import unquote

import pytest
from studio.gallery import verbs

from tests.support.collecting import ids, upload
from tests.support.html import Html
from tests.support.people import Caller

NAME = "/fragments/tags/name"
HTMX = {"HX-Request": "true"}


def tagged(who: Caller, names: str, nth: int = 0) -> str:
    """A thing with these tags."""
    item = upload(who, f"thing {nth}.png", (nth, nth, nth))
    who.post("/api/gallery/tags", json={"ids": [item], "add": names})
    return item


def tags(who: Caller) -> dict[str, int]:
    return {tag["name"]: tag["count"] for tag in who.get("/api/tags").json()["items"]}


def test_somebody_elses_tag_is_neither_shown_nor_changed(alice: Caller, bob: Caller, charlie: Caller) -> None:
    tagged(alice, "Soup")

    assert charlie.post(NAME, data={"tag": "soup", "name": "Mine"}).status_code == 401
    assert bob.get(f"{NAME}?tag=soup").status_code == 404
    assert bob.post(NAME, data={"tag": "soup", "name": "Mine"}).status_code == 404
    assert tags(alice) == {"Soup": 1}


def test_a_tag_leads_to_all_that_have_it_and_has_a_button_that_takes_it_away(alice: Caller) -> None:
    item = tagged(alice, "Für Oma & Opa")

    shown = Html(alice.get(f"/fragments/gallery/{item}").text)
    link = shown.one(".chip a")
    answer = alice.get(f"/fragments{link['href']}")

    assert link.text == "Für Oma & Opa"
    assert shown.one(".chip button")["aria-label"] == "Remove tag Für Oma & Opa"
    assert unquote(answer.headers["Studio-Title"]) == "Tagged “Für Oma & Opa”"
    assert Html(answer.text).one("h1").text == "Tagged “Für Oma & Opa”"
    assert len(Html(answer.text).all("#tiles .tile")) == 1


def test_a_new_name_is_on_everything_and_found(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.gallery.tagging.AT_ONCE", 2)
    things = [tagged(alice, "Soup, Winter", nth) for nth in range(3)]
    alice.post("/api/gallery/deletions", json={"ids": things[:1]})
    asked = {"tag": "soup", "name": "Hot  Broth", "query": "tag=soup&kind=upload"}

    live = alice.post(NAME, data=asked, headers=HTMX)
    alice.post("/api/gallery/restorations", json={"ids": things[:1]})

    assert live.headers["HX-Replace-Url"] == "/gallery?kind=upload&tag=hot+broth"
    assert "3 things tagged “Hot Broth” now." in live.text
    assert tags(alice) == {"Hot Broth": 3, "Winter": 3}
    assert sorted(ids(alice, "?q=broth")) == sorted(ids(alice, "?q=winter")) == sorted(things)
    assert ids(alice, "?q=soup") == []
    assert alice.post(NAME, data=asked).status_code == 404


def test_a_tag_is_written_another_way(alice: Caller) -> None:
    item = tagged(alice, "SOUP")

    plain = alice.post(NAME, data={"tag": "soup", "name": "Soup", "query": "tag=soup"})

    assert plain.headers["Studio-Page"] == "/gallery?tag=soup"
    assert tags(alice) == {"Soup": 1}
    assert ids(alice, "?q=soup") == [item]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_name_that_is_taken_is_asked_about_and_both_become_one(
    alice: Caller, headers: dict[str, str]
) -> None:
    both = tagged(alice, "Soup, Broth")
    soup, broth = tagged(alice, "Soup", 1), tagged(alice, "broth", 2)
    asked = {"tag": "soup", "name": "BROTH", "query": "tag=soup"}

    question = alice.post(NAME, data=asked, headers=headers)
    form = Html(question.text)
    elsewhere = alice.post(NAME, data={**asked, "name": "Winter, Cold", "merge": "broth"}, headers=headers)
    before = tags(alice)
    alice.post(NAME, data={**asked, "merge": form.one("[name=merge]")["value"]}, headers=headers)

    assert (question.status_code, elsewhere.status_code) == (409, 422)
    assert form.one("#gallery-name-error").text == "You have the tag “broth” already, on 2 things."
    assert form.one("#gallery-name")["value"] == "BROTH"
    assert before == {"Soup": 2, "broth": 2}
    assert tags(alice) == {"BROTH": 3}
    assert sorted(ids(alice, "?q=broth")) == sorted([both, soup, broth])


@pytest.mark.parametrize("typed", ["", "!?", "a, b", "x" * (verbs.NAME_LIMIT + 1)])
def test_a_name_that_is_none_comes_back_with_a_sentence(alice: Caller, typed: str) -> None:
    tagged(alice, "Soup")

    answer = alice.post(NAME, data={"tag": "soup", "name": typed})

    assert answer.status_code == 422
    assert Html(answer.text).one("#gallery-name")["value"] == typed
    assert Html(answer.text).one("#gallery-name-error").text
    assert tags(alice) == {"Soup": 1}


def test_a_program_renames_and_merges(alice: Caller) -> None:
    tagged(alice, "Soup, Broth")

    taken = alice.request("PATCH", "/api/tags", json={"tag": "soup", "name": "broth"})
    merged = alice.request("PATCH", "/api/tags", json={"tag": "soup", "name": "broth", "merge": True})

    assert (taken.status_code, taken.json()["error"]) == (409, "tag_taken")
    assert merged.json() == {"tag": "broth", "name": "broth", "count": 1}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("!?, ", "A tag has at least one letter or digit."),
        (", ".join(f"t{number}" for number in range(30)), "Those are 30 tags"),
        (f"soup, {'y' * 90}", f"“{'y' * 20}…” has 90 characters"),
    ],
)
def test_a_tag_that_will_not_do_is_named(alice: Caller, typed: str, said: str) -> None:
    item = upload(alice)

    answer = alice.post("/fragments/gallery/changes", data={"change": "tag", "tag": typed, "ids": item})

    assert answer.status_code == 422
    assert said in Html(answer.text).text
    assert tags(alice) == {}


def test_a_tag_holds_what_can_be_seen(alice: Caller) -> None:
    tagged(alice, "a\u202eb\u200b  c\u0007, \u200b\u2060x")

    assert tags(alice) == {"ab c": 1, "x": 1}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"change": "tag", "tag": "!?"}, "tag"),
        ({"change": "album", "album_name": "x" * 90}, "album_name"),
        ({"change": "album", "album_name": " "}, "album_name"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_will_not_do_is_said_at_its_field_with_what_was_typed(
    alice: Caller, asked: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    item = upload(alice)

    bar = alice.post("/fragments/gallery/changes", data={**asked, "ids": item}, headers=headers)
    card = alice.post("/fragments/gallery/changes", data={**asked, "ids": item, "at": item}, headers=headers)

    assert (bar.status_code, card.status_code) == (422, 422)
    for page, form in ((Html(bar.text), "#picks"), (Html(card.text), "#item")):
        typed = page.one(f"{form} [name={field}]")
        assert typed["value"] == asked[field]
        assert typed["aria-invalid"] == "true"
        assert page.one(f"#{typed['aria-describedby']}").text
    assert "HX-Retarget" not in card.headers
