"""How a generation begins: with a parent that is its person's, and with its job in one commit."""

from uuid import UUID

from studio.db import Database
from studio.errors import Missing
from studio.generations import store
from studio.generations.generation import Generation
from studio.jobs.job import Job
from studio.jobs.store.rows import add_job
from studio.once.once import BegunBefore, Once, write_once
from studio.wiring import Studio


def refuse_strange_parent(db: Database, person_id: UUID, parent_id: UUID | None) -> None:
    """Raises Missing (field `parent_id`) for a generation that is not this person's."""
    if parent_id and not store.list_generations(db, person_id, [parent_id]):
        raise Missing("That generation is not there, or is not yours.", field="parent_id")


def begin(studio: Studio, generation: Generation, job: Job, once: Once | None) -> Generation:
    """It as it waits for its job now; or what the same request, sent `once` before, began then."""
    try:
        write_once(studio.db, once, generation.id, store.add_generation(generation), add_job(job))
    except BegunBefore as before:
        return store.get_generation(studio.db, generation.person_id, before.generation_id)
    studio.jobs.wake(generation.person_id)
    return generation
