"""The administrator's jobs over HTTP: everybody's, acted on under the eyes of the audit log."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient
from studio.accounts.audit import Entry
from studio.accounts.store.audit import list_entries
from studio.admin.jobs import HIDDEN, without
from studio.config import Settings
from studio.db import Database
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts
from studio.jobs.job import Failed, Job, JobState
from studio.jobs.store import changes
from studio.moments import now

from tests.support.generations import asked_for
from tests.support.jobs import Errand, asked_by, stored, waits
from tests.support.people import Caller
from tests.support.sameness import assert_signed_out

ROUTES = [
    ("GET", "/api/admin/jobs"),
    ("GET", "/api/admin/jobs/{}"),
    ("POST", "/api/admin/jobs/{}/cancellation"),
    ("POST", "/api/admin/jobs/{}/retry"),
    ("POST", "/api/admin/jobs/{}/timeout"),
    ("DELETE", "/api/admin/jobs/{}"),
    ("POST", "/api/admin/jobs/purge"),
    ("PUT", "/api/admin/jobs/{}/priority"),
]
PROMPT = "A very particular plate of dumplings in the rain"


@pytest.mark.parametrize(("method", "address"), ROUTES)
def test_charlie_has_to_sign_in(charlie: Caller, method: str, address: str) -> None:
    assert_signed_out(charlie.request(method, address.format(uuid4()), json={"older_than_days": 0}))


@pytest.mark.parametrize(("method", "address"), ROUTES)
def test_alice_is_no_administrator(standing_alice: Caller, method: str, address: str) -> None:
    answer = standing_alice.request(method, address.format(uuid4()), json={"older_than_days": 0})

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


@pytest.mark.parametrize(("method", "address"), ROUTES[1:6])
def test_what_is_not_there_is_missing(ruth: Caller, method: str, address: str) -> None:
    assert ruth.request(method, address.format(uuid4())).status_code == 404


def failed_job(db: Database, alice: Caller) -> Job:
    """A job for a prompt of Alice's, which the provider refused in words that quote it."""
    generation = asked_for(db, person_id=UUID(alice.id), prompt=PROMPT)
    job = asked_by(db, alice, generation_id=generation.id)
    refused = Failed(reason="refused", reason_text="Refused.", provider_error=f"flagged: {PROMPT[:30]}…")
    db.transact(lambda cursor: changes.finish(cursor, job, refused, now()))
    return job


def test_prompts_of_others_are_not_shown_nor_quoted(ruth: Caller, alice: Caller, db: Database) -> None:
    job = failed_job(db, alice)

    answer = ruth.get(f"/api/admin/jobs/{job.id}")

    assert answer.json()["prompt"] is None
    assert answer.json()["provider_error"] == HIDDEN
    assert "dumplings" not in ruth.get("/api/admin/jobs").text
    assert answer.json()["person_id"] == alice.id


def test_a_provider_s_words_that_quote_nothing_are_shown() -> None:
    assert without("queue 9 is full", PROMPT) == "queue 9 is full"
    assert without(f"We do not do {PROMPT.upper()}.", PROMPT) == HIDDEN
    assert without("we refuse a cat", "a cat") == HIDDEN


@pytest.mark.parametrize("prompt", ["", None])
def test_where_no_prompt_is_known_a_provider_s_words_are_not_shown(prompt: str | None) -> None:
    assert without(f"flagged: {PROMPT}", prompt) == HIDDEN
    assert without(None, prompt) is None


def test_what_never_had_a_prompt_is_told_about(ruth: Caller, alice: Caller, db: Database) -> None:
    job = asked_by(db, alice)
    full = Failed(reason="broken", reason_text="It broke.", provider_error="the disk is full")
    db.transact(lambda cursor: changes.finish(cursor, job, full, now()))

    assert ruth.get(f"/api/admin/jobs/{job.id}").json()["provider_error"] == "the disk is full"


