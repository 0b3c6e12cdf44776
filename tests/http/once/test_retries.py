"""Trying again is paid work too: it says its price, keeps to the line's limit, and is done once for each press."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http.once.test_forms import at_once
from tests.support.filming import SAME, Film
from tests.support.html import Html
from tests.support.talking import HX

PICTURE = ("images", {"kind": "image", "model": "sandbox/image-refuses", "params": {}})
VIDEO = ("videos", {"kind": "video", "model": "sandbox/video-refuses"})
KINDS = pytest.mark.parametrize(("noun", "wish"), [PICTURE, VIDEO], ids=["picture", "video"])
LITTLE = "0.000000001"


def failed(film: Film, wish: dict[str, Any]) -> str:
    """The address of a card whose wish the provider refused."""
    made = film.ended(film.alice, film.ask(film.alice, f"Refused {uuid4()}", **wish)["id"])
    assert made["state"] == "failed"
    return f"/fragments/{wish['kind']}s/{made['id']}"


def at_once_each(post: Callable[[dict[str, str]], httpx.Response], sent: list[dict[str, str]]) -> Any:
    with ThreadPoolExecutor(len(sent)) as people:
        return list(people.map(post, sent))


def job_of(film: Film, card: str) -> str:
    jobs = film.alice.get("/api/jobs").json()["items"]
    return next(job["id"] for job in jobs if job["generation_id"] == card.rpartition("/")[2])


@KINDS
def test_the_button_says_its_price_and_carries_it(film: Film, noun: str, wish: dict[str, Any]) -> None:
    card = Html(film.alice.get(failed(film, wish)).text)

    form = card.one("form[action$='/retry']")
    assert form.text.startswith("Try again ≤ $")
    assert float(card.one("form[action$='/retry'] [name=seen_usd]")["value"]) > 0
    assert card.one("form[action$='/retry'] [name=idempotency_key]")["value"]


@KINDS
def test_what_costs_more_than_the_button_said_is_asked_about(
    film: Film, noun: str, wish: dict[str, Any]
) -> None:
    card = failed(film, wish)
    before = film.count("generations")

    live = film.alice.post(f"{card}/retry", data={"seen_usd": LITTLE}, headers=HX)
    plain = film.alice.post(f"{card}/retry", data={"seen_usd": LITTLE})

    for answer in (live, plain):
        html = Html(answer.text)
        assert answer.status_code == 409
        assert "more than the button said" in html.one("[role=alert]").text
        assert html.one("article.image")["id"].endswith(card.rpartition("/")[2])
    assert live.headers["HX-Retarget"] == f"#{Html(live.text).one('article.image')['id']}"
    assert "HX-Retarget" not in plain.headers
    assert film.count("generations") == before
    agreed = Html(live.text).one("[name=seen_usd]")["value"]
    assert film.alice.post(f"{card}/retry", data={"seen_usd": agreed}, headers=HX).status_code == 201


@KINDS
def test_pressed_at_the_same_moment_it_is_tried_once(film: Film, noun: str, wish: dict[str, Any]) -> None:
    card = failed(film, wish)
    before = film.count("generations")
    sent = {"idempotency_key": str(uuid4())}

    answers = at_once(6, lambda: film.alice.post(f"{card}/retry", data=sent))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.headers["Studio-Page"] for answer in answers}) == 1
    assert film.count("generations") == before + 1


@KINDS
def test_pressed_again_when_that_has_ended_the_rendering_tells_whether_it_is_meant(
    film: Film, noun: str, wish: dict[str, Any]
) -> None:
    card = failed(film, wish)
    sent = {"idempotency_key": str(uuid4())}
    first = film.alice.post(f"{card}/retry", data=sent, headers=HX)
    film.ended(film.alice, first.headers["Studio-Page"].rpartition("#")[2].partition("-")[2])

    again = film.alice.post(f"{card}/retry", data={**sent, "seen_usd": LITTLE}, headers=HX)
    fresh = Html(first.text).all("[id$='-key']")
    meant = film.alice.post(f"{card}/retry", data={"idempotency_key": fresh[-1]["value"]}, headers=HX)

    assert again.headers["Studio-Page"] == first.headers["Studio-Page"]
    assert meant.headers["Studio-Page"] != first.headers["Studio-Page"]


@KINDS
def test_the_line_has_its_limit_for_retries_too(
    film: Film, noun: str, wish: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    card = failed(film, wish)
    before = film.count("generations")
    monkeypatch.setattr("studio.jobs.jobs.MOST_WAITING", 0)

    page = film.alice.post(f"{card}/retry", headers=HX)
    program = film.alice.post(f"/api/jobs/{job_of(film, card)}/retry")

    assert (page.status_code, program.status_code) == (429, 429)
    assert program.json()["error"] == "too_many_waiting"
    assert film.count("generations") == before


@KINDS
def test_a_program_says_what_it_has_seen(film: Film, noun: str, wish: dict[str, Any]) -> None:
    address = f"/api/jobs/{job_of(film, failed(film, wish))}/retry"
    key = {"Idempotency-Key": str(uuid4())}

    dearer = film.alice.post(address, json={"seen_usd": LITTLE}, headers=key)
    agreed = film.alice.post(address, json={"seen_usd": "100"}, headers=key)
    film.ended(film.alice, agreed.json()["generation_id"])
    again = film.alice.post(address, json={"seen_usd": LITTLE}, headers=key)

    assert (dearer.status_code, dearer.json()["error"]) == (409, "dearer")
    assert (agreed.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == agreed.json()["id"]


def test_a_key_that_was_answered_with_another_try_stands_for_it(film: Film) -> None:
    address = f"/api/jobs/{job_of(film, failed(film, VIDEO[1]))}/retry"
    keys = [{"Idempotency-Key": str(uuid4())} for _ in range(2)]

    first, second = at_once_each(lambda key: film.alice.post(address, headers=key), keys)
    film.ended(film.alice, first.json()["generation_id"])
    film.ended(film.alice, second.json()["generation_id"])
    again = [film.alice.post(address, headers=key).json()["id"] for key in keys]

    assert again == [first.json()["id"], second.json()["id"]]


@pytest.mark.parametrize("seen", ["NaN", "sNaN", "-Infinity", "1e-99999999", "-1e999999"])
def test_a_form_with_a_price_that_no_button_shows_has_no_say(film: Film, seen: str) -> None:
    card = failed(film, PICTURE[1])

    assert film.alice.post(f"{card}/retry", data={"seen_usd": seen}, headers=HX).status_code == 201


def test_a_program_without_a_word_about_money_has_no_say(film: Film) -> None:
    address = f"/api/jobs/{job_of(film, failed(film, PICTURE[1]))}/retry"

    assert film.alice.post(address).status_code == 201


@pytest.mark.parametrize("seen", [-1, "much", True])
def test_a_price_that_is_none_is_told(film: Film, seen: object) -> None:
    address = f"/api/jobs/{job_of(film, failed(film, PICTURE[1]))}/retry"

    assert film.alice.post(address, json={"seen_usd": seen}).status_code == 422


def test_an_administrators_double_press_is_one_more_try_also_when_that_has_ended(film: Film) -> None:
    job_id = job_of(film, failed(film, VIDEO[1]))
    before = film.count("generations")
    page = Html(film.ruth.get("/fragments/admin/jobs").text)
    key = page.one(f"#job-{job_id} [name=idempotency_key]")["value"]

    first = film.ruth.post(f"/fragments/admin/jobs/{job_id}/retry", data={"idempotency_key": key}, headers=HX)
    fresh = film.alice.get("/api/jobs").json()["items"][0]
    film.ended(film.alice, fresh["generation_id"])
    second = film.ruth.post(
        f"/fragments/admin/jobs/{job_id}/retry", data={"idempotency_key": key}, headers=HX
    )

    assert (first.status_code, fresh["retry_of"], second.status_code) == (201, job_id, 200)
    assert film.count("generations") == before + 1


@KINDS
def test_in_the_list_of_jobs_the_button_has_its_price_too(
    film: Film, noun: str, wish: dict[str, Any]
) -> None:
    row = f"/fragments/jobs/{job_of(film, failed(film, wish))}"
    before = film.count("generations")

    shown = Html(film.alice.get(row, headers=HX).text)
    dearer = film.alice.post(f"{row}/retry", data={"seen_usd": LITTLE}, headers=HX)

    form = shown.one("form[action$='/retry']")
    assert form.text.startswith("Try again ≤ $")
    assert dearer.status_code == 409
    assert "more than the button said" in Html(dearer.text).one(".job [role=alert]").text
    assert film.count("generations") == before
    agreed = Html(dearer.text).one("[name=seen_usd]")["value"]
    assert film.alice.post(f"{row}/retry", data={"seen_usd": agreed}, headers=HX).status_code == 201


@KINDS
def test_pressed_in_the_list_and_on_its_card_it_is_tried_once(
    film: Film, noun: str, wish: dict[str, Any]
) -> None:
    card = failed(film, wish)
    before = film.count("generations")
    sent = {"idempotency_key": str(uuid4())}

    film.alice.post(f"/fragments/jobs/{job_of(film, card)}/retry", data=sent, headers=HX)
    film.alice.post(f"{card}/retry", data=sent, headers=HX)

    assert film.count("generations") == before + 1


@KINDS
def test_what_was_made_is_one_link_away_from_the_list_of_jobs(
    film: Film, noun: str, wish: dict[str, Any]
) -> None:
    model, params = ("sandbox/sketcher", {}) if noun == "images" else ("sandbox/video-tiny", SAME)
    asked = film.ask(film.alice, f"A pear {uuid4()}", **{**wish, "model": model, "params": params})
    made = film.ended(film.alice, asked["id"])
    job_id = job_of(film, f"/{made['id']}")

    row = Html(film.alice.get(f"/fragments/jobs/{job_id}", headers=HX).text)

    assert row.one(".job__title a")["href"] == f"/gallery/{made['assets'][0]['id']}"
    assert "took" in row.text and "$" in row.text and "Simulated" in row.text
    assert not row.all("form")
