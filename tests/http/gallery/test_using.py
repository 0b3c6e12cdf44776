"""Ticked pictures are what a picture or a video begins with: on to the form, with an address that names them."""

from uuid import uuid4

import pytest

from tests.http.gallery.test_archives import painted
from tests.support.collecting import fill, ids, upload
from tests.support.html import Html
from tests.support.people import Caller

HTMX = {"HX-Request": "true"}
KINDS = pytest.mark.parametrize("kind", ["image", "video"])


def use(who: Caller, kind: str, ids: list[str], **more: str):  # type: ignore[no-untyped-def]
    return who.post(f"/fragments/gallery/inputs/{kind}", data={"ids": ids, **more})


@pytest.mark.parametrize(
    ("kind", "count", "names"),
    [
        ("image", 1, ["input"]),
        ("image", 3, ["input"] * 3),
        ("video", 1, ["first"]),
        ("video", 2, ["first", "last"]),
        ("video", 3, ["reference"] * 3),
    ],
)
def test_the_form_begins_with_them_in_the_order_in_which_they_were_made(
    alice: Caller, kind: str, count: int, names: list[str]
) -> None:
    made = [painted(alice, f"Plate {number}") for number in range(count)]

    plain = use(alice, kind, made[::-1])
    live = alice.post(f"/fragments/gallery/inputs/{kind}", data={"ids": made[::-1]}, headers=HTMX)

    query = "&".join(f"{name}={item}" for name, item in zip(names, made, strict=True))
    assert plain.headers["Studio-Page"] == f"/{kind}s?{query}"
    assert live.headers["HX-Redirect"] == f"/{kind}s?{query}"
    page = Html(alice.get(f"/fragments{plain.headers['Studio-Page']}").text)
    assert len(page.all("#composer-attachments img")) == count


@KINDS
def test_all_that_match_go_in(alice: Caller, kind: str) -> None:
    one = painted(alice, "A plate")
    painted(alice, "A jug")

    answer = use(alice, kind, [], all="1", query="q=plate")

    assert answer.headers["Studio-Page"].endswith(f"={one}")


@KINDS
def test_what_is_no_picture_or_too_much_is_said_in_the_bar(alice: Caller, bob: Caller, kind: str) -> None:
    painted(alice, "A plate")
    theirs = painted(bob, "A plate")
    most = {"image": 16, "video": 8}[kind]
    for wanted, sentence in (
        ([], "Tick the pictures"),
        ([theirs], "Tick the pictures"),
        ([str(uuid4()) for _ in range(most + 1)], f"At most {most} pictures"),
    ):
        answer = use(alice, kind, wanted)
        assert answer.status_code == 422
        assert sentence in Html(answer.text).one(".picks [role=alert]").text


def test_a_text_among_them_is_named(alice: Caller) -> None:
    fill(alice, 1)
    (text,) = ids(alice)

    answer = use(alice, "image", [upload(alice), text])

    assert "“Text 0” is no picture." in Html(answer.text).one(".picks [role=alert]").text


def test_another_kind_is_not_there_and_a_stranger_signs_in(alice: Caller, charlie: Caller) -> None:
    assert use(alice, "text", []).status_code in (404, 422)
    assert use(charlie, "image", []).status_code == 401


def test_stars_are_taken_away_from_many(alice: Caller) -> None:
    made = [painted(alice, f"Plate {number}") for number in range(2)]
    for verb, starred in (("star", 2), ("unstar", 0)):
        alice.post("/fragments/gallery/changes", data={"change": verb, "ids": made})
        assert len(Html(alice.get("/fragments/gallery?starred=1").text).all(".tile")) == starred
