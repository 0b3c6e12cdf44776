"""A form that is sent twice: one rendering asks for one thing, however often and however fast its button is pressed."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from tests.support.filming import Film
from tests.support.html import Html
from tests.support.painting import PAINTER, RETOUCHER, SKETCHER
from tests.support.talking import FAST, HX

PICTURES = ("/fragments/images", {"model": SKETCHER})
VIDEOS = ("/fragments/videos", {"model": "sandbox/video-tiny", "duration": "1", "size": "128x72"})
TALK = ("/fragments/conversations", {"model": FAST})
KINDS = pytest.mark.parametrize(
    ("address", "form"), [PICTURES, VIDEOS, TALK], ids=["pictures", "videos", "talk"]
)


def key_in(html: str) -> str:
    return Html(html).one("#composer [name=idempotency_key]")["value"]


def at_once(times: int, send: Callable[[], httpx.Response]) -> list[httpx.Response]:
    together = Barrier(times)

    def press(_: int) -> httpx.Response:
        together.wait()
        return send()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(press, range(times)))


def asked(film: Film, prompt: str) -> int:
    """How many generations there are with these words."""
    with film.studio.db.read() as cursor:
        row = cursor.execute("SELECT count(*) FROM generations WHERE prompt = $p", {"p": prompt}).fetchone()
    assert row is not None
    return int(row[0])


def at_provider(film: Film, prompt: str) -> int:
    """How often the provider was asked with these words."""
    exchanges = httpx.get(f"{film.sandbox_url}/_requests").json()["data"]
    return sum(prompt in str(each["body"]) for each in exchanges if each["method"] == "POST")


def newest_ended(film: Film, prompt: str) -> None:
    with film.studio.db.read() as cursor:
        ids = cursor.execute("SELECT id FROM generations WHERE prompt = $p", {"p": prompt}).fetchall()
    for (generation_id,) in ids:
        film.ended(film.alice, str(generation_id))


@KINDS
def test_each_rendering_has_a_key_of_its_own(film: Film, address: str, form: dict[str, str]) -> None:
    page = address.replace("conversations", "create")

    keys = [key_in(film.alice.get(page).text) for _ in range(2)]

    assert keys[0] != keys[1]


@KINDS
def test_pressed_at_the_same_moment_it_is_asked_once(film: Film, address: str, form: dict[str, str]) -> None:
    prompt = f"Eight presses of {address}"
    sent = {**form, "prompt": prompt, "idempotency_key": str(uuid4())}

    answers = at_once(8, lambda: film.alice.post(address, data=sent))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.headers["Studio-Page"] for answer in answers}) == 1
    newest_ended(film, prompt)
    assert (asked(film, prompt), at_provider(film, prompt)) == (1, 1)


@KINDS
def test_other_words_with_the_same_key_ask_for_something_else(
    film: Film, address: str, form: dict[str, str]
) -> None:
    key = str(uuid4())
    first, second = f"Before {address}", f"After {address}"

    pages = [
        film.alice.post(address, data={**form, "prompt": prompt, "idempotency_key": key}).headers[
            "Studio-Page"
        ]
        for prompt in (first, second, first)
    ]

    assert pages[0] != pages[1]
    assert pages[2] == pages[0]
    assert (asked(film, first), asked(film, second)) == (1, 1)


@KINDS
def test_the_same_key_of_somebody_else_is_another(film: Film, address: str, form: dict[str, str]) -> None:
    prompt = f"Two people at {address}"
    sent = {**form, "prompt": prompt, "idempotency_key": str(uuid4())}

    answers = [who.post(address, data=sent) for who in (film.alice, film.bob)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert asked(film, prompt) == 2


def test_a_refusal_takes_no_key_and_renders_another(film: Film) -> None:
    key = str(uuid4())
    four = {"prompt": "Dear once", "model": PAINTER, "n": "4", "quality": "low", "resolution": "1K"}
    sent = {**four, "idempotency_key": key}

    dearer = film.alice.post("/fragments/images", data={**sent, "seen_usd": "0.010000000"}, headers=HX)
    agreed = film.alice.post("/fragments/images", data={**sent, "seen_usd": "0.040000000"}, headers=HX)

    assert (dearer.status_code, agreed.status_code) == (409, 201)
    assert key_in(f'<div id="composer">{dearer.text}</div>') != key
    assert asked(film, "Dear once") == 1


def test_a_picture_is_taken_in_once_and_counts_by_its_content(film: Film) -> None:
    def send(colour: str) -> httpx.Response:
        file = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(file, "PNG")
        files = [("pictures", (f"{colour}-once.png", file.getvalue(), "image/png"))]
        sent = {"prompt": "Snow once", "model": RETOUCHER, "idempotency_key": key}
        return film.alice.post("/fragments/images", data=sent, files=files)

    key = str(uuid4())
    pages = [send(colour).headers["Studio-Page"] for colour in ("teal", "teal", "navy")]

    assert pages[0] == pages[1] != pages[2]
    assert asked(film, "Snow once") == 2
    found: list[Any] = film.alice.get("/api/gallery?q=teal-once").json()["items"]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("address", "form", "field"),
    [
        ("/fragments/images", {"model": RETOUCHER}, "pictures"),
        ("/fragments/videos", {"model": "sandbox/filmer", "duration": "1", "resolution": "480p"}, "first"),
        (TALK[0], {"model": "sandbox/seer"}, "pictures"),
        ("follow-up", {"model": "sandbox/seer"}, "pictures"),
    ],
    ids=["pictures", "videos", "talk", "follow-up"],
)
def test_a_picture_that_is_sent_many_times_at_the_same_moment_is_taken_in_once(
    film: Film, address: str, form: dict[str, str], field: str
) -> None:
    prompt = f"Many presses with a picture at {address}"
    name = f"at-once-{uuid4().hex}"
    file = io.BytesIO()
    Image.new("RGB", (1200, 900), "olive").save(file, "PNG")
    files = [(field, (f"{name}.png", file.getvalue(), "image/png"))]
    sent = {**form, "prompt": prompt, "idempotency_key": str(uuid4())}
    if address == "follow-up":
        address = f"{film.talked(film.alice, 'Before the picture').url}/messages"

    answers = at_once(4, lambda: film.alice.post(address, data=sent, files=files))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.headers["Studio-Page"] for answer in answers}) == 1
    found: list[Any] = film.alice.get(f"/api/gallery?q={name}").json()["items"]
    assert len(found) == 1
    newest_ended(film, prompt)
    assert (asked(film, prompt), at_provider(film, prompt)) == (1, 1)


def test_who_stays_on_the_page_gets_a_fresh_key_and_the_card_once(film: Film) -> None:
    sent = {"prompt": "Stays there", "model": SKETCHER, "idempotency_key": str(uuid4())}

    answer = film.alice.post("/fragments/images", data=sent, headers=HX)

    html = Html(answer.text)
    fresh = html.one("[hx-target='#composer-key'] [name=idempotency_key]")["value"]
    again = film.alice.post("/fragments/images", data={**sent, "idempotency_key": fresh}, headers=HX)
    assert again.headers["Studio-Page"] != answer.headers["Studio-Page"]
    assert asked(film, "Stays there") == 2
    card = html.one(".image")["id"]
    assert html.one(f"[hx-target='#{card}']")["hx-swap"] == "delete"  # where it came before, it is replaced


def test_a_follow_up_pressed_at_the_same_moment_is_one_question(film: Film) -> None:
    begun = film.talked(film.alice, "A talk to go on with")
    prompt = "And then, only once?"
    sent = {"prompt": prompt, "model": FAST, "idempotency_key": str(uuid4())}

    answers = at_once(8, lambda: film.alice.post(f"{begun.url}/messages", data=sent))
    later = film.alice.post(f"{begun.url}/messages", data=sent, headers=HX)

    assert [answer.status_code for answer in (*answers, later)] == [201] * 9
    assert len({answer.headers["Studio-Page"] for answer in (*answers, later)}) == 1
    assert later.headers["HX-Retarget"] == "#conversation"
    newest_ended(film, prompt)
    assert (asked(film, prompt), at_provider(film, prompt)) == (1, 1)
    assert "Ask on" in film.alice.get(begun.url).text


def test_another_question_still_waits_for_the_answer(film: Film) -> None:
    begun = film.begin(film.alice, "count 40 at 20 per second after 0 ms", model="sandbox/metronome")
    sent = {"prompt": "Too early", "model": FAST, "idempotency_key": str(uuid4())}

    answer = film.alice.post(f"{begun.url}/messages", data=sent, headers=HX)

    assert answer.status_code == 409
    film.stop(film.alice, begun)
    film.finished(begun)
    assert film.alice.post(f"{begun.url}/messages", data=sent, headers=HX).status_code == 201


@pytest.mark.parametrize("noun", ["regenerations", "edits"])
def test_asking_again_is_asked_once(film: Film, noun: str) -> None:
    begun = film.talked(film.alice, f"Once more by {noun}")
    before = film.count("generations")
    message_id = begun.answer_id if noun == "regenerations" else begun.question_id
    sent = {"prompt": "In other words, once", "idempotency_key": str(uuid4())}
    sent = sent if noun == "edits" else {"idempotency_key": sent["idempotency_key"]}

    answers = at_once(4, lambda: film.alice.post(f"/fragments/messages/{message_id}/{noun}", data=sent))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.headers["Studio-Page"] for answer in answers}) == 1
    assert film.count("generations") == before + 1


def test_what_was_forgotten_is_asked_for_anew(film: Film) -> None:
    sent = {"prompt": "Gone once", "model": "sandbox/image-refuses", "idempotency_key": str(uuid4())}
    first = film.alice.post("/fragments/images", data=sent).headers["Studio-Page"].rpartition("image-")[2]
    film.ended(film.alice, first)
    assert film.alice.post(f"/fragments/images/{first}/deletion").status_code == 200

    again = film.alice.post("/fragments/images", data=sent)

    assert again.status_code == 201
    assert first not in again.headers["Studio-Page"]


def test_a_deleted_conversation_is_begun_anew(film: Film) -> None:
    sent = {"prompt": "Gone talk", "model": FAST, "idempotency_key": str(uuid4())}
    first = film.begun(film.alice, film.alice.post("/fragments/conversations", data=sent))
    film.finished(first)
    assert film.alice.post(f"{first.url}/deletion").status_code == 200

    again = film.begun(film.alice, film.alice.post("/fragments/conversations", data=sent))

    assert again.conversation_id != first.conversation_id
