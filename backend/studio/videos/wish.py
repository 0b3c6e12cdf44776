"""
The noun: a wish for a video, and the verb that grants it.

`request_video` writes the generation and the job that makes it in one commit and returns at once; what a person has
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
from studio.catalogue.model import Model
from studio.catalogue.video_estimate import estimate_video
from studio.errors import EmptyPrompt, Invalid, PromptTooLong, UnknownModel
from studio.generations.beginning import begin, refuse_strange_parent
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.jobs.job import Job, new_job
from studio.moments import now
from studio.once.once import Once
from studio.providers import Role, VideoSettings, video_pricing_as_json
from studio.videos.settings import mistake_in_roles
from studio.videos.steps import READY
from studio.wiring import Studio
from studio.wishes.settings import SEED_MOST, canonical

KIND = "video"
LASTS = timedelta(hours=24)  # in line; once the provider took it the handler counts anew (patience.py)
PROMPT_LIMIT = 32_000
ROLES = (
    "input_roles"  # among the params: what the pictures are for, in order; a plain text, as recipes hold them
)
# What makes a video take longer; the words do not.
_PACED = ("duration", "resolution", "size", "generate_audio")


@dataclass(frozen=True, slots=True)
class Input:
    """A picture that the video begins with, ends with, or goes by."""

    asset_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Wish:
    """`settings` have been read against those of the model (settings.py)."""

    prompt: str
    model: Model
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    parent_id: UUID | None = None

    @property
    def roles(self) -> list[Role]:
        return [each.role for each in self.inputs]


def known_settings(model: Model) -> VideoSettings:
    return model.video_settings or VideoSettings()


def filming_model(studio: Studio, model_id: str) -> Model:
    """The model of this id, if it makes videos; raises UnknownModel."""
    model = studio.catalogue.get(model_id)
    if not model.makes_videos:
        raise UnknownModel(f"{model.name} does not make videos.")
    return model


def request_video(
    studio: Studio, person: Person, wish: Wish, once: Once | None = None, seen_usd: str = ""
) -> Generation:
    """
    Ask for a video: the generation as it waits now. Raises Invalid with the field, Missing, TooManyWaiting, and
    Dearer where the button `seen_usd` said less; what is wrong with the wish is said before its price.

    The same request sent `once` before gives what it began then. A model that takes a seed is given one, so that
    every recipe makes the same video again.
    """
    check(wish)
    studio.jobs.refuse_too_many(person.id, KIND)
    hashes = _hashes(studio, person, wish)
    refuse_strange_parent(studio.db, person.id, wish.parent_id)
    refuse_dearer(seen_usd, estimate_wish(wish))
    generation = _generation(studio, person, wish, hashes)
    return begin(studio, generation, _job(generation, wish), once)


def check(wish: Wish) -> None:
    """Raises Invalid with the field of the first thing that is wrong."""
    if not wish.prompt.strip() and not wish.inputs:  # some models bring a picture to life without a word
        raise EmptyPrompt("Say what the video should show.")
    if len(wish.prompt) > PROMPT_LIMIT:
        raise PromptTooLong(
            f"That is {len(wish.prompt):,} characters; a prompt for a video may have {PROMPT_LIMIT:,}."
        )
    mistake = mistake_in_roles(wish.roles, known_settings(wish.model))
    if mistake:
        raise Invalid(mistake, field="pictures")


def estimate_wish(wish: Wish) -> Estimate:
    """Worst and likely cost."""
    references = wish.roles.count(Role.REFERENCE)
    return estimate_video(
        wish.model, wish.settings, frames=len(wish.inputs) - references, references=references
    )


def job_for(generation: Generation, inputs: list[dict[str, str]]) -> Job:
    """The job that makes the video of a generation; `inputs` are pictures as its notes hold them."""
    paced = {name: value for name, value in generation.params.items() if name in _PACED}
    return new_job(
        KIND,
        generation.person_id,
        moment=generation.asked_at,
        lasts=LASTS,
        step=READY,
        generation_id=generation.id,
        provider_id=generation.provider_id,
        pace=f"{generation.model} {canonical(paced)}",
        notes={"inputs": inputs},
    )


def _hashes(studio: Studio, person: Person, wish: Wish) -> list[str]:
    ids = [each.asset_id for each in wish.inputs]
    hashes = assets.list_hashes(studio.db, person.id, ids)
    if any(found.kind != "image" for found in assets.list_assets(studio.db, person.id, ids).values()):
        raise Invalid("A video begins with pictures, not with other files.", field="pictures")
    return hashes


def _generation(studio: Studio, person: Person, wish: Wish, hashes: list[str]) -> Generation:
    pricing = wish.model.video_pricing
    return Generation(
        id=new_id(),
        person_id=person.id,
        kind=KIND,
        state=State.WAITING,
        provider_id=studio.catalogue.provider_id,
        provider=studio.provider.name,
        model=wish.model.id,
        prompt=wish.prompt,
        params=_params(wish),
        price_list={"video": video_pricing_as_json(pricing)} if pricing else {},
        input_hashes=hashes,
        is_simulated=studio.provider.is_simulated,
        asked_at=now(),
        parent_id=wish.parent_id,
    )


def _params(wish: Wish) -> dict[str, Any]:
    params = dict(wish.settings)
    if known_settings(wish.model).has_seed:
        params.setdefault("seed", random.randint(0, SEED_MOST))
    if wish.inputs:
        params[ROLES] = ",".join(role.value for role in wish.roles)
    return params


def _job(generation: Generation, wish: Wish) -> Job:
    return job_for(generation, [{"id": str(each.asset_id), "role": each.role.value} for each in wish.inputs])
