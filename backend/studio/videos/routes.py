"""Videos as HTML: the page with its composer, a card that looks after itself, and what can be done with one."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.catalogue.catalogue import Catalogue
from studio.errors import Conflict, StudioError
from studio.generations import store as generations
from studio.generations.forgetting import forget
from studio.html import Hx, Page, shown_on
from studio.once.beginning import StillBeginning
from studio.once.once import Once, begun_before
from studio.providers import Role
from studio.recipes.recipes import deleted_sentences, filling_of_draft
from studio.videos import show, wish
from studio.videos.composer import film_card, video_option
from studio.videos.filling import form_of_recipe
from studio.videos.forms import (
    INPUTS_LIMIT,
    Composer,
    VideoForm,
    fitted,
    once_of,
    wish_of_form,
    with_kept_files,
)
from studio.videos.settings import usual_settings
from studio.wiring import Studio, Wired
from studio.wishes.cards import Cards
from studio.wishes.forms import varied, with_own_settings
from studio.wishes.inputs import input_cards
from studio.wishes.pressed import Button

router = Router(prefix="/fragments/videos")

CARDS = Cards(wish.KIND, show.card)
REFRESH_SECONDS = 5
_Text = Annotated[str, Query(max_length=200)]


@router.get("", name="videos.page")
def page_(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    model: _Text = "",
    prompt: Annotated[str, Query(max_length=4000)] = "",
    first: _Text = "",
    last: _Text = "",
    reference: Annotated[list[str] | None, Query()] = None,
    from_: Annotated[UUID | None, Query(alias="from")] = None,
    seed: _Text = "",
    focus: _Text = "prompt",
    before: UUID | None = None,
    watch: bool = False,
    recipe: _Text = "",
) -> HTMLResponse:
    """The composer, filled from a recipe or with pictures to begin with, and this person's latest videos."""
    if recipe:
        form, filled = form_of_recipe(
            studio, filling_of_draft(studio, person.id, recipe), _model(studio.catalogue, set())
        )
        return _page(studio, person, page, form, is_watched=watch, focus=focus, filled=filled)
    named = [(Role.FIRST_FRAME, first), (Role.LAST_FRAME, last)]
    named += [(Role.REFERENCE, text) for text in reference or ()]
    form, lost = _first_form(studio, person, model, prompt, [each for each in named if each[1]], from_)
    if seed == "new":
        form = varied(form)
    filled = deleted_sentences(lost)
    return _page(studio, person, page, form, before=before, is_watched=watch, focus=focus, filled=filled)


@router.post("", status_code=201, name="videos.add")
def add(person: SignedIn, studio: Wired, page: Hx, form: Composer) -> HTMLResponse:
    """Ask for a video; the same form sent twice is answered with what it asked for first."""
    once = once_of(person, form)
    try:
        with studio.beginning.alone_with(once):
            return _add(studio, person, page, form, once)
    except StillBeginning as error:
        return _composer_again(studio, person, page, form, error)


@router.get("/models", name="videos.models")
def models(person: SignedIn, studio: Wired, page: Hx, model: str = "") -> HTMLResponse:
    """The models whose names contain what was typed; a whole id is no search and gets the whole list."""
    found = [video_option(studio, known, model) for known in studio.catalogue.offered(model, "video")]
    return page.answer("catalogue/options.html", ["options"], options=found, query=model)


@router.post("/estimates", name="videos.estimates")
def estimates(
    person: SignedIn, studio: Wired, page: Hx, form: Composer, settings: bool = False
) -> HTMLResponse:
    """The price for the button as it is typed; with `settings`, also the settings that the chosen model has."""
    card = film_card(studio, person, fitted(studio, form) if settings else form)
    blocks = ["estimate", "settings"] if settings else ["estimate"]
    return page.answer("videos/composer.html", blocks, composer=card)


@router.post("/settings", name="videos.settings")
def settings(person: SignedIn, studio: Wired, page: Hx, form: Composer) -> HTMLResponse:
    """The page with what was typed and the fields of the model that was typed: for browsers without scripts."""
    form, refused = with_kept_files(studio, person, form)
    try:
        if refused is not None:
            raise refused
        wish.filming_model(studio, form.model)
    except StudioError as error:
        return _composer_again(studio, person, page, form, error)
    answer = _page(studio, person, page, fitted(studio, form))
    answer.headers["Studio-Title"] = "Videos"
    return answer


@router.get("/{generation_id}", name="videos.show")
def show_(
    generation_id: UUID, person: SignedIn, studio: Wired, page: Hx, watching: bool = False
) -> HTMLResponse:
    return CARDS.show(studio, person, page, generation_id, is_watching=watching)


