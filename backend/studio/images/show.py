"""From generations to cards, in a number of queries that does not grow with them; and a form out of a recipe."""

from collections.abc import Sequence
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.estimate import Estimate
from studio.chat.views import PictureCard, gone_card
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.images import store
from studio.images.forms import ImageForm
from studio.images.views import ImageCard, image_card
from studio.images.wish import KIND, Wish, estimate_wish
from studio.jobs.store import lists
from studio.jobs.views import views_of
from studio.moments import now
from studio.wiring import Studio
from studio.wishes.forms import texts_of
from studio.wishes.inputs import cards_by_hash

PAGE_SIZE = 12


def recent(studio: Studio, person: Person, before: UUID | None) -> tuple[list[ImageCard], str | None]:
    """One page of cards, newest first, and the address of the next."""
    ids = store.list_recent(studio.db, person.id, before, PAGE_SIZE + 1)
    older = f"?before={ids[PAGE_SIZE - 1]}" if len(ids) > PAGE_SIZE else None
    return cards(studio, person, ids[:PAGE_SIZE]), older


def card(studio: Studio, person: Person, generation_id: UUID) -> ImageCard:
    """One card; raises Missing for what is not there, not this person's, or no picture."""
    return _cards(studio, person, [generations.get_of_kind(studio.db, person.id, generation_id, KIND)])[0]


def cards(studio: Studio, person: Person, ids: Sequence[UUID]) -> list[ImageCard]:
    found = generations.list_generations(studio.db, person.id, ids)
    return _cards(studio, person, [found[id_] for id_ in ids if id_ in found])


def form_of_generation(studio: Studio, person: Person, generation: Generation) -> ImageForm:
    """The composer filled with its recipe. Pictures it began with are found by their content."""
    found = assets.find_by_hashes(studio.db, person.id, generation.input_hashes)
    return ImageForm(
        prompt=generation.prompt,
        model=generation.model,
        settings=texts_of(generation.params),
        asset_ids=tuple(str(found[digest]) for digest in generation.input_hashes if digest in found),
        parent_id=str(generation.id),
    )


def estimate_again(studio: Studio, generation: Generation) -> Estimate | None:
    """What it costs to try once more, at today's prices; None for a model that is not here any more."""
    model = studio.catalogue.find(generation.model)
    if model is None:
        return None
    inputs = tuple(generation.id for _ in generation.input_hashes)  # only how many there are counts
    return estimate_wish(Wish(generation.prompt, model, generation.params, inputs))


def _cards(studio: Studio, person: Person, asked: Sequence[Generation]) -> list[ImageCard]:
    ids = [generation.id for generation in asked]
    # Before the pictures: what ends in between then shows them at the next look, and never an end without them.
    jobs = lists.list_of_generations(studio.db, person.id, ids)
    made = assets.list_made(studio.db, person.id, ids)
    views = dict(
        zip(jobs, views_of(studio.db, list(jobs.values()), now(), studio.provider.id), strict=True),
    )
    inputs = _inputs(studio, person, asked)
    found = []
    for generation in asked:
        model = studio.catalogue.find(generation.model)
        job = jobs.get(generation.id)
        found.append(
            image_card(
                generation,
                model_name=model.name if model else generation.model,
                pictures=made.get(generation.id, []),
                inputs=inputs.get(generation.id, []),
                job=views.get(generation.id),
                notice=job.notes.get("notice") if job and not job.is_finished else None,
                progress=studio.board.find(generation.id),
                is_elsewhere=generation.provider_id != studio.catalogue.provider_id,
                again=estimate_again(studio, generation) if generation.is_finished else None,
            )
        )
    return found


def _inputs(studio: Studio, person: Person, asked: Sequence[Generation]) -> dict[UUID, list[PictureCard]]:
    shown = cards_by_hash(studio, person, asked)
    return {
        generation.id: [shown.get(digest) or gone_card() for digest in generation.input_hashes]
        for generation in asked
        if generation.input_hashes
    }
