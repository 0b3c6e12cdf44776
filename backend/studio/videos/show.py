"""From generations to cards, in a number of queries that does not grow with them; and a form out of a recipe."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.estimate import Estimate
from studio.chat.views import PictureCard, gone_card
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.jobs.job import Job
from studio.jobs.store import lists
from studio.jobs.views import views_of
from studio.moments import now
from studio.providers import Role
from studio.videos import store
from studio.videos.composer import ROLE_LABELS
from studio.videos.forms import VideoForm
from studio.videos.refetching import NOTHING_MORE, can_be_fetched
from studio.videos.views import VideoCard, video_card
from studio.videos.wish import KIND, ROLES, Input, Wish, estimate_wish
from studio.wiring import Studio
from studio.wishes.forms import texts_of
from studio.wishes.inputs import cards_by_hash

PAGE_SIZE = 10


def recent(studio: Studio, person: Person, before: UUID | None) -> tuple[list[VideoCard], str | None]:
    """One page of cards, newest first, and the address of the next."""
    ids = store.list_recent(studio.db, person.id, before, PAGE_SIZE + 1)
    older = f"?before={ids[PAGE_SIZE - 1]}" if len(ids) > PAGE_SIZE else None
    found = generations.list_generations(studio.db, person.id, ids[:PAGE_SIZE])
    return _cards(studio, person, [found[id_] for id_ in ids[:PAGE_SIZE] if id_ in found]), older


def card(studio: Studio, person: Person, generation_id: UUID) -> VideoCard:
    """One card; raises Missing for what is not there, not this person's, or no video."""
    return _cards(studio, person, [generations.get_of_kind(studio.db, person.id, generation_id, KIND)])[0]


def form_of_generation(studio: Studio, person: Person, generation: Generation) -> VideoForm:
    """The composer filled with its recipe. Pictures it began with are found by their content."""
    found = assets.find_by_hashes(studio.db, person.id, generation.input_hashes)
    kept = [
        (role, str(found[digest]))
        for role, digest in zip(roles_of(generation.params), generation.input_hashes, strict=False)
        if digest in found
    ]
    settings = texts_of({name: value for name, value in generation.params.items() if name != ROLES})
    return VideoForm(
        prompt=generation.prompt,
        model=generation.model,
        settings=settings,
        kept=tuple(kept),
        parent_id=str(generation.id),
    )


def roles_of(params: Mapping[str, Any]) -> list[Role]:
    """What the input pictures are for; of a recipe from somewhere else, as far as it can be read."""
    words = str(params.get(ROLES) or "").split(",")
    return [Role(word) for word in words if word in tuple(Role)]


def estimate_again(studio: Studio, generation: Generation) -> Estimate | None:
    """What it costs to try once more, at today's prices; None for a model that is not here any more."""
    model = studio.catalogue.find(generation.model)
    if model is None:
        return None
    # Only what the pictures are for counts.
    inputs = tuple(Input(generation.id, role) for role in roles_of(generation.params))
    return estimate_wish(Wish(generation.prompt, model, generation.params, inputs))


def _price_again(studio: Studio, generation: Generation, job: Job | None) -> Estimate | None:
    if not generation.is_finished:
        return None
    is_bought = job is not None and can_be_fetched(job)
    return NOTHING_MORE if is_bought else estimate_again(studio, generation)


def _cards(studio: Studio, person: Person, asked: Sequence[Generation]) -> list[VideoCard]:
    ids = [generation.id for generation in asked]
    # Before the files: what ends in between then shows them at the next look, and never an end without them.
    jobs = lists.list_of_generations(studio.db, person.id, ids)
    made = assets.list_made(studio.db, person.id, ids)
    views = dict(zip(jobs, views_of(studio.db, list(jobs.values()), now(), studio.provider.id), strict=True))
    inputs = _inputs(studio, person, asked)
    found = []
    for generation in asked:
        model = studio.catalogue.find(generation.model)
        found.append(
            video_card(
                generation,
                model_name=model.name if model else generation.model,
                films=made.get(generation.id, []),
                inputs=inputs.get(generation.id, []),
                job=jobs.get(generation.id),
                view=views.get(generation.id),
                is_elsewhere=generation.provider_id != studio.catalogue.provider_id,
                again=_price_again(studio, generation, jobs.get(generation.id)),
            )
        )
    return found


def _inputs(
    studio: Studio, person: Person, asked: Sequence[Generation]
) -> dict[UUID, list[tuple[str, PictureCard]]]:
    shown = cards_by_hash(studio, person, asked)
    return {
        generation.id: [
            (ROLE_LABELS[role], shown.get(digest) or gone_card())
            for role, digest in zip(roles_of(generation.params), generation.input_hashes, strict=False)
        ]
        for generation in asked
        if generation.input_hashes
    }
