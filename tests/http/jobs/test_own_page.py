"""A person's own page of jobs: all of them in pages, narrowed, stopped and tried again, with scripts and without."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient
from studio.db import Database
from studio.generations.generation import State
from studio.jobs.job import Done, End, Failed, Job, JobState
from studio.jobs.store import changes
from studio.moments import now

from tests.support.generations import asked_for
from tests.support.html import Html
from tests.support.jobs import Errand, asked_by, hold, stored, waits
from tests.support.people import Caller

HX = {"HX-Request": "true"}
PROMPT = "A very particular plate of dumplings in the rain"
LATER = timedelta(hours=1)
HERE = "/fragments/jobs"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/watch"), ("GET", "/{}"), ("POST", "/{}/cancellation"), ("POST", "/{}/retry")],
)
def test_charlie_has_to_sign_in(standing: TestClient, method: str, path: str) -> None:
    assert Caller(standing).request(method, HERE + path.format(uuid4())).status_code == 401


def wanted(db: Database, whose: Caller, *, kind: str = "image", **more: Any) -> Job:
    """A job with its generation; nobody works on it."""
    generation = asked_for(db, kind=kind, person_id=UUID(whose.id), **{"prompt": PROMPT, **more})
    return asked_by(db, whose, kind=kind, generation_id=generation.id, due_at=now() + LATER)


def ended(db: Database, job: Job, end: End, *, seconds: int = 12) -> Job:
    """As its worker would end it."""
    moment = now()
    db.transact(lambda cursor: changes.finish(cursor, job, end, moment))
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET started_at = $at WHERE id = $id",
            {"id": job.id, "at": moment - timedelta(seconds=seconds)},
        )
    )
    return job


def done(db: Database, whose: Caller, **more: Any) -> Job:
    return ended(db, wanted(db, whose, state=State.DONE, **more), Done())


def refused(db: Database, whose: Caller, **more: Any) -> Job:
    end = Failed(reason="refused", reason_text="The provider refused.")
    return ended(db, wanted(db, whose, state=State.FAILED, reason_text="The provider refused.", **more), end)


def page(who: Caller, query: str = "") -> Html:
    answer = who.get(HERE + query)
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def shown(html: Html) -> list[str]:
    return [row["id"].removeprefix("job-") for row in html.all(".job")]


def test_nobody_sees_or_touches_somebody_else_s(
    alice: Caller, bob: Caller, db: Database, errand: Errand
) -> None:
    job = wanted(db, alice)

    assert shown(page(bob)) == []
    assert not Html(bob.get(f"{HERE}/watch?open={job.id}", headers=HX).text).all(".job")
    for method, path in (("GET", ""), ("POST", "/cancellation"), ("POST", "/retry")):
        assert bob.request(method, f"{HERE}/{job.id}{path}").status_code == 404
    assert stored(db, job) == job


def test_who_asked_for_nothing_is_led_to_where_one_asks(alice: Caller, db: Database) -> None:
    html = page(alice)

    assert {link["href"] for link in html.all(".empty a")} == {"/images", "/videos"}
    assert not html.all("form") and not html.all("[hx-get]")


def test_all_of_one_s_own_are_there_newest_first(
    alice: Caller, bob: Caller, db: Database, errand: Errand
) -> None:
    mine = [done(db, alice), refused(db, alice, kind="video"), asked_by(db, alice), wanted(db, alice)]
    wanted(db, bob)

    html = page(alice)

    assert shown(html) == [str(job.id) for job in reversed(mine)]
    assert [row["data-state"] for row in html.all(".job")] == ["waiting", "waiting", "failed", "done"]


def test_a_waiting_one_says_its_place_and_what_such_take_here(
    alice: Caller, db: Database, errand: Errand
) -> None:
    done(db, alice)
    job = wanted(db, alice, prompt="The second plate")

    row = page(alice).one(f"#job-{job.id}")

    assert "The second plate" in row.text and "Waiting" in row.text
    assert "number 1 in line" in row.text and "usually takes 12 s" in row.text
    assert "Cancel" in row.text


def test_a_running_one_says_how_long_and_how_long_such_take(
    alice: Caller, db: Database, errand: Errand
) -> None:
    ended(db, wanted(db, alice, kind="video", state=State.DONE), Done(), seconds=600)
    job = wanted(db, alice, kind="video", state=State.RUNNING)
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET state = 'running', step = 'polling', started_at = $at WHERE id = $id",
            {"id": job.id, "at": now() - timedelta(seconds=300)},
        )
    )

    html = page(alice)
    row = html.one(f"#job-{job.id}")

    assert "Being filmed, 5 min" in row.text and "usually 10 min 0 s" in row.text
    assert 0.5 <= float(html.one(f"#job-{job.id} progress")["value"]) < 0.6
    assert "Stop" in row.text


def test_a_failed_one_says_why_and_what_it_cost(alice: Caller, db: Database, errand: Errand) -> None:
    job = refused(db, alice)
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE generations SET cost_usd = 0.07 WHERE id = $id", {"id": job.generation_id}
        )
    )

    row = page(alice).one(f"#job-{job.id}")

    assert "The provider refused." in row.text and "It was charged: $0.070." in row.text
    assert "took 12 s" in row.text


def test_a_done_one_says_what_it_cost_and_that_its_picture_is_gone(
    alice: Caller, db: Database, errand: Errand
) -> None:
    job = done(db, alice)
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE generations SET cost_usd = 0.0042 WHERE id = $id", {"id": job.generation_id}
        )
    )

    html = page(alice)

    assert "$0.0042" in html.one(f"#job-{job.id}").text
    assert "deleted since" in html.one(f"#job-{job.id}").text
    assert not html.all(f"#job-{job.id} .job__title a")


def test_what_was_removed_has_no_words_no_place_and_no_second_try(
    alice: Caller, db: Database, errand: Errand
) -> None:
    job = refused(db, alice)
    assert alice.request("DELETE", f"/api/generations/{job.generation_id}").status_code == 204

    html = page(alice)

    assert "Removed" in html.one(f"#job-{job.id}").text and PROMPT not in html.text
    assert not html.all(f"#job-{job.id} a") and not html.all(f"#job-{job.id} form")


def test_what_did_not_come_leads_to_its_card(alice: Caller, db: Database, errand: Errand) -> None:
    job = refused(db, alice, kind="video")

    place = page(alice).one(f"#job-{job.id} .job__title a")["href"]

    path, _, card = place.partition("#")
    assert Html(alice.get(f"/fragments{path}").text).all(f"#{card}")


def test_a_long_prompt_is_shortened_and_spaces_are_one(alice: Caller, db: Database, errand: Errand) -> None:
    job = wanted(db, alice, prompt="A  plate\n" + "and another " * 40)

    title = page(alice).one(f"#job-{job.id} .job__title").text

    assert title.startswith("A plate and another") and title.endswith("…")
    assert len(title) <= 120


def test_the_list_is_narrowed_by_kind_and_state(alice: Caller, db: Database, errand: Errand) -> None:
    film, picture, waiting = refused(db, alice, kind="video"), refused(db, alice), wanted(db, alice)

    assert shown(page(alice, "?state=failed")) == [str(picture.id), str(film.id)]
    assert shown(page(alice, "?kind=video&state=failed")) == [str(film.id)]
    assert shown(page(alice, "?state=waiting")) == [str(waiting.id)]
    assert page(alice, "?state=failed").one("select[name=state] [selected]")["value"] == "failed"
    none = page(alice, "?state=done")
    assert "No jobs of that kind" in none.text and none.all("form[action='/jobs']")
    assert alice.get(f"{HERE}?state=odd").status_code == 422


def test_pages_are_complete_and_keep_what_was_chosen(alice: Caller, db: Database, errand: Errand) -> None:
    jobs = [waits(db, alice) for _ in range(60)]
    done(db, alice)

    pages, address = [], "/jobs?state=waiting&kind=errand"
    while address:
        html = page(alice, address.removeprefix("/jobs"))
        pages.append(shown(html))
        links = html.all(".images__older a")
        address = links[0]["href"] if links else ""
        assert not address or "state=waiting" in address

    assert [len(each) for each in pages] == [25, 25, 10]
    assert [job_id for each in pages for job_id in each] == [str(job.id) for job in reversed(jobs)]


def test_a_page_looks_by_itself_as_long_as_something_on_it_is_open(
    alice: Caller, db: Database, errand: Errand
) -> None:
    refused(db, alice)
    quiet = alice.get(HERE)
    job = wanted(db, alice)

    busy, still = alice.get(HERE), alice.get(f"{HERE}?still=1")

    assert "Studio-Refresh" not in quiet.headers and not Html(quiet.text).all("[hx-get]")
    assert busy.headers["Studio-Refresh"] == "10"
    assert Html(busy.text).one("#jobs-watch")["hx-get"].startswith("/fragments/jobs/watch")
    assert [each["value"] for each in Html(busy.text).all("[name=open]")] == [str(job.id)]
    assert "Studio-Refresh" not in still.headers
    assert "still=1" in Html(busy.text).one(".without-script a")["href"]
    assert "still=1" not in Html(still.text).one(".without-script a")["href"]


def test_what_is_watched_comes_as_it_is_now_until_all_has_ended(
    alice: Caller, db: Database, errand: Errand
) -> None:
    first, second = wanted(db, alice), wanted(db, alice)
    address = f"{HERE}/watch?state=waiting&open={first.id}&open={second.id}"
    ended(db, first, Failed(reason="refused", reason_text="The provider refused."))

    one = Html(alice.get(address, headers=HX).text)
    ended(db, second, Failed(reason="refused", reason_text="The provider refused."))
    both = Html(alice.get(address, headers=HX).text)

    assert [row["data-state"] for row in one.all("hx-partial .job")] == ["waiting", "failed"]
    assert "state=waiting" in one.one("#jobs-watch")["hx-get"]
    assert [row["data-state"] for row in both.all("hx-partial .job")] == ["failed", "failed"]
    assert not both.all("#jobs-watch[hx-get]")


def test_one_that_waits_is_stopped_where_it_stands(alice: Caller, db: Database, errand: Errand) -> None:
    first, second = (waits(db, alice, provider_id=None) for _ in range(2))

    live = alice.post(f"{HERE}/{first.id}/cancellation", headers=HX)
    plain = alice.post(f"{HERE}/{second.id}/cancellation?kind=errand&still=1")

    row = Html(live.text).one(f"#job-{first.id}")
    assert row["data-state"] == "cancelled" and "Stopped by you." in row.text and "Try again" in row.text
    assert plain.headers["Studio-Page"] == f"/jobs?kind=errand&still=1#job-{second.id}"
    assert unquote(plain.headers["Studio-Note"]) == "Stopped."
    assert (stored(db, second).state, stored(db, second).reason) == (JobState.CANCELLED, "cancelled")


def test_stopping_what_has_ended_changes_nothing(alice: Caller, db: Database, errand: Errand) -> None:
    job = refused(db, alice)
    before = stored(db, job)

    answer = alice.post(f"{HERE}/{job.id}/cancellation", headers=HX)
    plain = alice.post(f"{HERE}/{job.id}/cancellation")

    assert (answer.status_code, Html(answer.text).one(".job")["data-state"]) == (200, "failed")
    assert unquote(plain.headers["Studio-Note"]) == "That ended before it could be stopped."
    assert stored(db, job) == before


def test_trying_again_puts_one_new_job_on_top_however_often_it_is_pressed(
    alice: Caller, db: Database, errand: Errand
) -> None:
    errand.work_ = hold
    job = waits(db, alice, provider_id=None)
    alice.post(f"{HERE}/{job.id}/cancellation")

    answers = [alice.post(f"{HERE}/{job.id}/retry", headers=HX) for _ in range(2)]
    plain = alice.post(f"{HERE}/{job.id}/retry?state=cancelled")

    fresh = shown(page(alice))[0]
    assert [answer.status_code for answer in answers] == [201, 201]
    for answer in answers:
        html = Html(answer.text)
        assert [row["id"] for row in html.all("hx-partial[hx-target='#jobs-list'] .job")] == [f"job-{fresh}"]
        assert html.all("#jobs-watch[hx-get]") and html.all("#news[hx-get]")
    assert plain.headers["Studio-Page"] == f"/jobs#job-{fresh}"
    assert shown(page(alice)) == [fresh, str(job.id)]
    alice.post(f"{HERE}/{fresh}/cancellation")


@pytest.mark.parametrize("state", [JobState.DONE, JobState.WAITING])
def test_what_cannot_be_tried_again_says_so_at_its_row(
    alice: Caller, db: Database, errand: Errand, state: JobState
) -> None:
    job = done(db, alice) if state is JobState.DONE else wanted(db, alice)

    live = alice.post(f"{HERE}/{job.id}/retry", headers=HX)
    plain = alice.post(f"{HERE}/{job.id}/retry")

    assert (live.status_code, plain.status_code) == (409, 409)
    assert live.headers["HX-Retarget"] == f"#job-{job.id}" and "HX-Retarget" not in plain.headers
    for answer in (live, plain):
        assert Html(answer.text).one(f"#job-{job.id} [role=alert]").text
    assert Html(plain.text).one(".page__header a")["href"] == "/jobs"


def test_what_another_provider_has_leads_to_the_form(alice: Caller, db: Database, errand: Errand) -> None:
    job = refused(db, alice)

    html = page(alice)

    assert not html.all(f"#job-{job.id} form")
    assert html.one(f"#job-{job.id} .job__actions a")["href"].startswith(f"/images?from={job.generation_id}")


def test_a_longer_list_asks_the_database_no_more_often(
    alice: Caller, bob: Caller, db: Database, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who, count in ((alice, 4), (bob, 16)):
        for _ in range(count // 4):
            done(db, who), refused(db, who, kind="video"), wanted(db, who), wanted(db, who, kind="video")
    reads = 0
    read = Database.read

    def counted(self: Database) -> Any:
        nonlocal reads
        reads += 1
        return read(self)

    monkeypatch.setattr(Database, "read", counted)
    asked = []
    for who in (alice, bob):
        page(who)  # whose session it is is looked up once
        reads = 0
        page(who)
        asked.append(reads)

    assert asked[0] == asked[1]