@router.post("/{generation_id}/cancellation", name="videos.cancellation")
async def cancel(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """Stop it. One that has ended is left as it is."""
    return await CARDS.cancel(studio, person, page, generation_id)


@router.post("/{generation_id}/retry", status_code=201, name="videos.retry")
def retry(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx, button: Button) -> HTMLResponse:
    return CARDS.retry(studio, person, page, generation_id, button)


@router.post("/{generation_id}/rerun", status_code=201, name="videos.rerun")
def rerun(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx, button: Button) -> HTMLResponse:
    return CARDS.rerun(studio, person, page, generation_id, button)


@router.post("/{generation_id}/deletion", name="videos.deletion")
def delete(generation_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """Take one that brought nothing off the list; videos are deleted in the gallery, where that can be undone."""
    card = show.card(studio, person, generation_id)
    if card.is_running:
        raise Conflict("It is still being made. Stop it first.")
    if card.films:
        raise Conflict("It has a video. Delete that in the gallery.")
    forget(studio.db, generation_id)
    return HTMLResponse("", headers=shown_on("/videos", note="Removed."))


def _add(studio: Studio, person: Person, page: Page, form: VideoForm, once: Once | None) -> HTMLResponse:
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
        generation = wish.request_video(studio, person, wished, once, form.seen_usd)
    except StudioError as error:
        return _composer_again(studio, person, page, form, error)
    return CARDS.arrived(studio, person, page, generation.id, notes=form.notes, is_sent=True)


def _first_form(
    studio: Studio,
    person: Person,
    model: str,
    prompt: str,
    named: list[tuple[Role, str]],
    from_: UUID | None,
) -> tuple[VideoForm, int]:
    """The form, and how many of the pictures that it was to begin with are not there any more."""
    wanted = len(named)
    if from_ is not None:
        generation = generations.get_of_kind(studio.db, person.id, from_, wish.KIND)
        form = show.form_of_generation(studio, person, generation)
        wanted += min(len(generation.input_hashes), len(show.roles_of(generation.params)))
    else:
        form = VideoForm(prompt=prompt, model=_model(studio.catalogue, {role for role, _ in named}))
    known = studio.catalogue.find(model)
    roles = {role for role, _ in form.kept}
    stand_in = studio.catalogue.find(form.model) or studio.catalogue.find(_model(studio.catalogue, roles))
    chosen = known if known and known.makes_videos else stand_in
    usual = usual_settings(wish.known_settings(chosen)) if chosen and from_ is None else {}
    both = [*form.kept, *named]
    there = {card.id for card in input_cards(studio, person, [id_ for _, id_ in both])}
    kept = [each for each in both if each[1] in there]
    form = VideoForm(
        prompt=form.prompt,
        model=chosen.id if chosen else form.model,
        settings={**usual, **form.settings},
        kept=tuple(dict.fromkeys(kept))[:INPUTS_LIMIT],
        parent_id=form.parent_id,
    )
    return form, wanted - len(kept)


def _model(catalogue: Catalogue, roles: set[Role]) -> str:
    """The default; with pictures to begin with, the first that takes them."""
    chosen = catalogue.default_video_model()
    for model in (chosen, *catalogue.video_models()):
        known = wish.known_settings(model) if model else None
        if known is None:
            continue
        taken = {Role(frame) for frame in known.frames} | (
            {Role.REFERENCE} if known.most_references else set()
        )
        if roles <= taken:
            return model.id if model else ""
    return chosen.id if chosen else ""


def _page(
    studio: Studio,
    person: Person,
    page: Page,
    form: VideoForm,
    *,
    before: UUID | None = None,
    is_watched: bool = False,
    focus: str = "prompt",
    error: StudioError | None = None,
    filled: Sequence[str] = (),
) -> HTMLResponse:
    found, older = show.recent(studio, person, before)
    if page.is_htmx and before is not None:
        return page.answer("videos/videos.html", ["more"], cards=found, older_url=older)
    is_running = any(card.is_running for card in found)
    headers = {"Studio-Refresh": str(REFRESH_SECONDS)} if is_running and is_watched else {}
    return page.answer(
        "videos/videos.html",
        ["videos"],
        status=error.status if error else 200,
        headers=headers,
        composer=film_card(studio, person, form, error, focus=focus),
        cards=found,
        older_url=older,
        is_running=is_running,
        is_watched=is_watched,
        is_earlier=before is not None,
        filled=filled,
        recipe_error=None,
    )


def _composer_again(
    studio: Studio, person: Person, page: Page, form: VideoForm, error: StudioError
) -> HTMLResponse:
    """The composer with everything that was typed and what is wrong; without htmx in its whole page."""
    if not page.is_htmx:
        return _page(studio, person, page, form, error=error)
    card = film_card(studio, person, form, error)
    headers = {"HX-Retarget": "#composer", "HX-Reswap": "outerHTML"}
    return page.answer("videos/composer.html", ["form"], status=error.status, headers=headers, composer=card)
