"""
The noun: a wish for pictures, and the verb that grants it.

`request_pictures` writes the generation and the job that makes it in one commit and returns at once; what a person has
seen accepted survives anything. The job knows all it needs, so a list of models that changes meanwhile changes nothing.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.agreed import refuse_dearer
from studio.catalogue.estimate import Estimate
from studio.catalogue.image_estimate import estimate_images
from studio.catalogue.model import Model
from studio.errors import EmptyPrompt, Invalid, PromptTooLong, UnknownModel
from studio.generations.beginning import begin, refuse_strange_parent
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.jobs.job import Job, new_job
from studio.moments import now
from studio.once.once import Once
from studio.providers import ImageSettings, Span, image_pricing_as_json
from studio.wiring import Studio
from studio.wishes.settings import SEED_MOST, canonical

KIND = "image"
READY = "ready"  # the first step of the job; the others are the handler's (making.py)
# From asking, so the wait in line counts: hundreds may wait. How long one request may take is the adapter's to say.
LASTS = timedelta(hours=24)
PROMPT_LIMIT = 32_000
# What makes pictures take longer; the words do not.
_PACED = ("n", "size", "resolution", "quality")


@dataclass(frozen=True, slots=True)
class Wish:
    """`settings` have been read against those of the model (settings.py); `inputs` are ids of assets, in order."""

    prompt: str
    model: Model
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[UUID, ...] = ()
    parent_id: UUID | None = None


def known_settings(model: Model) -> ImageSettings:
    """Of a model that lists none: it makes one picture, as it likes."""
    return model.image_settings or ImageSettings()


def painting_model(studio: Studio, model_id: str) -> Model:
    """The model of this id, if it makes pictures; raises UnknownModel."""
    model = studio.catalogue.get(model_id)
    if not model.makes_images:
        raise UnknownModel(f"{model.name} does not make pictures.")
    return model


def request_pictures(
    studio: Studio, person: Person, wish: Wish, once: Once | None = None, seen_usd: str = ""
) -> Generation:
    """
    Ask for pictures: the generation as it waits now. Raises Invalid with the field, Missing, TooManyWaiting, and
    Dearer where the button `seen_usd` said less; what is wrong with the wish is said before its price.

    The same request sent `once` before gives what it began then. A model that takes a seed is given one, so that
    every recipe makes the same pictures again.
    """
    check(wish)
    studio.jobs.refuse_too_many(person.id, KIND)
    hashes = assets.list_hashes(studio.db, person.id, wish.inputs)
    refuse_strange_parent(studio.db, person.id, wish.parent_id)
    refuse_dearer(seen_usd, estimate_wish(wish))
    generation = _generation(studio, person, wish, hashes)
    return begin(studio, generation, _job(studio, generation, wish), once)


def check(wish: Wish) -> None:
    """Raises Invalid with the field of the first thing that is wrong."""
    if not wish.prompt.strip():
        raise EmptyPrompt("Say what the picture should show.")
    if len(wish.prompt) > PROMPT_LIMIT:
        raise PromptTooLong(
            f"That is {len(wish.prompt):,} characters; a prompt for a picture may have {PROMPT_LIMIT:,}."
        )
    mistake = mistake_in_inputs(len(wish.inputs), known_settings(wish.model))
    if mistake:
        raise Invalid(mistake, field="pictures")


def mistake_in_inputs(count: int, known: ImageSettings) -> str | None:
    """What is wrong with so many input pictures, as a sentence; None if nothing is."""
    if count > known.most_inputs:
        if not known.most_inputs:
            return "This model takes no pictures, only words."
        return f"This model takes at most {_pictures(known.most_inputs)} to begin with, not {count}."
    if count < known.least_inputs:
        return f"This model changes pictures: give it at least {_pictures(known.least_inputs)}."
    return None


def estimate_wish(wish: Wish, *, more_inputs: int = 0) -> Estimate:
    """Worst and likely cost; `more_inputs` pictures are chosen and not here yet."""
    size = len(wish.prompt.encode("utf-8", "replace"))
    return estimate_images(wish.model, wish.settings, len(wish.inputs) + more_inputs, prompt_bytes=size)


def wanted_pictures(settings: Mapping[str, Any]) -> int:
    """How many pictures these settings ask for."""
    number = settings.get("n")
    return number if isinstance(number, int) and number > 0 else 1


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _generation(studio: Studio, person: Person, wish: Wish, hashes: list[str]) -> Generation:
    pricing = wish.model.image_pricing
    return Generation(
        id=new_id(),
        person_id=person.id,
        kind=KIND,
        state=State.WAITING,
        provider_id=studio.catalogue.provider_id,
        provider=studio.provider.name,
        model=wish.model.id,
        prompt=wish.prompt,
        params=_with_seed(wish),
        price_list=wish.model.pricing | ({"image": image_pricing_as_json(pricing)} if pricing else {}),
        input_hashes=hashes,
        is_simulated=studio.provider.is_simulated,
        asked_at=now(),
        parent_id=wish.parent_id,
    )


def _with_seed(wish: Wish) -> dict[str, Any]:
    setting = known_settings(wish.model).get("seed")
    if setting is None or "seed" in wish.settings:
        return dict(wish.settings)
    least, most = 0, SEED_MOST
    if isinstance(setting, Span):
        least, most = setting.least or 0, min(setting.most or SEED_MOST, SEED_MOST)
    return {**wish.settings, "seed": random.randint(min(least, most), most)}


def _job(studio: Studio, generation: Generation, wish: Wish) -> Job:
    model = wish.model
    paced = {name: value for name, value in generation.params.items() if name in _PACED}
    return new_job(
        KIND,
        generation.person_id,
        moment=generation.asked_at,
        lasts=LASTS,
        step=READY,
        generation_id=generation.id,
        provider_id=studio.catalogue.provider_id,
        pace=f"{model.id} {canonical(paced)}",
        notes={
            "way": model.image_way,
            "modalities": [kind for kind in ("image", "text") if kind in model.output_modalities],
            "streams": known_settings(model).streams,
            "inputs": [str(asset_id) for asset_id in wish.inputs],
        },
    )
