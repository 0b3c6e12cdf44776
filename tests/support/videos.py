"""Videos without a studio around them: a wish in the database, and the sandbox that grants it."""

from typing import Any
from uuid import UUID

from pydantic import SecretStr
from studio.db import Database
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.jobs.store.rows import add_job
from studio.moments import now
from studio.providers import Provider
from studio.videos.wish import job_for

ALICE = new_id()
SANDBOX = UUID(int=12)  # the same in every process: jobs are told from those of another provider by it
SAME = {"duration": 1, "size": "128x72", "seed": 5}


def sandbox_at(url: str) -> Provider:
    return Provider(SANDBOX, "Sandbox", "sandbox", url, SecretStr("sk-sandbox"), is_simulated=True)


def ask(db: Database, model: str = "sandbox/video-tiny", **more: Any) -> UUID:
    """The generation of a video that Alice asks for, committed together with its job."""
    generation = Generation(
        **{
            "id": new_id(),
            "person_id": ALICE,
            "kind": "video",
            "state": State.WAITING,
            "provider_id": SANDBOX,
            "provider": "Sandbox",
            "model": model,
            "prompt": "The sea",
            "params": SAME,
            "is_simulated": True,
            "asked_at": now(),
            **more,
        }
    )
    db.write(generations.add_generation(generation), add_job(job_for(generation, [])))
    return generation.id


def made(db: Database, generation_id: UUID) -> Generation:
    return generations.get_generation(db, ALICE, generation_id)
