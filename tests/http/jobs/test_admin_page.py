"""The administrator's page of jobs: everybody's, filtered, and changed with and without scripts."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient
from studio.accounts.store.audit import list_entries
from studio.db import Database
from studio.jobs.job import Failed, Job, JobState
from studio.jobs.store import changes
from studio.moments import now

from tests.support.generations import asked_for
from tests.support.html import Html
from tests.support.jobs import Errand, asked_by, stored, waits
from tests.support.people import Caller

HX = {"HX-Request": "true"}
PROMPT = "A very particular plate of dumplings in the rain"
ROUTES = [
    ("GET", ""),
    ("POST", "/{}/cancellation"),
    ("POST", "/{}/retry"),
    ("POST", "/{}/timeout"),
    ("POST", "/{}/deletion"),
    ("POST", "/purge"),
    ("POST", "/{}/priority"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_charlie_has_to_sign_in(standing: TestClient, method: str, path: str) -> None:
    answer = Caller(standing).request(method, f"/fragments/admin/jobs{path.format(uuid4())}")

    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_alice_is_no_administrator(standing_alice: Caller, method: str, path: str) -> None:
    assert standing_alice.request(method, f"/fragments/admin/jobs{path.format(uuid4())}").status_code == 403


@pytest.mark.parametrize(("method", "path"), ROUTES[1:5])
def test_what_is_not_there_is_missing(ruth: Caller, method: str, path: str) -> None:
    assert ruth.request(method, f"/fragments/admin/jobs{path.format(uuid4())}").status_code == 404


def refused(db: Database, whose: Caller) -> Job:
    generation = asked_for(db, person_id=UUID(whose.id), prompt=PROMPT)
    job = asked_by(db, whose, generation_id=generation.id)
    end = Failed(reason="refused", reason_text="Refused.", provider_error=f"flagged: {PROMPT[:30]}…")
    db.transact(lambda cursor: changes.finish(cursor, job, end, now()))
    return job


def pressed(ruth: Caller, query: str, job_id: UUID, verb: str) -> str:
    """Where the form of a job that does this sends to, in the list of this query."""
    html = Html(ruth.get(f"/fragments/admin/jobs?{query}").text)
    (address,) = [form["action"] for form in html.all(f"#job-{job_id} form") if verb in form["action"]]
    return address


def page(ruth: Caller, query: str = "") -> Html:
    answer = ruth.get(f"/fragments/admin/jobs{query}")
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def test_each_has_its_owner_its_state_and_why_but_not_the_prompt(
    ruth: Caller, alice: Caller, db: Database
) -> None:
    job = refused(db, alice)

    shown = page(ruth).one(f"#job-{job.id}")

    assert shown["data-state"] == "failed"
    assert "Alice" in shown.text and "Refused." in shown.text
    assert "dumplings" not in shown.text


def test_the_list_is_filtered(ruth: Caller, alice: Caller, db: Database) -> None:
    failed, waiting = refused(db, alice), waits(db, alice)

    of_state = page(ruth, "?state=failed")
    of_person = page(ruth, f"?person_id={ruth.id}")

    assert of_state.all(f"#job-{failed.id}") and not of_state.all(f"#job-{waiting.id}")
    assert "No jobs of that kind" in of_person.text
    assert ruth.get("/fragments/admin/jobs?state=odd").status_code == 422
    assert ruth.get("/fragments/admin/jobs?person_id=odd").status_code == 422


def test_a_long_list_comes_in_pages(ruth: Caller, alice: Caller, db: Database) -> None:
    jobs = [waits(db, alice) for _ in range(51)]

    first = page(ruth)
    behind = first.one(".jobs__older a")["hx-get"]
    rest = Html(ruth.get(behind, headers=HX).text)

    assert len(first.all(".job")) == 50
    assert [row["id"] for row in rest.all(".job")] == [f"job-{jobs[0].id}"]


def test_one_that_waits_is_stopped_and_the_log_says_by_whom(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job = waits(db, alice)

    answer = ruth.post(f"/fragments/admin/jobs/{job.id}/cancellation", headers=HX)

    row = Html(answer.text).one(f"#job-{job.id}")
    assert row["data-state"] == "cancelled" and "Stopped" in row.text
    assert "The job was stopped." in answer.text
    assert stored(db, job).reason == "cancelled_by_admin"
    with db.read() as cursor:
        told = list_entries(cursor, before=now() + timedelta(hours=1), limit=20)
    assert "job.cancelled" in [entry.action for entry in told]


def test_stopping_what_has_ended_says_so_and_is_not_in_the_log(
    ruth: Caller, alice: Caller, db: Database
) -> None:
    job = refused(db, alice)

    answer = ruth.post(f"/fragments/admin/jobs/{job.id}/cancellation", headers=HX)

    assert "The job ended before it could be stopped." in answer.text
    with db.read() as cursor:
        told = list_entries(cursor, before=now() + timedelta(hours=1), limit=20)
    assert "job.cancelled" not in [entry.action for entry in told]


def test_one_that_waits_is_moved_in_line_and_the_log_says_by_whom(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    other, job = waits(db, alice), waits(db, alice)
    address = f"/fragments/admin/jobs/{job.id}/priority"

    live = ruth.post(address, data={"priority": "sooner"}, headers=HX)
    plain = ruth.post(address, data={"priority": "later"})

    row = Html(live.text)
    assert row.one(f"#job-{job.id} [name=priority][aria-current]")["value"] == "sooner"
    assert "number 1 in line" in row.text_of(f"#job-{job.id}") and "sooner" in row.text_of(
        f"#job-{job.id} .facts"
    )
    assert "number 2 in line" in row.text_of(f"hx-partial #job-{other.id}")
    assert plain.headers["Studio-Page"] == f"/admin/jobs#job-{job.id}"
    assert "after" in plain.headers["Studio-Note"]
    assert stored(db, job).priority > job.priority
    assert ruth.post(address, data={"priority": "soon"}).status_code == 422
    with db.read() as cursor:
        told = list_entries(cursor, before=now() + timedelta(hours=1), limit=20)
    assert [entry.action for entry in told if entry.subject == f"job:{job.id}"] == ["job.moved"] * 2


def test_what_does_not_wait_cannot_be_moved_in_line(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job = refused(db, alice)

    answer = ruth.post(f"/fragments/admin/jobs/{job.id}/priority", data={"priority": "sooner"}, headers=HX)

    assert not page(ruth).all("[name=priority]")
    assert answer.status_code == 409 and "does not wait any more" in answer.text


def test_whatever_is_pressed_in_a_filtered_list_leads_back_to_that_list(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    query = f"state=waiting&person_id={alice.id}"
    for verb in ("cancellation", "timeout", "priority"):
        job = waits(db, alice)

        answer = ruth.post(pressed(ruth, query, job.id, verb), data={"priority": "later"})

        assert answer.headers["Studio-Page"] == f"/admin/jobs?{query}#job-{job.id}"


def test_what_is_deleted_in_a_filtered_list_leads_back_to_the_rest_of_it(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job, other = refused(db, alice), refused(db, alice)
    query = f"state=failed&person_id={alice.id}"

    answer = ruth.post(pressed(ruth, query, job.id, "deletion"))

    assert answer.headers["Studio-Page"] == f"/admin/jobs?{query}"
    left = Html(ruth.get(f"/fragments{answer.headers['Studio-Page']}").text)
    assert [row["id"] for row in left.all(".job")] == [f"job-{other.id}"]


@pytest.mark.parametrize("behind", [False, True])
def test_what_is_tried_again_in_a_filtered_list_leads_to_where_the_new_one_stands(
    ruth: Caller, alice: Caller, bob: Caller, db: Database, errand: Errand, behind: bool
) -> None:
    job, newer, _ = [waits(db, whose) for whose in (alice, alice, bob)]
    for each in (job, newer):
        ruth.post(f"/fragments/admin/jobs/{each.id}/timeout")
    query = f"state=failed&person_id={alice.id}" + (f"&before={newer.id}" if behind else "")

    answer = ruth.post(f"/fragments/admin/jobs/{job.id}/retry?{query}")

    page_, _, fragment = answer.headers["Studio-Page"].partition("#")
    rows = [row["id"] for row in Html(ruth.get(f"/fragments{page_}").text).all(".job")]
    assert rows == [fragment, f"job-{newer.id}", f"job-{job.id}"]


def test_one_is_given_up(ruth: Caller, alice: Caller, db: Database, errand: Errand) -> None:
    job = waits(db, alice)

    answer = ruth.post(f"/fragments/admin/jobs/{job.id}/timeout")

    assert answer.headers["Studio-Page"] == f"/admin/jobs#job-{job.id}"
    assert (stored(db, job).state, stored(db, job).reason) == (JobState.FAILED, "marked_timed_out")


def test_one_that_failed_is_tried_again_on_top_of_the_list(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job = waits(db, alice)
    ruth.post(f"/fragments/admin/jobs/{job.id}/timeout")

    answer = ruth.post(f"/fragments/admin/jobs/{job.id}/retry", headers=HX)

    assert answer.status_code == 201
    assert Html(answer.text).one(".job")["id"] != f"job-{job.id}"


def test_an_ended_one_is_deleted_and_a_running_one_is_not(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    ended, waiting = refused(db, alice), waits(db, alice)

    assert ruth.post(f"/fragments/admin/jobs/{ended.id}/deletion", headers=HX).status_code == 200
    assert ruth.post(f"/fragments/admin/jobs/{waiting.id}/deletion", headers=HX).status_code == 409

    shown = page(ruth)
    assert not shown.all(f"#job-{ended.id}") and shown.all(f"#job-{waiting.id}")


def test_old_ones_are_purged(ruth: Caller, alice: Caller, db: Database) -> None:
    job = refused(db, alice)
    young = ruth.post("/fragments/admin/jobs/purge", data={"days": "1"})
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET finished_at = $then", {"then": now() - timedelta(days=3)}
        )
    )

    elsewhere = f"?kind=video&state=done&person_id={ruth.id}"
    old = ruth.post(f"/fragments/admin/jobs/purge{elsewhere}&before={job.id}", data={"days": "1"}, headers=HX)

    assert "0%20ended" in young.headers["Studio-Note"]
    # The list stays as it was chosen; everybody's were meant all the same.
    assert old.headers["HX-Redirect"] == f"/admin/jobs{elsewhere}"
    assert not page(ruth).all(f"#job-{job.id}")
    assert ruth.post("/fragments/admin/jobs/purge", data={"days": "soon"}).status_code == 422


def test_the_patterns_show_videos_and_jobs_in_every_state(ruth: Caller) -> None:
    page = Html(ruth.get("/fragments/admin/patterns").text)

    states = {state.value for state in JobState}
    assert {card["data-state"] for card in page.all(".image--video")} == states
    assert {row["data-state"] for row in page.all(".job")} == states
    assert not [each for each in page.all("[hx-get]") if each["hx-get"].startswith("#")]
