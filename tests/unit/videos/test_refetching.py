"""Trying again what was bought and did not come: it is fetched under its old name, and paid for once."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from studio.assets import store as assets
from studio.db import Database
from studio.generations.generation import Generation
from studio.jobs.jobs import Jobs
from studio.moments import now

from tests.support.jobs import soon
from tests.support.scripted_filming import BAD_GATEWAY, COMPLETED, CONTENT, NAME, POLL, Studio, film, studio
from tests.support.scripted_server import ScriptedServer, answer
from tests.support.videos import ALICE, made

pytestmark = pytest.mark.anyio

PENDING = answer(200, {"id": NAME, "status": "pending"})


async def tried_again(there: Studio) -> UUID:
    """The generation of the job that repeats the newest one."""
    fresh = await asyncio.to_thread(Jobs(there.db, there.worker).retry, there.job().id)
    assert fresh.generation_id is not None
    return fresh.generation_id


async def not_fetched(there: Studio) -> Generation:
    there.server.always(CONTENT, BAD_GATEWAY)
    return await there.ended(await there.ask())


def cost(db: Database, generation_id: UUID) -> str:
    return str(made(db, generation_id).outcome.cost_usd)


async def test_what_was_made_and_not_fetched_is_fetched(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    async with studio(db, place, server, lasts=timedelta(seconds=0.3)) as there:
        first = await not_fetched(there)
        server.always(CONTENT, film())

        again = await there.ended(await tried_again(there))

        assert (first.state.value, again.state.value, again.parent_id) == ("failed", "done", first.id)
        assert (there.submissions(), there.job().provider_job_id) == (1, NAME)
        assert (cost(db, first.id), cost(db, again.id)) == ("0.500000000", "0E-9")
        assert len(assets.list_made(db, ALICE, [again.id])[again.id]) == 1
        assert again.outcome.started_at is not None


async def test_it_may_fail_once_more_and_is_still_paid_for_once(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    async with studio(db, place, server, lasts=timedelta(seconds=0.3)) as there:
        first = await not_fetched(there)
        second = await there.ended(await tried_again(there))
        server.always(CONTENT, film())

        third = await there.ended(await tried_again(there))

        assert [each.state.value for each in (first, second, third)] == ["failed", "failed", "done"]
        assert [cost(db, each.id) for each in (first, second, third)] == ["0.500000000", "0E-9", "0E-9"]
        assert there.submissions() == 1


@pytest.mark.parametrize("how", ["cancel", "time_out"])
async def test_what_was_not_waited_for_is_waited_for_again(
    db: Database, place: Path, server: ScriptedServer, how: str
) -> None:
    server.always(POLL, PENDING)
    server.always(CONTENT, film())
    async with studio(db, place, server) as there:
        first = await there.ask()
        await soon(lambda: there.job().notes.get("looks"))
        verb = getattr(Jobs(db, there.worker), how)
        await asyncio.to_thread(partial(verb, there.job().id))
        assert (await there.ended(first)).outcome.cost_usd is None

        again = await tried_again(there)
        await soon(lambda: there.job().notes.get("looks"))
        server.always(POLL, answer(200, {"id": NAME, "status": "completed", "usage": {"cost": 0.5}}))

        assert (await there.ended(again)).state.value == "done"
        assert there.submissions() == 1
        # Told only now, and owed by the one that was asked for.
        assert (cost(db, first), cost(db, again)) == ("0.500000000", "0E-9")


async def test_the_wait_in_line_does_not_count_as_the_provider_being_slow(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    """Four of hers may take two hours each before the fifth is asked after."""
    server.always(POLL, PENDING)
    server.always(CONTENT, film())
    async with studio(db, place, server) as there:
        await there.ask()
        await soon(lambda: there.job().notes.get("looks"))
        await asyncio.to_thread(Jobs(db, there.worker).cancel, there.job().id)
        await soon(lambda: there.job().is_finished)

        asked_at = now() - timedelta(hours=3)
        retry = partial(Jobs(db, there.worker).retry, there.job().id, moment=asked_at)
        fresh = await asyncio.to_thread(retry)
        await soon(lambda: there.job().is_finished or there.job().notes.get("looks", 0) > 1)
        assert there.job().reason is None
        assert there.job().deadline_at > now() + timedelta(hours=23)
        server.always(POLL, COMPLETED)

        assert fresh.generation_id is not None
        assert (await there.ended(fresh.generation_id)).state.value == "done"


async def test_what_is_not_there_any_more_is_asked_for_anew(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always(CONTENT, answer(410, {"error": {"message": "expired"}}))
    async with studio(db, place, server) as there:
        assert (await there.ended(await there.ask())).reason == "content_expired"
        server.always(CONTENT, film())

        again = await there.ended(await tried_again(there))

        assert (again.state.value, there.submissions(), cost(db, again.id)) == ("done", 2, "0.500000000")


async def test_the_wait_in_line_does_not_end_what_its_provider_took(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always(POLL, PENDING)
    server.always(CONTENT, film())
    async with studio(db, place, server) as there:
        soon_over = now() + timedelta(seconds=0.6)
        generation_id = await there.ask(before=partial(due_until, db, soon_over))
        await soon(lambda: now() > soon_over)
        server.always(POLL, answer(200, {"id": NAME, "status": "completed", "usage": {"cost": 0.5}}))

        assert (await there.ended(generation_id)).state.value == "done"


def due_until(db: Database, moment: object) -> None:
    db.transact(lambda cursor: cursor.execute("UPDATE jobs SET deadline_at = $moment", {"moment": moment}))


async def test_one_that_a_busy_provider_did_not_take_makes_room(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always("/v1/videos", answer(429, {"error": {"message": "busy"}}))
    async with studio(db, place, server, look_seconds=0.3) as there:
        await there.ask()

        await soon(lambda: there.job().notes.get("tries") and there.job().lease_id is None)

        assert (there.job().state.value, there.job().step) == ("waiting", "ready")
