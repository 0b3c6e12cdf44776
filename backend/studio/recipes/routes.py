"""Recipes as files: handed out, and taken in to fill a form."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import UploadFile
from fastapi.params import File, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.assets.asset import clean_stem
from studio.assets.recipe import recipe_of
from studio.assets.serving import disposition
from studio.errors import Invalid, NoFile
from studio.generations import store as generations
from studio.html import Hx, shown_on
from studio.recipes.recipes import Draft, filling, take_in
from studio.wiring import Studio, Wired

router = Router()

Brought = Annotated[UploadFile | None, File()]
_STEM_CHARACTERS = 60


@router.get("/api/generations/{generation_id}/recipe", name="recipes.show")
def show(
    generation_id: UUID, person: SignedIn, studio: Wired, download: Annotated[bool, Query()] = False
) -> Response:
    """How a generation was asked for; with `?download=1` as a file that the create pages take."""
    generation = generations.get_generation(studio.db, person.id, generation_id)
    stem = clean_stem(" ".join(generation.prompt.split())[:_STEM_CHARACTERS])
    headers = {"Cache-Control": "no-store"}
    if download:
        name = f"recipe-{stem or generation.kind}.json"
        headers["Content-Disposition"] = disposition("attachment", name)
    return JSONResponse(recipe_of(generation).as_json(), headers=headers)


@router.post("/api/recipes", status_code=201, name="api.recipes.add")
def add_by_program(person: SignedIn, studio: Wired, recipe: Brought = None) -> dict[str, Any]:
    """
    Read the recipe in a picture or JSON file (multipart field `recipe`); `url` is the page it fills, for a day.

    `model` is null when this studio has no such model; `notes` say what else of it is not here.
    """
    draft = _taken(studio, person, recipe)
    filled = filling(studio, person.id, draft.recipe)
    return {
        "recipe": draft.recipe.as_json(),
        "model": filled.model,
        "input_asset_ids": [str(asset_id) for asset_id in filled.asset_ids],
        "notes": list(filled.notes),
        "url": draft.page,
    }


@router.post("/fragments/recipes", status_code=201, name="recipes.add")
def add(person: SignedIn, studio: Wired, page: Hx, recipe: Brought = None) -> HTMLResponse:
    """The same, and on to that page. What is wrong stands at the field, and whatever was typed elsewhere stays."""
    try:
        draft = _taken(studio, person, recipe)
    except Invalid as error:
        if not page.is_htmx:
            return page.answer("recipes/refused.html", status=error.status, recipe_error=error.text)
        aim = {"HX-Retarget": "#recipe-file", "HX-Reswap": "outerHTML"}
        return page.answer(
            "recipes/file.html", ["form"], status=error.status, headers=aim, recipe_error=error.text
        )
    return HTMLResponse("", 201, {**shown_on(draft.page), "HX-Redirect": draft.page})


def _taken(studio: Studio, person: Person, file: UploadFile | None) -> Draft:
    """Raises NoFile, NoRecipe, NewerRecipe."""
    if file is None or not (file.filename or file.size):
        raise NoFile(field="recipe")
    return take_in(studio, person.id, file.file)
