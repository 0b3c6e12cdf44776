"""
Jobs as a state machine: whatever is done in whatever order, on a real database and in a model beside it.

Never two holders of one job, no limit passed, nothing idle that could run, each job ends exactly once, none is lost. A
holder that comes too late (its lease ran out, a crash voided it, somebody ended the job) changes nothing.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from studio.db import Database
from studio.errors import Conflict
from studio.ids import new_id
from studio.jobs.errors import LeaseLost
from studio.jobs.job import Again, Done, Failed, Job, new_job
from studio.jobs.jobs import Jobs
from studio.jobs.rules import Rules
from studio.jobs.store import changes, claims, lists
from studio.jobs.store.rows import add_job
from studio.jobs.worker import Worker

from tests.support.jobs import Errand

PEOPLE, PROVIDERS = [new_id() for _ in range(3)], [new_id() for _ in range(2)]
LIMITS = Rules(at_once=4, at_once_per_person=2, at_once_per_provider=3, most_attempts=99)
START = datetime(2026, 11, 1)
LEASE, LASTS = timedelta(seconds=30), timedelta(seconds=600)
OPEN = ("waiting", "running")


@dataclass
class Known:
    """What the model knows of one job."""

    person: UUID
    provider: UUID
    due_at: datetime
    deadline_at: datetime
    state: str = "waiting"
    lease: UUID | None = None
    leased_until: datetime = START
    is_wished: bool = False
    is_at_provider: bool = False
    ends: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Machine(RuleBasedStateMachine):
    db: Database  # one file for all examples: opening one for each would take most of the time
    worker: Worker

    jobs = Bundle("jobs")
    held = Bundle("held")

    @initialize(target=jobs)
    def begin_with_a_full_line(self) -> Any:
        self.db.transact(lambda cursor: cursor.execute("DELETE FROM jobs"))
        self.moment = START
        self.known: dict[UUID, Known] = {}
        self.copies: dict[tuple[UUID, UUID], Job] = {}
        self.verbs = Jobs(self.db, self.worker)
        first = [
            self.ask(PEOPLE[0], PROVIDERS[0], 4),
            self.ask(PEOPLE[1], PROVIDERS[0], 2),
            self.ask(PEOPLE[2], PROVIDERS[1], 1),
        ]
        return multiple(*(job_id for ids in first for job_id in ids))

    # What people and time do

    @rule(
        target=jobs,
        person=st.sampled_from(PEOPLE),
        provider=st.sampled_from(PROVIDERS),
        later=st.sampled_from([0, 0, 0, 20]),
        how_many=st.integers(1, 4),
    )
    def add(self, person: UUID, provider: UUID, later: int, how_many: int) -> Any:
        return multiple(*self.ask(person, provider, how_many, later))

    @rule(seconds=st.sampled_from([1, 10, 31, 31, 300]))
    def time_passes(self, seconds: int) -> None:
        self.moment += timedelta(seconds=seconds)

    @rule(job_id=jobs, wishes=st.sampled_from(["cancel", "cancel", "mark_as_timed_out"]))
    def end_by_hand(self, job_id: UUID, wishes: str) -> None:
        getattr(self, wishes)(job_id)

    def cancel(self, job_id: UUID) -> None:
        known = self.known[job_id]
        self.verbs.cancel(job_id)
        if known.is_open and known.lease is None and not known.is_wished:
            self.end(known, "cancelled")
        elif known.is_open:
            known.is_wished = True

    def mark_as_timed_out(self, job_id: UUID) -> None:
        known = self.known[job_id]
        if known.is_open:
            self.verbs.time_out(job_id)
            self.end(known, "failed")
        else:
            with pytest.raises(Conflict):
                self.verbs.time_out(job_id)

    @rule(target=jobs, job_id=jobs)
    def retry(self, job_id: UUID) -> Any:
        if self.known[job_id].state not in ("failed", "cancelled", "interrupted"):
            with pytest.raises(Conflict):
                self.verbs.retry(job_id, moment=self.moment)
            return multiple()
        fresh = self.verbs.retry(job_id, moment=self.moment)
        assert self.verbs.retry(job_id, moment=self.moment).id == fresh.id
        if fresh.id in self.known:
            return multiple()
        self.known[fresh.id] = Known(fresh.person_id, fresh.provider_id, fresh.due_at, fresh.deadline_at)  # type: ignore[arg-type]
        return fresh.id

    # What workers do, also such as have lost their lease without knowing

    @rule(target=held, most=st.integers(1, 6))
    def claim(self, most: int) -> Any:
        due, before = self.due_now(), {job_id: replace(known) for job_id, known in self.known.items()}
        wanted = claims.Claim(new_id(), self.moment, self.moment + LEASE, most, {"errand": LIMITS})
        taken = self.db.transact(lambda cursor: claims.claim(cursor, wanted))
        ids = {job.id for job in taken}
        assert len(ids) == len(taken) <= most
        assert ids <= due
        for job in taken:
            known = self.known[job.id]
            if not (known.is_wished or known.deadline_at <= self.moment):
                known.state = "running"
            known.lease, known.leased_until = wanted.lease_id, wanted.leased_until
        if len(taken) < most:
            assert not self.due_now(), "something fits and was left"
        # What was only taken to be ended has no turn: it needs no room.
        begun = [job_id for job_id in ids if (before[job_id].state, self.known[job_id].state) == OPEN]
        self.assert_fair([self.known[job_id] for job_id in begun])
        return multiple(*(self.keep(job) for job in taken))

    @rule(
        key=held,
        does=st.sampled_from(["record", "finish", "rest", "back_off", "give_back"]),
        number=st.integers(0, 40),
    )
    def a_holder_writes(self, key: tuple[UUID, UUID], does: str, number: int) -> None:
        match does:
            case "record":
                self.record(key, ["ordering", "ordered"][number % 2], number > 20)
            case "finish":
                self.finish(key, [Done, Failed][number % 2])
            case "give_back":
                self.give_back(key)
            case _:
                getattr(self, does)(key, number)

    def record(self, key: tuple[UUID, UUID], step: str, at_provider: bool) -> None:
        wanted = changes.Step(step, "number 1" if at_provider else None)
        if not self.holds(key) or self.known[key[0]].state != "running":
            with pytest.raises(LeaseLost):
                self.db.transact(lambda cursor: changes.record(cursor, self.copies[key], wanted, []))
            return
        self.keep(self.db.transact(lambda cursor: changes.record(cursor, self.copies[key], wanted, [])))
        self.known[key[0]].is_at_provider |= at_provider

    def finish(self, key: tuple[UUID, UUID], state: type[Done] | type[Failed]) -> None:
        if self.write(key, lambda cursor, job: changes.finish(cursor, job, state(reason="r"), self.moment)):
            self.end(self.known[key[0]], state.state)

    def rest(self, key: tuple[UUID, UUID], seconds: int) -> None:
        if self.known[key[0]].state != "running" and self.holds(key):
            return  # claimed to be ended, not to be worked on
        due_at = self.moment + timedelta(seconds=seconds)
        if self.write(key, lambda cursor, job: changes.rest(cursor, job, Again("later", due_at))):
            self.let_go(key, due_at)

    def back_off(self, key: tuple[UUID, UUID], seconds: int) -> None:
        due_at = self.moment + timedelta(seconds=seconds)
        failure = changes.Failure("busy", "It is busy.", None, due_at)
        if self.write(key, lambda cursor, job: changes.back_off(cursor, job, failure)):
            self.let_go(key, due_at)
            if not self.known[key[0]].is_at_provider:
                self.known[key[0]].state = "waiting"

    def give_back(self, key: tuple[UUID, UUID]) -> None:
        held = self.holds(key)
        assert self.db.transact(lambda cursor: claims.release(cursor, self.copies[key], self.moment)) == held
        if held:
            self.let_go(key, self.moment)

    @rule(keys=st.lists(held, max_size=4))
    def renew(self, keys: list[tuple[UUID, UUID]]) -> None:
        until = self.moment + LEASE
        renewed = self.db.transact(lambda cursor: claims.renew(cursor, keys, until))
        # Of jobs that were claimed together only those whose holder asks, and only for who holds them now.
        expected = {
            (id_, self.known[id_].lease): self.known[id_].is_wished for id_, _ in filter(self.holds, keys)
        }
        assert renewed == expected
        for job_id, _ in renewed:
            self.known[job_id].leased_until = until

    @rule()
    def crash(self) -> None:
        assert claims.void_leases(self.db) == sum(known.lease is not None for known in self.known.values())
        for known in self.known.values():
            known.lease = None

    # What holds at all times

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        found = {job.id: job for job in lists.list_jobs(self.db, lists.Filter(), 10_000)}
        assert found.keys() == self.known.keys()
        for job_id, known in self.known.items():
            job = found[job_id]
            assert (job.state, job.lease_id) == (known.state, known.lease)
            assert job.is_finished == (job.finished_at is not None) == (known.ends == 1)
            assert known.ends <= 1

    @invariant()
    def no_limit_is_passed(self) -> None:
        running = [known for known in self.known.values() if known.state == "running"]
        assert len(running) <= LIMITS.at_once
        assert all(
            n <= LIMITS.at_once_per_person for n in Counter(known.person for known in running).values()
        )
        assert all(
            n <= LIMITS.at_once_per_provider for n in Counter(known.provider for known in running).values()
        )

    @invariant()
    def the_timer_runs_to_what_comes_next(self) -> None:
        moments = [
            moment
            for known in self.known.values()
            if known.is_open
            for moment in (known.due_at, known.deadline_at, *([known.leased_until] if known.lease else []))
            if moment > self.moment
        ]
        assert claims.next_due(self.db, ["errand"], self.moment) == min(moments, default=None)

    def teardown(self) -> None:
        """Let a worker that never fails go on until nothing is open: every job ends, and ends once."""
        if not hasattr(self, "known"):
            return
        for _ in range(200):
            if not any(known.is_open for known in self.known.values()):
                break
            self.moment += timedelta(seconds=31)
            for key in self.drained_claim():
                self.finish_held(key)
        self.the_database_says_what_the_model_says()
        assert all(known.ends == 1 for known in self.known.values())

    # The model

    def ask(self, person: UUID, provider: UUID, how_many: int, later: int = 0) -> list[UUID]:
        asked = [
            new_job(
                "errand",
                person,
                moment=self.moment,
                lasts=LASTS,
                step="begin",
                provider_id=provider,
                due_at=self.moment + timedelta(seconds=later),
            )
            for _ in range(how_many)
        ]
        self.db.write(*map(add_job, asked))
        self.known |= {job.id: Known(person, provider, job.due_at, job.deadline_at) for job in asked}
        return [job.id for job in asked]

    def drained_claim(self) -> list[tuple[UUID, UUID]]:
        wanted = claims.Claim(new_id(), self.moment, self.moment + LEASE, 100, {"errand": LIMITS})
        taken = self.db.transact(lambda cursor: claims.claim(cursor, wanted))
        for job in taken:
            self.known[job.id].lease = wanted.lease_id
            self.known[job.id].leased_until = wanted.leased_until
        return [self.keep(job) for job in taken]

    def finish_held(self, key: tuple[UUID, UUID]) -> None:
        self.db.transact(lambda cursor: changes.finish(cursor, self.copies[key], Done(), self.moment))
        self.end(self.known[key[0]], "done")

    def keep(self, job: Job) -> tuple[UUID, UUID]:
        assert job.lease_id is not None
        self.copies[job.id, job.lease_id] = job
        return job.id, job.lease_id

    def holds(self, key: tuple[UUID, UUID]) -> bool:
        return self.known[key[0]].lease == key[1]

    def write(self, key: tuple[UUID, UUID], work: Any) -> bool:
        """Whether it was written, which must be so exactly for whoever holds the lease."""
        if self.holds(key):
            self.db.transact(lambda cursor: work(cursor, self.copies[key]))
            return True
        with pytest.raises(LeaseLost):
            self.db.transact(lambda cursor: work(cursor, self.copies[key]))
        return False

    def let_go(self, key: tuple[UUID, UUID], due_at: datetime) -> None:
        self.known[key[0]].lease, self.known[key[0]].due_at = None, due_at

    def end(self, known: Known, state: str) -> None:
        known.state, known.lease = str(state), None
        known.ends += 1

    def due_now(self) -> set[UUID]:
        """What a claim may take at this moment."""
        return {job_id for job_id, known in self.known.items() if known.is_open and self.is_claimable(known)}

    def is_claimable(self, known: Known) -> bool:
        is_free = known.lease is None or known.leased_until <= self.moment
        if known.is_wished or known.deadline_at <= self.moment or known.lease is not None:
            return is_free
        if known.state == "running":
            return known.due_at <= self.moment
        return known.due_at <= self.moment and self.fits(known)

    def fits(self, known: Known) -> bool:
        running = [other for other in self.known.values() if other.state == "running"]
        return (
            len(running) < LIMITS.at_once
            and sum(other.person == known.person for other in running) < LIMITS.at_once_per_person
            and sum(other.provider == known.provider for other in running) < LIMITS.at_once_per_provider
        )

    def assert_fair(self, begun: list[Known]) -> None:
        """Nobody got ahead by two of somebody whose job would have fitted as well."""
        load = Counter(known.person for known in self.known.values() if known.state == "running")
        for known in begun:
            for other in self.known.values():
                could = other.state == "waiting" and other.lease is None and self.is_claimable(other)
                assert not (could and load[other.person] + 1 < load[known.person])


@pytest.fixture
def machine(tmp_path: Path, migrated: Path) -> Iterator[type[Machine]]:
    shutil.copy(migrated, tmp_path / "app.db")
    with Database.open(tmp_path / "app.db", threads=1) as db:
        loop = asyncio.new_event_loop()

        async def never_started() -> Worker:
            return Worker(db, [Errand()])

        Machine.db, Machine.worker = db, loop.run_until_complete(never_started())
        yield Machine
        loop.close()


def test_whatever_is_done_in_whatever_order(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
