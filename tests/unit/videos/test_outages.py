"""A provider that fails for a while, by a script of answers: nothing paid is bought twice, and nothing made is lost."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from studio.assets import store as assets
from studio.db import Database
from studio.generations.costs import keep_asking
from studio.jobs.jobs import Jobs
from studio.moments import now
from studio.videos.patience import Patience
from studio.videos.steps import SUBMITTING

from tests.support.jobs import soon, wish_within
from tests.support.scripted_filming import BAD_GATEWAY, CONTENT, NAME, POLL, film, studio
from tests.support.scripted_server import ScriptedServer, answer
from tests.support.videos import ALICE, SANDBOX, made

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("code", [500, 502, 504])
async def test_a_failure_inside_http_200_is_asked_for_once(
    db: Database, place: Path, server: ScriptedServer, code: int
) -> None:
    server.always("/v1/videos", answer(200, {"error": {"code": code, "message": "died"}}))
    async with studio(db, place, server) as there:
        ended = await there.ended(await there.ask())

        assert (ended.state.value, ended.reason) == ("interrupted", "upstream_outcome_unknown")
        assert ended.outcome.cost_usd is None
        assert there.submissions() == 1


@pytest.mark.parametrize("is_told", [True, False])
async def test_stopped_while_that_it_is_asked_for_is_recorded_nothing_is_submitted(
    db: Database, place: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    async with studio(db, place, server) as there:
        wish_within(monkeypatch, SUBMITTING, there.worker if is_told else None)

        ended = await there.ended(await there.ask())

        assert (ended.state.value, ended.reason) == ("cancelled", "cancelled")
        assert (ended.outcome.cost_usd, ended.reason_text) == (0, "Stopped by you.")
        assert there.submissions() == 0


async def test_a_download_that_fails_for_long_is_not_given_up(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always(CONTENT, BAD_GATEWAY)
    async with studio(db, place, server) as there:
        generation_id = await there.ask()
        await soon(lambda: there.downloads() >= 3 * 7)  # of three tries each, long after five failed
        assert there.job().step == "downloading"
        server.always(CONTENT, film())

        ended = await there.ended(generation_id)

        assert (ended.state.value, str(ended.outcome.cost_usd)) == ("done", "0.500000000")
        assert len(assets.list_made(db, ALICE, [generation_id])[generation_id]) == 1
        assert there.submissions() == 1


async def test_a_download_that_fails_until_the_time_is_over_ends_with_both_reasons(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always(CONTENT, BAD_GATEWAY)
    async with studio(db, place, server, lasts=timedelta(seconds=0.5)) as there:
        began = now()
        ended = await there.ended(await there.ask())

        assert now() - began >= timedelta(seconds=0.5)
        assert (ended.state.value, ended.reason) == ("failed", "upstream_unavailable")
        assert (ended.reason_text or "").startswith("Acme made this video, and it could not be fetched there")
        assert "a problem of its own" in (ended.reason_text or "")
        assert str(ended.outcome.cost_usd) == "0.500000000"


async def test_polls_that_fail_once_it_is_made_do_not_make_it_too_slow(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always(CONTENT, BAD_GATEWAY)
    async with studio(db, place, server, lasts=timedelta(seconds=0.5)) as there:
        generation_id = await there.ask()
        await soon(lambda: there.job().notes.get("unfetched"))
        server.always(POLL, BAD_GATEWAY)

        ended = await there.ended(generation_id)

        assert (ended.reason, str(ended.outcome.cost_usd)) == ("timed_out", "0.500000000")
        assert "made this video" in (ended.reason_text or "")


async def test_what_is_no_video_is_given_up_after_a_few_tries_however_long_it_was_away(
    db: Database, place: Path, server: ScriptedServer
) -> None:
    server.always(CONTENT, BAD_GATEWAY)
    async with studio(db, place, server, most_fetches=3) as there:
        generation_id = await there.ask()
        await soon(lambda: there.downloads() >= 3 * 4)
        server.always(CONTENT, answer(200, b"<title>Welcome</title>", "text/html"))

        ended = await there.ended(generation_id)

        assert (ended.reason, there.job().notes["unfetched"]["upstream_malformed"]) == (
            "upstream_malformed",
            2,
        )


@pytest.mark.parametrize("how", ["cancelled", "person_disabled", "timed_out"])
async def test_what_a_video_cost_that_nobody_waited_for_is_asked_for_later(
    db: Database, place: Path, server: ScriptedServer, how: str
) -> None:
    server.always(POLL, answer(200, {"id": NAME, "generation_id": "gen-7", "status": "pending"}))
    async with studio(db, place, server) as there:
        generation_id = await there.ask()
        await soon(lambda: there.job().notes.get("asked_as"))
        jobs, job_id = Jobs(db, there.worker), there.job().id
        if how == "timed_out":
            await asyncio.to_thread(jobs.time_out, job_id)
        else:
            await asyncio.to_thread(partial(jobs.cancel, job_id, reason=how))
        assert (await there.ended(generation_id)).outcome.cost_usd is None

        server.always("/v1/generation?id=gen-7", answer(200, {"data": {"total_cost": 0.75}}))
        asking = asyncio.create_task(keep_asking(db, there.adapter, there.provider, SANDBOX))
        await soon(lambda: made(db, generation_id).outcome.cost_usd)
        asking.cancel()

    assert str(made(db, generation_id).outcome.cost_usd) == "0.750000000"


def test_a_video_is_fetched_once_more_before_its_links_end() -> None:
    patience = Patience()
    soon_over, long_to_go = now() + timedelta(minutes=10), now() + timedelta(days=1)

    assert patience.next_fetch(9, links_end_at=soon_over) == soon_over - timedelta(seconds=30)
    assert patience.next_fetch(9, links_end_at=long_to_go) < now() + timedelta(minutes=16)
    assert patience.next_fetch(9, links_end_at=now()) > now() + timedelta(minutes=14)


def test_a_thousand_looks_are_not_too_many() -> None:
    assert Patience().next_look(100_000) <= now() + timedelta(seconds=30.1)


def test_looks_of_about_the_same_time_are_due_together() -> None:
    patience, began = Patience(look_seconds=5.0), now()

    due = {patience.next_look(0) for _ in range(50)}

    assert len(due) <= 2
    for moment in due:
        assert round(moment.timestamp() * 10, 3).is_integer()
        assert timedelta(seconds=5) <= moment - began <= timedelta(seconds=5.5)
