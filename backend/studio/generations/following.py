"""Following what a job makes: its progress as events for programs, and waiting for its end."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from studio.generations import store
from studio.generations.generation import Generation
from studio.generations.made import current_json
from studio.generations.streams import HEARTBEAT
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.jobs.views import JobView, views_of
from studio.moments import now
from studio.wiring import Studio

LOOK_SECONDS = 0.5  # what is in the database changes without a word; what is made here tells at once
HEARTBEAT_SECONDS = 12.0
STOP_SECONDS = 5.0


def job_of(studio: Studio, generation: Generation) -> Job | None:
    """The newest job that makes it; None once the job was forgotten."""
    found = lists.list_of_generations(studio.db, generation.person_id, [generation.id])
    return found.get(generation.id)


def progress_json(studio: Studio, generation: Generation) -> dict[str, Any]:
    """How far it is: the state, the place in the line, seconds, and of pictures how many are there."""
    job = job_of(studio, generation)
    view: JobView | None = views_of(studio.db, [job], now(), studio.provider.id)[0] if job else None
    progress = studio.board.find(generation.id)
    return {
        "state": generation.state.value,
        "made": progress.made if progress else 0,
        "wanted": progress.wanted if progress else None,
        "position": view.position if view else None,
        "elapsed_seconds": round(view.elapsed_seconds, 1) if view and view.elapsed_seconds else None,
        "expected_seconds": round(view.expected_seconds, 1) if view and view.expected_seconds else None,
        "message": job.notes.get("notice") if job else None,
    }


async def job_events(studio: Studio, person_id: UUID, generation_id: UUID) -> AsyncGenerator[bytes, None]:
    """`progress` whenever something but the clock changed, heartbeats, then one `done` with the generation."""
    loop = asyncio.get_running_loop()
    said, spoke_at = "", loop.time()
    while not studio.jobs.worker.is_leaving:
        generation = await studio.read(store.get_generation, studio.db, person_id, generation_id)
        if generation.is_finished:
            whole = await studio.read(current_json, studio.db, person_id, generation_id)
            yield f"event: done\ndata: {json.dumps(whole)}\n\n".encode()
            return
        progress = await studio.read(progress_json, studio, generation)
        now_said = json.dumps({name: value for name, value in progress.items() if name != "elapsed_seconds"})
        if now_said != said:
            said, spoke_at = now_said, loop.time()
            yield f"event: progress\ndata: {json.dumps(progress, ensure_ascii=False)}\n\n".encode()
        elif loop.time() - spoke_at >= HEARTBEAT_SECONDS:
            spoke_at = loop.time()
            yield HEARTBEAT
        await studio.board.changed(generation_id, LOOK_SECONDS)


async def cancel_job(studio: Studio, generation: Generation) -> None:
    """Stop the job that makes it, and wait for its end, STOP_SECONDS at most; one that has ended is left as it is."""
    job = await studio.read(job_of, studio, generation)
    if job is not None and not generation.is_finished:
        await stop_job(studio, job)


async def stop_job(studio: Studio, job: Job) -> None:
    """The same of a job itself, by its owner."""
    await studio.read(lambda: studio.jobs.cancel(job.id, person_id=job.person_id))
    await wait_for_end(studio, job)


async def wait_for_end(studio: Studio, job: Job) -> Job:
    """The job once it has ended, or as it is after STOP_SECONDS."""
    give_up = asyncio.get_running_loop().time() + STOP_SECONDS
    while True:
        found = await studio.read(lists.get_job, studio.db, job.id)
        if found.is_finished or asyncio.get_running_loop().time() >= give_up:
            return found
        await studio.board.changed(job.generation_id or job.id, 0.05)
