"""News of what was made, told once and on any page."""

from concurrent.futures import ThreadPoolExecutor

from tests.support.filming import Film
from tests.support.html import Html
from tests.support.people import Caller

HX = {"HX-Request": "true"}


def news(who: Caller, address: str = "/fragments/jobs/news") -> Html:
    answer = who.get(address, headers=HX)
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


class Tab:
    """A page that is open: it asks where its last answer says, as long as that says so."""

    def __init__(self, who: Caller) -> None:
        self._who = who
        self._last = news(who)

    def asks(self) -> list[str]:
        """What it shows anew: where each notice leads."""
        self._last = news(self._who, self._last.one("#news")["hx-get"])
        return [link["href"] for link in self._last.all(".toast a")]

    @property
    def asks_again(self) -> bool:
        return "hx-get" in self._last.one("#news")


def job_ends(film: Film, who: Caller) -> str:
    """The id of a video of theirs that ended, with nobody told."""
    generation_id = str(film.ask(who)["id"])
    film.ended(who, generation_id)
    return generation_id


def page_of(who: Caller, generation_id: str) -> str:
    """Where what came of it stands for good."""
    return f"/gallery/{who.get(f'/api/generations/{generation_id}').json()['assets'][0]['id']}"


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
    assert first.one(".toast a")["href"] == page_of(film.alice, asked["id"])
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


def test_what_the_list_of_jobs_shows_as_ended_is_no_news(film: Film) -> None:
    told_of_everything(film.alice)
    asked = film.ask(film.alice)
    film.ended(film.alice, asked["id"])

    film.alice.get("/fragments/jobs?state=failed")
    film.bob.get("/fragments/jobs")
    assert awaits_news(film.alice)
    film.alice.get("/fragments/jobs")

    assert news(film.alice).all(".toast") == []


def test_nobody_hears_of_somebody_elses(film: Film) -> None:
    told_of_everything(film.bob)
    film.ended(film.alice, film.ask(film.alice)["id"])

    assert not awaits_news(film.bob)
    assert news(film.bob).all(".toast") == []


def test_each_of_two_open_tabs_tells_once_and_a_new_page_does_not(film: Film) -> None:
    told_of_everything(film.alice)
    stuck = film.ask(film.alice, "Never done", model="sandbox/video-stuck")
    one, another = Tab(film.alice), Tab(film.alice)
    made = job_ends(film, film.alice)

    first = [one.asks(), another.asks()]
    second = [one.asks(), another.asks()]
    page = news(film.alice).all(".toast")

    film.alice.post(f"/api/generations/{stuck['id']}/cancellation")
    assert first == [[page_of(film.alice, made)]] * 2
    assert (second, page) == ([[], []], [])
    assert (one.asks(), one.asks_again) == ([], False)
    assert (another.asks(), another.asks_again) == ([], False)


def test_what_one_tab_saw_on_its_card_no_other_tells(film: Film) -> None:
    told_of_everything(film.alice)
    stuck = film.ask(film.alice, "Never done", model="sandbox/video-stuck")
    another = Tab(film.alice)
    made = job_ends(film, film.alice)
    film.alice.get(f"/fragments/videos/{made}?watching=1", headers=HX)

    told = another.asks()

    film.alice.post(f"/api/generations/{stuck['id']}/cancellation")
    assert told == []
    told_of_everything(film.alice)


def test_of_pages_that_ask_at_once_one_tells(film: Film) -> None:
    told_of_everything(film.alice)
    made = job_ends(film, film.alice)

    with ThreadPoolExecutor(6) as pages:
        told = list(pages.map(lambda _: news(film.alice).all(".toast a"), range(6)))

    assert [link["href"] for links in told for link in links] == [page_of(film.alice, made)]


def test_what_failed_is_on_the_page_that_its_news_leads_to_however_many_came_after(film: Film) -> None:
    told_of_everything(film.alice)
    failed = film.ask(film.alice, "Refused", model="sandbox/video-refuses")["id"]
    film.ended(film.alice, failed)
    (link,) = news(film.alice).all(".toast a")
    for each in range(10):  # as many as a page holds
        film.ended(film.alice, film.ask(film.alice, f"Refused, {each}", model="sandbox/video-refuses")["id"])

    query, _, card = link["href"].removeprefix("/videos").partition("#")

    assert card == f"video-{failed}"
    assert not Html(film.alice.get("/fragments/videos").text).all(f"#{card}")
    assert Html(film.alice.get(f"/fragments/videos{query}").text).all(f"#{card}")
    told_of_everything(film.alice)


def test_a_page_may_not_ask_with_nonsense(film: Film) -> None:
    assert film.alice.get("/fragments/jobs/news?since=yesterday", headers=HX).status_code == 422
    for moment in ("2026-11-24T10:00:00Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"):
        assert film.alice.get(f"/fragments/jobs/news?since={moment}", headers=HX).status_code == 200
