"""The catalogue as JSON, the options of the model picker, and prices for the composer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.catalogue.views import model_option
from studio.chat import store as conversations
from studio.chat.composer import composer_card
from studio.chat.estimates import estimate
from studio.chat.forms import ComposerForm, composer_form
from studio.html import Hx
from studio.wiring import Wired

router = Router()


@router.get("/api/models", name="api.models")
def list_(person: SignedIn, studio: Wired, kind: str | None = None) -> dict[str, Any]:
    """All models, or those that make one kind (text, image, video), with prices and abilities."""
    models = [model.as_json() for model in studio.catalogue.models]
    return {"items": [model for model in models if kind is None or kind in model["kinds"]], "next": None}


@router.get("/fragments/models", name="models.options")
def options(person: SignedIn, studio: Wired, page: Hx, model: str = "") -> HTMLResponse:
    """The models whose names contain what was typed; a whole id is no search and gets the whole list."""
    found = [model_option(known, model, studio.provider) for known in studio.catalogue.offered(model)]
    return page.answer("catalogue/options.html", ["options"], options=found, query=model)


@router.post("/fragments/estimates", name="estimates")
def estimates(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    form: Annotated[ComposerForm, Depends(composer_form)],
    conversation_id: Annotated[UUID | None, Form()] = None,
    settings: bool = False,
) -> HTMLResponse:
    """The price for the button as it is typed; with `settings`, also the settings that the chosen model has."""
    conversation = (
        conversations.get_conversation(studio.db, person.id, conversation_id) if conversation_id else None
    )
    card = composer_card(studio, person, form, estimate(studio, form, conversation), conversation)
    blocks = ["estimate", "settings"] if settings else ["estimate"]
    return page.answer("chat/composer.html", blocks, composer=card)
