"""Running again what was made: one press, the price on the button, and one more for each press."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.once.test_forms import at_once
from tests.http.once.test_retries import LITTLE
from tests.support.filming import Film
from tests.support.html import Html
from tests.support.sameness import assert_not_there
from tests.support.talking import HX

SEED = {"seed": 7}
PICTURE = {"kind": "image", "model": "sandbox/painter", "params": SEED}
VIDEO = {"kind": "video", "model": "sandbox/video-tiny", "params": SEED}
KINDS = pytest.mark.parametrize("wish", [PICTURE, VIDEO], ids=["picture", "video"])


@pytest.fixture(params=["card", "item"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the button stands: on the card of its page, or on the item's own page in the gallery."""
    return str(request.param)


def made(film: Film, wish: dict[str, Any]) -> dict[str, Any]:
    done = film.ended(film.alice, film.ask(film.alice, f"Made {uuid4()}", **wish)["id"])
    assert done["state"] == "done", done
    return done


def button(film: Film, done: dict[str, Any], place: str) -> tuple[str, dict[str, str]]:
    """The address of the form, and what it sends."""
    item = f"gallery/{done['assets'][0]['id']}" if place == "item" else f"{done['kind']}s/{done['id']}"
    form = "form[action$='/rerun']"
    page = Html(film.alice.get(f"/fragments/{item}").text)
    assert page.text_of(form).startswith("Run again ≤ $")
    sent = {name: page.one(f"{form} [name={name}]")["value"] for name in ("seen_usd", "idempotency_key")}
    assert float(sent["seen_usd"]) > 0
    return page.one(form)["action"], sent


@KINDS
def test_one_press_makes_the_same_and_leads_to_its_card(film: Film, wish: dict[str, Any], place: str) -> None:
    done = made(film, wish)
    address, sent = button(film, done, place)

    answer = film.alice.post(address, data=sent)

    path, _, anchor = answer.headers["Studio-Page"].partition("#")
    fresh = film.alice.get(f"/api/generations/{anchor.partition('-')[2]}").json()
    assert (answer.status_code, path) == (201, f"/{wish['kind']}s?watch=1")
    assert fresh["parent_id"] == done["id"]
    assert [fresh[name] for name in ("kind", "model", "prompt", "params")] == [
        done[name] for name in ("kind", "model", "prompt", "params")
    ]


@KINDS
def test_pressed_at_the_same_moment_it_is_one(film: Film, wish: dict[str, Any], place: str) -> None:
    address, sent = button(film, made(film, wish), place)
    before = film.count("generations")

    answers = at_once(6, lambda: film.alice.post(address, data=sent))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.headers["Studio-Page"] for answer in answers}) == 1
    assert film.count("generations") == before + 1


def test_what_costs_more_than_the_button_said_is_asked_about(film: Film, place: str) -> None:
    address, _ = button(film, made(film, PICTURE), place)
    before = film.count("generations")

    live = film.alice.post(address, data={"seen_usd": LITTLE}, headers=HX)
    plain = film.alice.post(address, data={"seen_usd": LITTLE})

    for answer in (live, plain):
        html = Html(answer.text)
        assert answer.status_code == 409
        assert "more than the button said" in html.one("[role=alert]").text
        assert float(html.one("form[action$='/rerun'] [name=seen_usd]")["value"]) > 0
    assert "HX-Retarget" not in plain.headers
    assert film.count("generations") == before


def test_the_gallery_leads_there_with_scripts_too(film: Film) -> None:
    address, sent = button(film, made(film, PICTURE), "item")

    answer = film.alice.post(address, data=sent, headers=HX)

    assert answer.headers["HX-Redirect"].startswith("/images#image-")


def test_somebody_elses_is_not_there(film: Film, place: str) -> None:
    address, sent = button(film, made(film, PICTURE), place)
    nobodys = address.replace(address.split("/")[3], str(uuid4()))

    assert_not_there(film.bob.post(address, data=sent), film.bob.post(nobodys, data=sent))


def test_without_a_picture_that_it_began_with_there_is_no_button_and_no_way(film: Film) -> None:
    first = made(film, PICTURE)["assets"][0]["id"]
    done = film.ended(
        film.alice,
        film.ask(film.alice, "Snow", **{**PICTURE, "model": "sandbox/retoucher"}, input_asset_ids=[first])[
            "id"
        ],
    )
    address, sent = button(film, done, "card")
    film.alice.post("/fragments/gallery/changes", data={"change": "delete", "ids": first})

    card = Html(film.alice.get(f"/fragments/images/{done['id']}").text)
    item = Html(film.alice.get(f"/fragments/gallery/{done['assets'][0]['id']}").text)
    pressed = film.alice.post(address, data=sent, headers=HX)

    assert not card.all("form[action$='/rerun']") and not item.all("form[action$='/rerun']")
    assert "Change and run" in card.text and "Change and run" in item.text
    assert pressed.status_code == 409
    assert "was deleted" in Html(pressed.text).one("[role=alert]").text
