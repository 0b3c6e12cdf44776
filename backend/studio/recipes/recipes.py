"""
What can be done with a recipe: take it out of a file that somebody brings, and fill a form from it.

Between the two it is kept as a draft under an address, so that the form can be filled again after a reload, a step
back or a restart. See docs/decisions/0010-a-brought-recipe-is-a-draft.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO
from urllib.parse import urlencode
from uuid import UUID

from studio.assets import store as assets
from studio.assets.embedding import read_recipe
from studio.assets.recipe import Recipe, recipe_from, recipe_of
from studio.errors import Invalid
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.ids import new_id
from studio.moments import now
from studio.recipes import store
from studio.wiring import Studio

DRAFTS_LIMIT = 20  # of one person; a recipe may have half a million characters
KEPT = timedelta(days=1)
SHOWN_CHARACTERS = 80  # of what a recipe says, within a sentence of ours
PAGES = {
    "text": "/",
    "image": "/images",
    "video": "/videos",
}  # where each kind is made; of another kind nothing can be made here

GONE = "That recipe is no longer kept here. Choose its file again."
_CALLED = {"text": "text", "image": "pictures", "video": "videos"}


class NoRecipe(Invalid):
    code = "no_recipe"
    text = (
        "There is no recipe in that file. Pictures saved here with Download carry one, and so do recipe files (JSON); "
        "most programs drop it when they save a picture anew."
    )
    field = "recipe"


@dataclass(frozen=True, slots=True)
class Draft:
    """A recipe that was brought, under the address of the page that it fills."""

    id: UUID
    recipe: Recipe

    @property
    def page(self) -> str:
        return f"{PAGES[self.recipe.kind]}?{urlencode({'recipe': str(self.id)})}"


@dataclass(frozen=True, slots=True)
class Filling:
    """
    What of a recipe can be taken over here: `model` is None when this studio has none of that name for it,
    `asset_ids` are those of its pictures that this person has. `notes` are sentences about what is missing.
    """

    recipe: Recipe
    model: str | None
    asset_ids: tuple[UUID, ...] = ()
    notes: tuple[str, ...] = ()


def take_in(studio: Studio, person_id: UUID, file: BinaryIO) -> Draft:
    """
    The recipe in a PNG, JPEG, WebP or JSON file from anybody, kept for a day.

    Raises NoRecipe, also for a recipe of what cannot be made here, and NewerRecipe.
    """
    recipe = read_recipe(file)
    if recipe is None:
        raise NoRecipe
    if recipe.kind not in PAGES:
        raise NoRecipe(f"That is a recipe for {_CALLED[recipe.kind]}, and this studio makes none yet.")
    draft = Draft(new_id(), recipe)
    store.add_draft(studio.db, draft.id, person_id, recipe.as_bytes().decode(), now(), DRAFTS_LIMIT)
    return draft


def filling_of_draft(studio: Studio, person_id: UUID, draft_id: str) -> Filling | None:
    """For a form, from the `recipe` of its address; None when it is gone, or somebody else's."""
    found = _id(draft_id)
    written = None if found is None else store.find_draft(studio.db, person_id, found)
    recipe = None if written is None else recipe_from(written.encode())
    return None if recipe is None else filling(studio, person_id, recipe)


def filling_of_generation(studio: Studio, person_id: UUID, generation_id: str) -> Filling | None:
    """For a form, from the `from` of its address: what was asked once is asked again."""
    found = _id(generation_id)
    made = generations.list_generations(studio.db, person_id, [found] if found else [])
    return filling(studio, person_id, recipe_of(made[found])) if found in made else None


def again_url(generation: Generation) -> str | None:
    """The page that makes it again, filled from its recipe; None where there is no such page."""
    page = PAGES.get(generation.kind)
    return None if page is None else f"{page}?{urlencode({'from': str(generation.id)})}"


def filling(studio: Studio, person_id: UUID, recipe: Recipe) -> Filling:
    model = studio.catalogue.find(recipe.model)
    is_here = model is not None and recipe.kind in model.kinds
    by_hash = assets.find_by_hashes(studio.db, person_id, recipe.input_hashes)
    own = tuple(by_hash[digest] for digest in recipe.input_hashes if digest in by_hash)
    notes = []
    if not is_here:
        notes.append(
            f"That model makes no {_CALLED[recipe.kind]} here; another one stands in, and gives something else."
        )
    if missing := len(recipe.input_hashes) - len(own):
        notes.append(
            "A picture that went into it is not among yours."
            if missing == 1
            else f"{missing} pictures that went into it are not among yours."
        )
    return Filling(recipe, model.id if model and is_here else None, own, tuple(notes))


def deleted_sentences(count: int) -> list[str]:
    """What is said above a form that was to begin with pictures which were deleted since."""
    if not count:
        return []
    if count == 1:
        return ["A picture to begin with was deleted, and is left out."]
    return [f"{count} pictures to begin with were deleted, and are left out."]


def sentences(
    filling: Filling | None, offered: Collection[str], misfits: Mapping[str, str] | None = None
) -> list[str]:
    """
    What a form was filled from, then what is missing: `offered` are the settings that the form has, `misfits` what the
    recipe has for some of them and its model has not, by name.

    None says that there was nothing to fill it from.
    """
    if filling is None:
        return [GONE]
    said = [f"Filled from a recipe of {_short(filling.recipe.model) or 'an unknown model'}.", *filling.notes]
    given = {name for name, value in filling.recipe.params.items() if value is not None}
    if lost := sorted(given - set(offered)):
        said.append(f"Settings that do not exist here are left out: {', '.join(lost)}.")
    if misfits:
        shown = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in misfits.items())
        said.append(f"The model does not have these, and they are left out: {shown}.")
    return said


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