def test_a_prompt_that_is_forgotten_is_not_uncovered_by_the_provider_s_words(
    ruth: Caller, alice: Caller, db: Database
) -> None:
    job = failed_job(db, alice)
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE generations SET state = 'failed' WHERE id = $id", {"id": job.generation_id}
        )
    )

    forgotten = alice.request("DELETE", f"/api/generations/{job.generation_id}")

    assert forgotten.status_code == 204
    assert "dumplings" not in ruth.get("/api/admin/jobs").text
    assert "dumplings" not in ruth.get("/fragments/admin/jobs").text
    assert stored(db, job).provider_error is None
    assert ruth.get(f"/api/admin/jobs/{job.id}").json()["reason"] == "refused"


def test_neither_is_one_of_what_is_deleted_for_good(alice: Caller, db: Database) -> None:
    job = failed_job(db, alice)
    assert job.generation_id is not None
    text = job.generation_id
    item = Item(text, UUID(alice.id), "text", "made", "sandbox/sprinter", "Dumplings", "", now(), text)
    db.write(*item_rows(item, ItemTexts(prompt=PROMPT)))

    alice.delete(f"/api/gallery/{text}")
    deleted = alice.delete(f"/api/gallery/{text}?for_good=1")

    assert deleted.status_code == 204
    assert stored(db, job).provider_error is None


class TestWhereAdministratorsSeePrompts:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"admins_see_prompts": True})

    def test_they_see_them(self, ruth: Caller, alice: Caller, db: Database) -> None:
        job = failed_job(db, alice)

        shown = ruth.get(f"/api/admin/jobs/{job.id}").json()

        assert (shown["prompt"], shown["provider_error"]) == (PROMPT, f"flagged: {PROMPT[:30]}…")


def test_the_list_can_be_narrowed_to_a_person_and_a_state(
    ruth: Caller, alice: Caller, bob: Caller, db: Database, errand: Errand
) -> None:
    mine, yours = waits(db, alice), waits(db, bob)
    ended = failed_job(db, alice)

    def ids(query: str) -> list[str]:
        return [item["id"] for item in ruth.get(f"/api/admin/jobs?{query}").json()["items"]]

    assert ids("") == [str(ended.id), str(yours.id), str(mine.id)]
    assert ids(f"person_id={alice.id}&state=waiting") == [str(mine.id)]
    assert ids("kind=other") == []


@pytest.mark.parametrize(
    ("verb", "action", "reason"),
    [
        ("cancellation", "job.cancelled", "cancelled_by_admin"),
        ("timeout", "job.timed_out", "marked_timed_out"),
    ],
)
def test_ending_somebody_s_job_is_in_the_audit_log(
    ruth: Caller, alice: Caller, db: Database, errand: Errand, verb: str, action: str, reason: str
) -> None:
    job = waits(db, alice)

    shown = ruth.post(f"/api/admin/jobs/{job.id}/{verb}").json()

    assert shown["reason"] == reason
    [entry] = entries(db, f"job:{job.id}")
    assert (entry.action, str(entry.actor_id)) == (action, ruth.id)
    assert '"state": "waiting"' in (entry.before or "")


def test_what_changes_nothing_is_not_in_the_audit_log(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job = failed_job(db, alice)

    cancelled = ruth.post(f"/api/admin/jobs/{job.id}/cancellation")
    timed_out = ruth.post(f"/api/admin/jobs/{job.id}/timeout")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "failed")
    assert (timed_out.status_code, timed_out.json()["error"]) == (409, "already_finished")
    assert entries(db, f"job:{job.id}") == []


