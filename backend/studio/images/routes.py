"""Pictures as HTML: the page with its composer, a card that looks after itself, and what can be done with one."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.errors import Conflict, Missing, StudioError
from studio.generations import store as generations
from studio.generations.forgetting import forget
from studio.html import Hx, Page, shown_on
from studio.images import show, wish
from studio.images.composer import image_option, paint_card
from studio.images.filling import form_of_recipe
from studio.images.forms import (
    INPUTS_LIMIT,
    Composer,
    ImageForm,
    fitted,
    once_of,
    usual_model,
    wish_of_form,
    with_kept_files,
    with_picture,
)
from studio.once.beginning import StillBeginning
from studio.once.once import Once, begun_before
from studio.recipes.recipes import deleted_sentences, filling_of_draft
from studio.wiring import Studio, Wired
from studio.wishes.cards import Cards
from studio.wishes.forms import varied, with_own_settings
from studio.wishes.inputs import input_cards
from studio.wishes.pressed import Button

router = Router(prefix="/fragments/images")

CARDS = Cards(wish.KIND, show.card)
REFRESH_SECONDS = 3
DRAFT_WIDTH, DRAFT_ENDING = "320", "webp"
_Text = Annotated[str, Query(max_length=200)]


@router.get("", name="images.page")
def page_(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    model: _Text = "",
    prompt: Annotated[str, Query(max_length=4000)] = "",
    inputs: Annotated[list[str] | None, Query(alias="input")] = None,
    from_: Annotated[UUID | None, Query(alias="from")] = None,
    seed: _Text = "",
    focus: _Text = "prompt",
    before: UUID | None = None,
    watch: bool = False,
    recipe: _Text = "",
) -> HTMLResponse:
    """The composer, filled from a recipe or with pictures to begin with, and this person's latest pictures."""
    if recipe:
        filling = filling_of_draft(studio, person.id, recipe)
        stand_in = usual_model(studio.catalogue, takes_pictures=bool(filling and filling.asset_ids))
        form, filled = form_of_recipe(studio, filling, stand_in)
        return _page(studio, person, page, form, is_watched=watch, focus=focus, filled=filled)
    form, lost = _first_form(studio, person, model=model, prompt=prompt, inputs=inputs or [], from_=from_)
    if seed == "new":
        form = varied(form)
    filled = deleted_sentences(lost)
    return _page(studio, person, page, form, before=before, is_watched=watch, focus=focus, filled=filled)


@router.post("", status_code=201, name="images.add")
def add(person: SignedIn, studio: Wired, page: Hx, form: Composer) -> HTMLResponse:
    """Ask for pictures; the same form sent twice is answered with what it asked for first."""
    once = once_of(person, form)
    try:
        with studio.beginning.alone_with(once):
            return _add(studio, person, page, form, once)
    except StillBeginning as error:
        return _composer_again(studio, person, page, form, error)


@router.get("/models", name="images.models")
def models(person: SignedIn, studio: Wired, page: Hx, model: str = "") -> HTMLResponse:
    """The models whose names contain what was typed; a whole id is no search and gets the whole list."""
    found = [image_option(studio, known, model) for known in studio.catalogue.offered(model, "image")]
    return page.answer("catalogue/options.html", ["options"], options=found, query=model)


@router.post("/estimates", name="images.estimates")
def estimates(
    person: SignedIn, studio: Wired, page: Hx, form: Composer, settings: bool = False
) -> HTMLResponse:
    """The price for the button as it is typed; with `settings`, also the settings that the chosen model has."""
    card = paint_card(studio, person, fitted(studio, form) if settings else form)
    blocks = ["estimate", "settings"] if settings else ["estimate"]
    return page.answer("images/composer.html", blocks, composer=card)


@router.post("/settings", name="images.settings")
def settings(person: SignedIn, studio: Wired, page: Hx, form: Composer) -> HTMLResponse:
    """The page with what was typed and the fields of the model that was typed: for browsers without scripts."""
    form, refused = with_kept_files(studio, person, form)
    try:
        if refused is not None:
            raise refused
        wish.painting_model(studio, form.model)
    except StudioError as error:
        return _composer_again(studio, person, page, form, error)
    return _page_with(studio, person, page, fitted(studio, form))


@router.post("/inputs/{asset_id}", name="images.inputs")
def take_in(asset_id: str, person: SignedIn, studio: Wired, page: Hx, form: Composer) -> HTMLResponse:
    """The composer with one more of their pictures to begin with, and with all that was typed and chosen before."""
    form, refused = with_kept_files(studio, person, form)
    try:
        if refused is not None:
            raise refused
        given, form = form, with_picture(studio, person, form, asset_id)
        form = form if form.model == given.model else fitted(studio, form)
    except StudioError as error:
        return _composer_again(studio, person, page, form, error)
    if not page.is_htmx:
        return _page_with(studio, person, page, form)
    return page.answer("images/composer.html", ["form"], composer=paint_card(studio, person, form))


@router.get("/{generation_id}", name="images.show")
def show_(
    generation_id: UUID, person: SignedIn, studio: Wired, page: Hx, watching: bool = False
) -> HTMLResponse:
    return CARDS.show(studio, person, page, generation_id, is_watching=watching)


