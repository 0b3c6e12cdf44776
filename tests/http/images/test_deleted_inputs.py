"""A picture that others begin with was deleted: its sign, and a clear word wherever it would be needed again."""

import itertools
from typing import Any

import pytest

from tests.support.collecting import upload
from tests.support.html import Html
from tests.support.painting import PAINTER, RETOUCHER, Paint
from tests.support.talking import HX

DRAINED = "sandbox/image-overloaded"
LEFT_OUT = "A picture to begin with was deleted, and is left out."


_shades = itertools.count(1)


@pytest.fixture
def picture(paint: Paint) -> str:
    """Unlike any other: a picture of the same content would stand in for it."""
    return upload(paint.alice, "plate.png", (next(_shades), 90, 200))


def delete(paint: Paint, picture: str) -> None:
    assert paint.alice.post("/api/gallery/deletions", json={"ids": [picture]}).status_code < 300


def bring_back(paint: Paint, picture: str) -> None:
    paint.alice.post("/fragments/gallery/changes", data={"change": "restore", "ids": picture})


def test_the_card_shows_a_sign_and_the_picture_again_once_it_is_back(paint: Paint, picture: str) -> None:
    made = paint.made(paint.alice, "Snow on it", model=RETOUCHER, input_asset_ids=[picture])
    address = f"/fragments/images/{made['id']}"
    delete(paint, picture)

    gone = Html(paint.alice.get(address).text).one(".image__inputs")
    bring_back(paint, picture)
    back = Html(paint.alice.get(address).text)

    assert gone.text == "Begun with"
    assert back.one(".image__inputs img")["src"] == f"/media/{picture}?w=320"
    assert back.all(".image__gone") == []


@pytest.mark.parametrize("how", ["", "&seed=new", "&focus=model"])
def test_a_form_filled_from_it_keeps_the_words_and_says_what_is_left_out(
    paint: Paint, picture: str, how: str
) -> None:
    made = paint.made(paint.alice, "Snow on it", model=PAINTER, input_asset_ids=[picture])
    delete(paint, picture)

    page = Html(paint.alice.get(f"/fragments/images?from={made['id']}{how}").text)

    assert page.one("#prompt").text == "Snow on it"
    assert page.one("#recipe-notice").text == LEFT_OUT
    assert page.all("input[name=asset_ids]") == []


def test_to_use_it_as_an_input_says_that_it_is_gone(paint: Paint, picture: str) -> None:
    kept = upload(paint.alice, "jug.png")
    delete(paint, picture)

    page = Html(paint.alice.get(f"/fragments/images?input={picture}&input={kept}").text)

    assert page.one("#recipe-notice").text == LEFT_OUT
    assert [box["value"] for box in page.all("input[name=asset_ids]")] == [kept]


@pytest.mark.parametrize("headers", [{}, HX], ids=["plain", "htmx"])
def test_asking_with_it_brings_the_form_back_with_the_words(
    paint: Paint, picture: str, headers: dict[str, str]
) -> None:
    delete(paint, picture)
    without_it = "0.010000000"
    form = {"prompt": "Snow on it", "model": PAINTER, "asset_ids": picture, "seen_usd": without_it}

    answer = paint.alice.post("/fragments/images", data=form, headers=headers)

    page = Html(answer.text)
    assert answer.status_code == 422
    assert "One of the pictures was deleted." in page.one("#composer-error").text
    assert page.one("#prompt").text == "Snow on it"
    assert page.all("input[name=asset_ids]") == [], "sent once more it goes without"


def test_trying_again_is_refused_with_what_can_be_done_and_works_once_it_is_back(
    paint: Paint, picture: str
) -> None:
    asked = paint.ask(paint.alice, "Snow on it", model=DRAINED, input_asset_ids=[picture])
    paint.alice.post(f"/api/generations/{asked['id']}/cancellation")
    address, before = f"/fragments/images/{asked['id']}/retry", paint.count("generations")
    delete(paint, picture)

    refused = paint.alice.post(address, headers=HX)
    assert refused.status_code == 409
    assert "A picture to begin with was deleted." in refused.text
    assert paint.count("generations") == before

    bring_back(paint, picture)
    again = paint.alice.post(address, headers=HX)
    assert again.status_code == 201
    paint.alice.post(
        f"{again.headers['Studio-Page'].replace('/images?watch=1#image-', '/fragments/images/')}/cancellation"
    )


def test_a_program_is_told_which_field_and_what_to_do(paint: Paint, picture: str) -> None:
    delete(paint, picture)
    body: dict[str, Any] = {"kind": "image", "model": PAINTER, "prompt": "Snow", "input_asset_ids": [picture]}

    answer = paint.alice.post("/api/generations", json=body)

    assert answer.status_code == 422
    assert (answer.json()["error"], answer.json()["field"]) == ("picture_deleted", "pictures")
