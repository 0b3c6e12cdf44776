"""A picture that a video begins with was deleted: its sign, and a clear word wherever it would be needed again."""

import itertools

import pytest

from tests.support.filming import Film, kept
from tests.support.html import Html
from tests.support.talking import HX

LEFT_OUT = "A picture to begin with was deleted, and is left out."
FILMER = "sandbox/filmer"


_shades = itertools.count(1)


@pytest.fixture
def pictures(film: Film) -> tuple[str, str]:
    """A first frame, which is going to be deleted and is unlike any other, and a last one."""
    return film.keep_picture(film.alice, f"#{next(_shades):06x}"), film.keep_picture(film.alice, "blue")


def delete(film: Film, picture: str) -> None:
    assert film.alice.post("/api/gallery/deletions", json={"ids": [picture]}).status_code < 300


def test_the_card_shows_a_sign_beside_what_is_still_there(film: Film, pictures: tuple[str, str]) -> None:
    asked = film.ask(film.alice, "From dusk to dawn", input_asset_ids=list(pictures))
    film.ended(film.alice, asked["id"])
    delete(film, pictures[0])

    card = Html(film.alice.get(f"/fragments/videos/{asked['id']}").text)

    assert card.one(".image__gone")["title"] == "First frame: this picture was deleted"
    assert card.one(".image__inputs a")["href"] == f"/gallery/{pictures[1]}"


def test_a_form_filled_from_it_keeps_the_rest_and_says_what_is_left_out(
    film: Film, pictures: tuple[str, str]
) -> None:
    asked = film.ask(film.alice, "From dusk to dawn", input_asset_ids=list(pictures))
    film.ended(film.alice, asked["id"])
    delete(film, pictures[0])

    page = Html(film.alice.get(f"/fragments/videos?from={asked['id']}").text)

    assert page.one("#prompt").text == "From dusk to dawn"
    assert page.one("#recipe-notice").text == LEFT_OUT
    assert kept(page) == [f"last_frame:{pictures[1]}"]


def test_to_make_a_video_of_it_says_that_it_is_gone(film: Film, pictures: tuple[str, str]) -> None:
    delete(film, pictures[0])

    page = Html(film.alice.get(f"/fragments/videos?first={pictures[0]}").text)

    assert page.one("#recipe-notice").text == LEFT_OUT
    assert kept(page) == []


@pytest.mark.parametrize("headers", [{}, HX], ids=["plain", "htmx"])
def test_asking_with_it_brings_the_form_back_with_the_words(
    film: Film, pictures: tuple[str, str], headers: dict[str, str]
) -> None:
    delete(film, pictures[0])
    form = {
        "prompt": "It moves",
        "model": FILMER,
        "kept": [f"first_frame:{pictures[0]}", f"last_frame:{pictures[1]}"],
    }

    answer = film.alice.post("/fragments/videos", data=form, headers=headers)

    page = Html(answer.text)
    assert answer.status_code == 422
    assert "One of the pictures was deleted." in page.one("#composer-error").text
    assert page.one("#prompt").text == "It moves"
    assert kept(page) == [f"last_frame:{pictures[1]}"]


def test_trying_again_is_refused_with_what_can_be_done(film: Film, pictures: tuple[str, str]) -> None:
    asked = film.ask(film.alice, "Refused", model="sandbox/video-refuses", input_asset_ids=[pictures[0]])
    film.ended(film.alice, asked["id"])
    delete(film, pictures[0])
    before = len(film.submissions(prompt="Refused"))

    page = film.alice.post(f"/fragments/videos/{asked['id']}/retry", headers=HX)
    program = film.alice.post(f"/api/jobs/{film.job(film.alice, asked['id'])['id']}/retry")

    assert (page.status_code, program.status_code) == (409, 409)
    assert "A picture to begin with was deleted." in page.text
    assert "Bring it back from the bin" in program.json()["message"]
    assert len(film.submissions(prompt="Refused")) == before