@router.get("/{generation_id}/drafts/{number}", name="images.draft")
async def draft(generation_id: UUID, number: int, person: SignedIn, studio: Wired) -> Response:
    """A small picture of what is ready while others are still made; only then."""
    await studio.read(generations.get_generation, studio.db, person.id, generation_id)
    progress = studio.board.find(generation_id)
    if progress is None or not 0 <= number < progress.made:
        raise Missing
    path = studio.files.preview_path(progress.shown[number], DRAFT_WIDTH, DRAFT_ENDING)
    data = await run_in_threadpool(path.read_bytes)
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=600"})


@router.post("/{generation_id}/cancellation", name="images.cancellation")
async def cancel(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """Stop it; what came until then stays. One that has ended is left as it is."""
    return await CARDS.cancel(studio, person, page, generation_id)


@router.post("/{generation_id}/retry", status_code=201, name="images.retry")
def retry(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx, button: Button) -> HTMLResponse:
    return CARDS.retry(studio, person, page, generation_id, button)


@router.post("/{generation_id}/rerun", status_code=201, name="images.rerun")
def rerun(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx, button: Button) -> HTMLResponse:
    return CARDS.rerun(studio, person, page, generation_id, button)


@router.post("/{generation_id}/deletion", name="images.deletion")
def delete(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """Take one that brought nothing off the list; pictures are deleted in the gallery, where that can be undone."""
    card = show.card(studio, person, generation_id)
    if card.is_running:
        raise Conflict("It is still being made. Stop it first.")
    if card.pictures:
        raise Conflict("It has pictures. Delete those in the gallery.")
    forget(studio.db, generation_id)
    return HTMLResponse("", headers=shown_on("/images", note="Removed."))


def _add(studio: Studio, person: Person, page: Page, form: ImageForm, once: Once | None) -> HTMLResponse:
    before = begun_before(studio.db, once)
    if before is not None:
        return CARDS.arrived(studio, person, page, before, is_sent=True)
    form, refused = with_kept_files(studio, person, form)
    form, other = with_own_settings(form, fitted(studio, form))
    try:
        if refused is not None:
            raise refused
        if other is not None:
            raise other
        wished = wish_of_form(studio, form)
        generation = wish.request_pictures(studio, person, wished, once, form.seen_usd)
    except StudioError as error:
        return _composer_again(studio, person, page, form, error)
    return CARDS.arrived(studio, person, page, generation.id, notes=form.notes, is_sent=True)


def _first_form(
    studio: Studio, person: Person, *, model: str, prompt: str, inputs: Sequence[str], from_: UUID | None
) -> tuple[ImageForm, int]:
    """The form, and how many of the pictures that it was to begin with are not there any more."""
    wanted = len(inputs)
    if from_ is not None:
        generation = generations.get_generation(studio.db, person.id, from_)
        form = show.form_of_generation(studio, person, generation)
        wanted += len(generation.input_hashes)
    else:
        form = ImageForm(prompt=prompt, model=usual_model(studio.catalogue, takes_pictures=bool(inputs)))
    known = studio.catalogue.find(model)
    named = [*form.asset_ids, *inputs]
    there = {card.id for card in input_cards(studio, person, named)}
    kept = [id_ for id_ in named if id_ in there]
    stand_in = form.model
    if studio.catalogue.find(stand_in) is None:  # of a provider that is no longer used, or withdrawn by it
        stand_in = usual_model(studio.catalogue, takes_pictures=bool(form.asset_ids)) or stand_in
    form = ImageForm(
        prompt=form.prompt,
        model=known.id if known and known.makes_images else stand_in,
        settings=form.settings,
        asset_ids=tuple(dict.fromkeys(kept))[:INPUTS_LIMIT],
        parent_id=form.parent_id,
    )
    return form, wanted - len(kept)


def _page(
    studio: Studio,
    person: Person,
    page: Page,
    form: ImageForm,
    *,
    before: UUID | None = None,
    is_watched: bool = False,
    focus: str = "prompt",
    error: StudioError | None = None,
    filled: Sequence[str] = (),
) -> HTMLResponse:
    found, older = show.recent(studio, person, before)
    if page.is_htmx and before is not None:
        return page.answer("images/images.html", ["more"], cards=found, older_url=older)
    is_running = any(card.is_running for card in found)
    headers = {"Studio-Refresh": str(REFRESH_SECONDS)} if is_running and is_watched else {}
    return page.answer(
        "images/images.html",
        ["images"],
        status=error.status if error else 200,
        headers=headers,
        composer=paint_card(studio, person, form, error, focus=focus),
        cards=found,
        older_url=older,
        is_running=is_running,
        is_watched=is_watched,
        is_earlier=before is not None,
        filled=filled,
        recipe_error=None,
    )


def _page_with(studio: Studio, person: Person, page: Page, form: ImageForm) -> HTMLResponse:
    """The page under its own name, for a form that was posted to another address."""
    answer = _page(studio, person, page, form)
    answer.headers["Studio-Title"] = "Images"
    return answer


def _composer_again(
    studio: Studio, person: Person, page: Page, form: ImageForm, error: StudioError
) -> HTMLResponse:
    """The composer with everything that was typed and what is wrong; without htmx in its whole page."""
    if not page.is_htmx:
        return _page(studio, person, page, form, error=error)
    card = paint_card(studio, person, form, error)
    headers = {"HX-Retarget": "#composer", "HX-Reswap": "outerHTML"}
    return page.answer("images/composer.html", ["form"], status=error.status, headers=headers, composer=card)
