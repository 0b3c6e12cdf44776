"""A person's own jobs over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
from starlette.testclient import TestClient
from studio.db import Database
from studio.jobs.job import Done
from studio.jobs.store import changes
from studio.moments import now

from tests.support.jobs import Errand, ask, asked_by, hold, stored, waits
from tests.support.people import Caller
from tests.support.sameness import assert_not_there, assert_signed_out

VERBS = [("GET", "/api/jobs/{}"), ("POST", "/api/jobs/{}/cancellation"), ("POST", "/api/jobs/{}/retry")]


@pytest.mark.parametrize(("method", "address"), [("GET", "/api/jobs"), *VERBS])
def test_charlie_has_to_sign_in(charlie: Caller, method: str, address: str) -> None:
    assert_signed_out(charlie.request(method, address.format(uuid4())))


@pytest.mark.parametrize(("method", "address"), VERBS)
def test_alice_s_job_is_not_there_for_bob(
    alice: Caller, bob: Caller, db: Database, errand: Errand, method: str, address: str
) -> None:
    job = asked_by(db, alice)

    assert_not_there(
        bob.request(method, address.format(job.id)), bob.request(method, address.format(uuid4()))
    )

    assert stored(db, job) == job
    assert bob.get("/api/jobs").json() == {"items": [], "next": None}


def test_a_job_that_waits_says_where_it_stands(
    alice: Caller, bob: Caller, db: Database, errand: Errand
) -> None:
    first, second, third = asked_by(db, alice), asked_by(db, alice), asked_by(db, bob)

    shown = [
        caller.get(f"/api/jobs/{job.id}").json()
        for caller, job in ((alice, first), (bob, third), (alice, second))
    ]

    assert [job["position"] for job in shown] == [1, 2, 3]
    assert shown[0]["state"] == "waiting"
    assert (shown[0]["can_cancel"], shown[0]["can_retry"], shown[0]["expected_seconds"]) == (
        True,
        False,
        None,
    )


def test_the_expected_time_is_the_median_of_jobs_of_the_same_pace(
    alice: Caller, db: Database, errand: Errand
) -> None:
    moment = now()
    for seconds, pace in ((10, "8 s"), (60, "8 s"), (20, "8 s"), (1, "1 s")):
        job = asked_by(db, alice, pace=pace)
        db.transact(lambda cursor, job=job: changes.finish(cursor, job, Done(), moment))  # type: ignore[misc]
        db.transact(
            lambda cursor, job=job, seconds=seconds: cursor.execute(  # type: ignore[misc]
                "UPDATE jobs SET started_at = $at WHERE id = $id",
                {"id": job.id, "at": moment - timedelta(seconds=seconds)},
            )
        )

    job = asked_by(db, alice, pace="8 s")

    assert alice.get(f"/api/jobs/{job.id}").json()["expected_seconds"] == 20


def test_cancelling_answers_with_the_job_and_twice_changes_nothing(
    alice: Caller, db: Database, errand: Errand
) -> None:
    job = waits(db, alice, provider_id=None)

    first = alice.post(f"/api/jobs/{job.id}/cancellation")
    second = alice.post(f"/api/jobs/{job.id}/cancellation")

    assert (first.status_code, first.json()["state"], first.json()["message"]) == (
        200,
        "cancelled",
        "Stopped by you.",
    )
    assert second.json() == first.json()
    assert first.json()["can_retry"]

    elsewhere = waits(db, alice)
    assert not alice.post(f"/api/jobs/{elsewhere.id}/cancellation").json()["can_retry"]


def test_what_has_not_ended_cannot_be_tried_again(alice: Caller, db: Database, errand: Errand) -> None:
    job = waits(db, alice)

    answer = alice.post(f"/api/jobs/{job.id}/retry")

    assert (answer.status_code, answer.json()["error"]) == (409, "not_finished")


def test_a_retry_pressed_twice_is_one_new_job(alice: Caller, db: Database, errand: Errand) -> None:
    errand.work_ = hold
    job = waits(db, alice)
    alice.post(f"/api/jobs/{job.id}/cancellation")

    first = alice.post(f"/api/jobs/{job.id}/retry")
    second = alice.post(f"/api/jobs/{job.id}/retry")
    shown = alice.get("/api/jobs").json()["items"]
    alice.post(f"/api/jobs/{first.json()['id']}/cancellation")

    assert (first.status_code, first.json()["retry_of"]) == (201, str(job.id))
    assert second.json()["id"] == first.json()["id"]
    assert [item["id"] for item in shown] == [first.json()["id"], str(job.id)]


def test_pages_are_complete_and_keep_their_filter(alice: Caller, db: Database, errand: Errand) -> None:
    later = now() + timedelta(hours=1)
    asked = [asked_by(db, alice, due_at=later) for _ in range(120)]
    ask(db, due_at=later)

    pages, address = [], "/api/jobs?state=waiting&state=running&kind=errand"
    while address:
        page = alice.get(address).json()
        pages.append([item["id"] for item in page["items"]])
        address = page["next"]

    assert [len(page) for page in pages] == [50, 50, 20]
    assert [job_id for page in pages for job_id in page] == [str(job.id) for job in reversed(asked)]


def test_a_state_that_does_not_exist_is_told(alice: Caller) -> None:
    answer = alice.get("/api/jobs?state=sleeping")

    assert answer.status_code == 422
    assert "“sleeping” is no state of a job" in answer.json()["message"]


def test_the_metrics_count_jobs_by_kind_and_state(
    backend: TestClient, alice: Caller, db: Database, errand: Errand
) -> None:
    asked_by(db, alice, due_at=now() - timedelta(minutes=5))

    text = backend.get("/metrics").text

    assert 'studio_jobs{kind="errand",state="waiting"} 1.0' in text
    waiting = next(line for line in text.splitlines() if line.startswith("studio_jobs_waiting_seconds{"))
    assert float(waiting.rpartition(" ")[2]) >= 300