def test_what_is_moved_in_line_has_its_turn_before_its_owner_s_others_and_is_in_the_audit_log(
    ruth: Caller, alice: Caller, bob: Caller, db: Database, errand: Errand
) -> None:
    first, second, third = (waits(db, alice) for _ in range(3))
    other = waits(db, bob)

    sooner = ruth.request("PUT", f"/api/admin/jobs/{third.id}/priority", json={"priority": "sooner"})
    ruth.request("PUT", f"/api/admin/jobs/{first.id}/priority", json={"priority": "later"})

    assert (sooner.status_code, sooner.json()["priority"]) == (200, "sooner")
    shown = {item["id"]: item for item in ruth.get("/api/admin/jobs").json()["items"]}
    assert [shown[str(job.id)]["position"] for job in (third, other, second, first)] == [1, 2, 3, 4]
    [entry] = entries(db, f"job:{third.id}")
    assert (entry.action, str(entry.actor_id)) == ("job.moved", ruth.id)
    assert '"priority": "usual"' in (entry.before or "") and entry.after == '{"priority": "sooner"}'


def test_moving_in_line_what_stands_there_or_has_ended_changes_nothing(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    waiting, ended = waits(db, alice), failed_job(db, alice)

    def move(job: Job, priority: str) -> tuple[int, str]:
        answer = ruth.request("PUT", f"/api/admin/jobs/{job.id}/priority", json={"priority": priority})
        return answer.status_code, answer.json().get("error", "")

    assert move(waiting, "usual") == (200, "")
    assert move(ended, "sooner") == (409, "not_waiting")
    assert move(waiting, "at once")[0] == 422
    assert (
        ruth.request("PUT", f"/api/admin/jobs/{uuid4()}/priority", json={"priority": "later"}).status_code
        == 404
    )
    assert (stored(db, waiting), entries(db, f"job:{waiting.id}")) == (waiting, [])
    assert entries(db, f"job:{ended.id}") == []


def test_a_retry_is_at_its_owner_s_and_in_the_audit_log(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job = failed_job(db, alice)

    answer = ruth.post(f"/api/admin/jobs/{job.id}/retry")

    assert (answer.status_code, answer.json()["person_id"], answer.json()["retry_of"]) == (
        201,
        alice.id,
        str(job.id),
    )
    assert [entry.action for entry in entries(db, f"job:{job.id}")] == ["job.retried"]


def test_only_an_ended_job_can_be_deleted(ruth: Caller, alice: Caller, db: Database, errand: Errand) -> None:
    waiting, ended = waits(db, alice), failed_job(db, alice)

    refused = ruth.delete(f"/api/admin/jobs/{waiting.id}")
    done = ruth.delete(f"/api/admin/jobs/{ended.id}")

    assert (refused.status_code, refused.json()["error"]) == (409, "not_finished")
    assert done.status_code == 204
    assert ruth.get(f"/api/admin/jobs/{ended.id}").status_code == 404
    assert [entry.action for entry in entries(db, f"job:{ended.id}")] == ["job.deleted"]
    assert stored(db, waiting) == waiting


def test_old_jobs_are_purged_and_others_stay(
    ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    waiting, old, fresh = (
        waits(db, alice),
        failed_job(db, alice),
        failed_job(db, alice),
    )
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET finished_at = $at WHERE id = $id",
            {"id": old.id, "at": now() - timedelta(days=40)},
        )
    )

    answer = ruth.post("/api/admin/jobs/purge", json={"older_than_days": 30})

    assert answer.json() == {"jobs": 1}
    kept = {item["id"] for item in ruth.get("/api/admin/jobs").json()["items"]}
    assert kept == {str(waiting.id), str(fresh.id)}
    assert [entry.action for entry in entries(db, "jobs:ended")] == ["jobs.purged"]


def test_shutting_somebody_out_stops_their_jobs(
    backend: TestClient, ruth: Caller, alice: Caller, db: Database, errand: Errand
) -> None:
    job = waits(db, alice)

    ruth.post(f"/api/admin/people/{alice.id}/disabling")

    assert (stored(db, job).state, stored(db, job).reason) == (JobState.CANCELLED, "person_disabled")


def entries(db: Database, subject: str) -> list[Entry]:
    with db.read() as cursor:
        found = list_entries(cursor, before=datetime.max, limit=100)
    return [entry for entry in found if entry.subject == subject]
