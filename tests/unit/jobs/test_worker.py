"""The worker: it wakes when work is due, keeps to the limits, survives its handlers, and ends in good order."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
import pytest
from structlog.testing import capture_logs
from studio.db import Cursor, Database, Row
from studio.errors import Upstream
from studio.ids import new_id
from studio.jobs.desk import JobDesk
from studio.jobs.errors import CancelWished, LeaseLost, TryAgain
from studio.jobs.job import Again, Done, End, Failed, Job, JobState, Next
from studio.jobs.jobs import Jobs
from studio.jobs.rules import Rules
from studio.jobs.store import changes, claims
from studio.jobs.store.rows import add_job
from studio.jobs.worker import Worker
from studio.moments import now

from tests.support.jobs import (
    ALICE,
    BOB,
    QUICK,
    WRITE_LEDGER,
    Errand,
    ask,
    ended,
    hold,
    ledger,
    soon,
    stored,
    wanted,
    wish_within,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def errand() -> Errand:
    return Errand()


@pytest.fixture
async def worker(db: Database, errand: Errand) -> AsyncIterator[Worker]:
    made = Worker(db, [errand], drain_seconds=0.05, renew_seconds=0.02)
    made.start()
    yield made
    await made.close()


@pytest.fixture
def jobs(db: Database, worker: Worker) -> Jobs:
    return Jobs(db, worker)


async def test_a_job_is_done_once_its_commit_wakes_the_worker(
    db: Database, worker: Worker, errand: Errand
) -> None:
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.attempts, found.lease_id) == (JobState.DONE, 1, None)
    assert ledger(db, job.id) == ["done"]
    assert len(errand.began) == 1


async def test_what_is_due_later_is_done_then_without_anybody_waking_the_worker(
    db: Database, worker: Worker
) -> None:
    job = ask(db, due_at=now() + timedelta(seconds=0.1))
    worker.wake()

    [found] = await ended(db, job)

    assert found.started_at is not None
    assert found.started_at >= job.due_at


async def test_steps_rest_in_between_and_notes_are_kept(db: Database, worker: Worker, errand: Errand) -> None:
    async def three_times(job: Job, desk: JobDesk) -> Next:
        looks = job.notes.get("looks", 0) + 1
        return Done() if looks == 3 else Again("look", now() + timedelta(seconds=0.01), {"looks": looks})

    errand.work_ = three_times
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.step, found.notes) == (JobState.DONE, "look", {"looks": 2})


async def test_one_that_crashes_is_tried_again_then_fails_and_stops_nobody_else(
    db: Database, worker: Worker, errand: Errand
) -> None:
    async def poison(job: Job, desk: JobDesk) -> Next:
        if job.id == bad.id:
            raise RuntimeError("boom")
        return Done()

    errand.work_ = poison
    bad, good = ask(db), ask(db)
    worker.wake()

    failed, done = await ended(db, bad, good)

    assert (failed.state, failed.reason, failed.attempts) == (JobState.FAILED, "internal", 3)
    assert failed.reason_text == "Something went wrong on our side, several times."
    assert ledger(db, bad.id) == ["failed: internal"]
    assert done.state is JobState.DONE


async def test_while_it_waits_for_the_next_try_it_says_why_and_leaves_its_place_to_others(
    db: Database, worker: Worker, errand: Errand
) -> None:
    async def busy(job: Job, desk: JobDesk) -> Next:
        raise TryAgain("busy", "The shop is full.", after_seconds=60, provider_error="queue 9")

    errand.work_ = busy
    job = ask(db)
    worker.wake()

    found = await soon(lambda: (seen := stored(db, job)).reason and seen)

    assert (found.state, found.reason_text, found.provider_error) == (
        JobState.WAITING,
        "The shop is full.",
        "queue 9",
    )
    assert (found.due_at - now()).total_seconds() > 50


async def test_a_failure_of_the_studio_s_own_kind_is_told_in_its_words(
    db: Database, worker: Worker, errand: Errand
) -> None:
    async def refused(job: Job, desk: JobDesk) -> Next:
        raise Upstream("Acme is away.")

    errand.work_ = refused
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.reason, found.reason_text) == (JobState.FAILED, "upstream", "Acme is away.")


async def test_rows_and_end_are_one_commit(db: Database, worker: Worker, errand: Errand) -> None:
    async def badly(job: Job, desk: JobDesk) -> Next:
        row = WRITE_LEDGER.row(job_id=job.id, what="half")
        return Done(rows=[row, replace(row, values=(job.id, None))])

    errand.work_ = badly
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, len(errand.began)) == (JobState.FAILED, 3)
    assert ledger(db, job.id) == ["failed: internal"]


async def test_it_keeps_to_the_limits_and_serves_people_in_turn(
    db: Database, worker: Worker, errand: Errand
) -> None:
    async def short(job: Job, desk: JobDesk) -> Next:
        await asyncio.sleep(0)
        return Done()

    errand.rules, errand.work_ = replace(QUICK, at_once=1), short
    alice, bob = [wanted() for _ in range(10)], [wanted(person_id=BOB) for _ in range(2)]
    db.write(*map(add_job, alice + bob))
    worker.wake()

    await ended(db, *alice, *bob)

    assert errand.most_working == 1
    assert [job.person_id for job in errand.began[:4]] == [ALICE, BOB, ALICE, BOB]


async def test_cancelling_one_that_waits_ends_it_at_once(
    db: Database, worker: Worker, errand: Errand, jobs: Jobs
) -> None:
    job = ask(db, due_at=now() + timedelta(hours=1))

    found = await asyncio.to_thread(jobs.cancel, job.id)

    assert (found.state, found.reason, found.reason_text) == (
        JobState.CANCELLED,
        "cancelled",
        "Stopped by you.",
    )
    assert ledger(db, job.id) == ["cancelled: cancelled"]
    assert errand.began == []


async def test_cancelling_one_that_is_worked_on_stops_it_where_it_may_be_stopped(
    db: Database, worker: Worker, errand: Errand, jobs: Jobs
) -> None:
    errand.work_ = hold
    job = ask(db)
    worker.wake()
    await soon(lambda: errand.now_working)

    await asyncio.to_thread(jobs.cancel, job.id, reason="cancelled_by_admin")
    [found] = await ended(db, job)

    assert (found.state, found.reason_text) == (JobState.CANCELLED, "Stopped by an administrator.")


async def test_a_recorded_step_survives_a_cancellation_that_comes_with_it(
    db: Database, worker: Worker, errand: Errand, jobs: Jobs
) -> None:
    async def submit(job: Job, desk: JobDesk) -> Next:
        desk.wish_cancel()
        await desk.record("submitted", provider_job_id="number 7")
        desk.safe_point()
        return Done()

    errand.work_ = submit
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.step, found.provider_job_id) == (JobState.CANCELLED, "submitted", "number 7")


async def test_a_deadline_ends_one_that_is_worked_on(db: Database, worker: Worker, errand: Errand) -> None:
    errand.work_ = hold
    job = ask(db, lasts=timedelta(seconds=0.15))
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.reason) == (JobState.FAILED, "timed_out")
    assert ledger(db, job.id) == ["failed: timed_out"]


async def test_a_deadline_ends_one_that_never_got_its_turn(
    db: Database, worker: Worker, errand: Errand
) -> None:
    errand.rules, errand.work_ = Rules(at_once=1), hold
    ask(db)
    second = ask(db, lasts=timedelta(seconds=0.15))
    worker.wake()

    [found] = await ended(db, second)

    assert (found.state, found.reason, found.started_at) == (JobState.FAILED, "timed_out", None)


@pytest.mark.parametrize(
    ("how", "end"),
    [("cancel", (JobState.CANCELLED, "cancelled")), ("time_out", (JobState.FAILED, "marked_timed_out"))],
)
async def test_one_that_moves_all_the_time_is_ended_all_the_same(
    db: Database,
    worker: Worker,
    errand: Errand,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    end: tuple[JobState, str],
) -> None:
    async def look(job: Job, desk: JobDesk) -> Next:
        return Again("look", now(), {"looks": job.notes.get("looks", 0) + 1})

    def slow(cursor: Cursor, job: Job, end: End) -> list[Row]:
        time.sleep(0.02)  # time for several looks
        return []

    errand.work_ = look
    monkeypatch.setattr(errand, "rows_of_end", slow)
    job = ask(db)
    worker.wake()
    await soon(lambda: stored(db, job).notes.get("looks", 0) > 2)

    told = await asyncio.to_thread(getattr(jobs, how), job.id)

    [found] = await ended(db, job)
    assert (found.state, found.reason) == end
    assert told == found or (how == "cancel" and told.is_cancel_wished)


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_wish_while_a_step_is_recorded_stops_only_what_may_be_stopped_and_ends_the_job_at_that_step(
    db: Database, worker: Worker, errand: Errand, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    tidied = []

    async def buy(job: Job, desk: JobDesk) -> Next:
        try:
            async with desk.stoppable():
                await desk.record("bought")
        except CancelWished:
            await asyncio.sleep(0)
            tidied.append(job.id)
            raise
        return Done()

    wish_within(monkeypatch, "bought", worker if is_told else None)
    errand.work_ = buy
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, found.step, found.attempts) == (JobState.CANCELLED, "bought", 1)
    assert tidied == [job.id]


@pytest.mark.parametrize("can_step_back", [True, False])
async def test_what_is_ended_just_before_it_acts_has_not_acted(
    db: Database, worker: Worker, errand: Errand, monkeypatch: pytest.MonkeyPatch, can_step_back: bool
) -> None:
    loop, record, began = asyncio.get_running_loop(), changes.record, list[str]()

    def ended_meanwhile(cursor: Cursor, job: Job, wanted: changes.Step, rows: Sequence[Row]) -> Job:
        if wanted.name == "buying" and len(began) == 1:
            loop.call_soon_threadsafe(tasks[0].cancel, "restarted")
        if wanted.name == job_.step and not can_step_back:
            raise LookupError("a broken rule")
        return record(cursor, job, wanted, rows)

    tasks = list[asyncio.Task[Any]]()

    async def buy(job: Job, desk: JobDesk) -> Next:
        began.append(job.step)
        tasks.append(asyncio.current_task())  # type: ignore[arg-type]
        await desk.record_unless_wished("buying")
        return Done()

    monkeypatch.setattr(changes, "record", ended_meanwhile)
    errand.work_ = buy
    job_ = ask(db)
    with capture_logs() as logs:
        worker.wake()
        [found] = await ended(db, job_)

    assert (found.state, found.step) == (JobState.DONE, "buying")
    failures = [line["event"] for line in logs if line["log_level"] == "error"]
    assert failures == ([] if can_step_back else ["job.cancelled_behind_failure"])
    assert began == [job_.step, job_.step if can_step_back else "buying"]


async def test_marking_one_as_timed_out_ends_it_whoever_works_on_it(
    db: Database, worker: Worker, errand: Errand, jobs: Jobs
) -> None:
    errand.work_ = hold
    job = ask(db)
    worker.wake()
    await soon(lambda: errand.now_working)

    found = await asyncio.to_thread(jobs.time_out, job.id)
    await soon(lambda: not errand.now_working)

    assert (found.state, found.reason) == (JobState.FAILED, "marked_timed_out")
    assert stored(db, job) == found


async def test_whoever_lost_the_lease_writes_nothing_and_stops(
    db: Database, worker: Worker, errand: Errand
) -> None:
    lost: list[Any] = []

    async def late(job: Job, desk: JobDesk) -> Next:
        if len(errand.began) > 1:
            return Done()
        # On the loop: while it stands still the worker cannot claim the job anew and stop this claim from outside.
        claims.void_leases(db)
        try:
            await desk.record("submitted", WRITE_LEDGER.row(job_id=job.id, what="too late"))
        except LeaseLost as error:
            lost.append(error)
            raise
        return Failed(reason="not reached")

    errand.work_ = late
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert (found.state, len(lost), ledger(db, job.id)) == (JobState.DONE, 1, [])


async def test_leases_are_renewed_while_a_handler_works(db: Database, errand: Errand) -> None:
    worker = Worker(db, [errand], lease_seconds=0.3, renew_seconds=0.05, drain_seconds=0)
    worker.start()
    errand.work_ = hold
    job = ask(db)
    worker.wake()
    first = await soon(lambda: stored(db, job).leased_until)

    await soon(lambda: now() > first + timedelta(seconds=0.3))
    await worker.close()

    assert len(errand.began) == 1


async def test_one_that_works_on_does_not_hold_what_was_claimed_with_it(db: Database) -> None:
    class Forgetful(Errand):
        """Its rows for an end cannot be had, so nothing can be written down about a job that failed."""

        def rows_of_end(self, cursor: Cursor, job: Job, end: End) -> Sequence[Row]:
            raise RuntimeError("these rows cannot be had")

    async def work(job: Job, desk: JobDesk) -> Next:
        if job.id == slow.id:
            return await hold(job, desk)
        raise Upstream("It is broken.")

    slow, stuck = ask(db), ask(db)
    worker = Worker(
        db, [Forgetful(work, rules=replace(QUICK, most_attempts=1))], renew_seconds=0.02, drain_seconds=0.0
    )
    worker.start()
    try:
        await soon(lambda: stored(db, stuck).lease_id is not None and worker.working == 1)
        left = stored(db, slow)
        # One renewal may have been on its way for both; those that begin now are for one.
        longer = await soon(lambda: (found := stored(db, slow)).leased_until > left.leased_until and found)
        lost = stored(db, stuck)
        again = await soon(lambda: (found := stored(db, slow)).leased_until > longer.leased_until and found)
        assert lost.lease_id == left.lease_id == again.lease_id  # one claim took both
        assert (again.attempts, again.is_finished) == (1, False)
        assert stored(db, stuck).leased_until == lost.leased_until
    finally:
        await worker.close()


async def test_at_the_end_what_is_not_done_is_given_back_and_the_next_worker_goes_on(
    db: Database, errand: Errand
) -> None:
    first = Worker(db, [errand], drain_seconds=0.02)
    first.start()
    errand.work_ = hold
    job = ask(db)
    first.wake()
    await soon(lambda: errand.now_working)

    first.leave()
    await first.close()
    given_back = stored(db, job)
    errand.work_ = None
    second = Worker(db, [errand])
    second.start()
    [found] = await ended(db, job)
    await second.close()

    assert (given_back.state, given_back.lease_id, given_back.attempts) == (JobState.RUNNING, None, 0)
    assert found.state is JobState.DONE


async def test_at_the_end_a_handler_gets_a_moment(db: Database, errand: Errand) -> None:
    worker = Worker(db, [errand], drain_seconds=5)
    worker.start()
    go_on = asyncio.Event()

    async def wait(job: Job, desk: JobDesk) -> Next:
        await go_on.wait()
        return Done()

    errand.work_ = wait
    job = ask(db)
    worker.wake()
    await soon(lambda: errand.now_working)
    worker.leave()
    go_on.set()
    await worker.close()

    assert stored(db, job).state is JobState.DONE


async def test_a_database_that_fails_for_a_while_stops_nothing(
    db: Database, worker: Worker, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([duckdb.IOException("no space left on device")])

    def claim(cursor: Any, wanted: Any) -> Any:
        for failure in failures:
            raise failure
        return real(cursor, wanted)

    real = claims.claim
    monkeypatch.setattr(claims, "claim", claim)
    monkeypatch.setattr("studio.jobs.worker.RETRY_SECONDS", 0.01)
    job = ask(db)
    worker.wake()

    [found] = await ended(db, job)

    assert found.state is JobState.DONE


async def test_jobs_of_a_kind_that_nobody_knows_are_left_alone(db: Database, worker: Worker) -> None:
    strange, known = ask(db, "from a later release"), ask(db)
    worker.wake()

    await ended(db, known)

    assert stored(db, strange) == strange


async def test_a_retry_is_a_new_job_and_leaves_the_old_one_as_it_was(
    db: Database, worker: Worker, errand: Errand, jobs: Jobs
) -> None:
    job = ask(db, due_at=now() + timedelta(hours=1))
    old = await asyncio.to_thread(jobs.cancel, job.id)

    fresh = await asyncio.to_thread(jobs.retry, job.id)
    [found] = await ended(db, fresh)

    assert (fresh.retry_of, found.state) == (job.id, JobState.DONE)
    assert stored(db, job) == old
    assert ledger(db, fresh.id) == ["again", "done"]


async def test_shutting_somebody_out_stops_what_is_theirs_and_nothing_else(
    db: Database, worker: Worker, jobs: Jobs
) -> None:
    later = now() + timedelta(hours=1)
    mine, yours = ask(db, due_at=later), ask(db, person_id=BOB, due_at=later)

    assert await asyncio.to_thread(jobs.cancel_all_of, ALICE) == 1

    assert stored(db, mine).reason == "person_disabled"
    assert stored(db, yours).state is JobState.WAITING


async def test_more_than_can_run_at_once_is_claimed_as_room_comes(db: Database, errand: Errand) -> None:
    errand.rules = Rules(at_once=99, at_once_per_person=99, at_once_per_provider=99)
    worker = Worker(db, [errand], most_at_once=3)
    asked = [wanted(person_id=new_id()) for _ in range(12)]
    db.write(*map(add_job, asked))
    worker.start()

    found = await ended(db, *asked)
    await worker.close()

    assert {job.state for job in found} == {JobState.DONE}
    assert errand.most_working <= 3
