"""News of what was made, told once and on any page."""

from tests.support.filming import Film
from tests.support.html import Html
from tests.support.people import Caller

HX = {"HX-Request": "true"}


def news(who: Caller) -> Html:
    answer = who.get("/fragments/jobs/news", headers=HX)
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def awaits_news(who: Caller) -> bool:
    return bool(who.get("/api/me").json()["awaits_news"])


def told_of_everything(who: Caller) -> None:
    news(who)
    assert not awaits_news(who)


def test_charlie_has_to_sign_in(film: Film) -> None:
    assert film.charlie.get("/fragments/jobs/news").status_code == 401


def test_an_end_is_told_once_and_then_nobody_asks_any_more(film: Film) -> None:
    told_of_everything(film.alice)
    asked = film.ask(film.alice)
    assert awaits_news(film.alice)
    film.ended(film.alice, asked["id"])

    first, second = news(film.alice), news(film.alice)

    assert first.one(".toast").text.startswith("Your video is ready.")
    assert first.one(".toast a")["href"] == f"/videos#video-{asked['id']}"
    assert "hx-get" not in first.one("#news")
    assert second.all(".toast") == []
    assert not awaits_news(film.alice)


def test_what_ended_alike_is_told_in_one_breath(film: Film) -> None:
    told_of_everything(film.alice)
    first, last = film.ask(film.alice), film.ask(film.alice)
    for asked in (first, last):
        film.ended(film.alice, asked["id"])

    toast = news(film.alice).one(".toast")

    assert toast.text.startswith("Your videos are ready.")


def test_while_something_runs_the_page_asks_again(film: Film) -> None:
    asked = film.ask(film.bob, "Never done", model="sandbox/video-stuck")

    waiting = news(film.bob)
    film.bob.post(f"/api/generations/{asked['id']}/cancellation")
    stopped = news(film.bob)

    assert waiting.one("#news")["hx-trigger"] == "every 10s"
    assert stopped.all(".toast") == []  # who stops something knows it
    assert not awaits_news(film.bob)


def test_a_failure_is_told_as_one(film: Film) -> None:
    told_of_everything(film.alice)
    asked = film.ask(film.alice, model="sandbox/video-fails")
    film.ended(film.alice, asked["id"])

    toast = news(film.alice).one(".toast")

    assert (toast["data-kind"], "did not come" in toast.text) == ("warning", True)


def test_what_was_seen_on_its_own_card_is_no_news(film: Film) -> None:
    told_of_everything(film.alice)
    asked = film.ask(film.alice)
    film.ended(film.alice, asked["id"])
    film.alice.get(f"/fragments/videos/{asked['id']}?watching=1", headers=HX)

    assert news(film.alice).all(".toast") == []


def test_nobody_hears_of_somebody_elses(film: Film) -> None:
    told_of_everything(film.bob)
    film.ended(film.alice, film.ask(film.alice)["id"])

    assert not awaits_news(film.bob)
    assert news(film.bob).all(".toast") == []
