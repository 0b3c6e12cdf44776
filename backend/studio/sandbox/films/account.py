"""What `GET /generation` tells of a film: read from its job, so that it is told after a restart, too."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from studio.sandbox.books import LOOKUPS_TOO_EARLY, Generation
from studio.sandbox.films.counter import Cinema, state_of
from studio.sandbox.films.job import State


@dataclass(slots=True)
class FilmGeneration(Generation):
    """`charge_usd` is what the film costs as a whole, None for a price that nobody told."""

    charge_usd: Decimal | None = None

    @property
    def cost_usd(self) -> Decimal | None:
        return self.charge_usd


def look_up(cinema: Cinema, generation_id: str) -> FilmGeneration | None:
    """The generation of an ended job; None for others, and for the first two questions, which come too early."""
    job = cinema.shelf.find(generation_id)
    if job is None or job.model not in cinema.models:
        return None
    if state_of(cinema, job) in (State.PENDING, State.IN_PROGRESS):
        return None
    if cinema.books.count(("generation", job.id)) < LOOKUPS_TOO_EARLY:
        return None
    generation = FilmGeneration(
        job.id, cinema.models[job.model].listing, job.created_at, False, 0, api_type="video"
    )
    generation.images_made = 1
    generation.finish_reason = "complete"
    generation.charge_usd = None if job.cost_usd is None else Decimal(job.cost_usd)
    return generation
