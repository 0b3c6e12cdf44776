"""The composer of questions shown again, with everything that was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi.responses import HTMLResponse

from studio.accounts.access import Person
from studio.chat.composer import composer_card
from studio.chat.conversation import Conversation
from studio.chat.estimates import estimate
from studio.chat.forms import ComposerForm
from studio.chat.show import conversation_card
from studio.errors import StudioError
from studio.html import Page
from studio.wiring import Studio


def new_page(
    studio: Studio,
    person: Person,
    page: Page,
    form: ComposerForm,
    error: StudioError | None = None,
    filled: Sequence[str] = (),
    focus: str = "prompt",
) -> HTMLResponse:
    """The page of a new conversation; `filled` are sentences about the recipe it was filled from."""
    card = composer_card(studio, person, form, estimate(studio, form, None), error=error)
    card = replace(card, focus=focus)
    status = error.status if error else 200
    return page.answer(
        "chat/new.html",
        ["new"],
        status=status,
        composer=card,
        greeting=f"What shall it be, {person.name}?",
        filled=filled,
        recipe_error=None,
    )


def composer_again(
    studio: Studio,
    person: Person,
    page: Page,
    form: ComposerForm,
    conversation: Conversation | None,
    error: StudioError | None = None,
) -> HTMLResponse:
    """The composer with everything that was typed, what is wrong and its price; without htmx in its whole page."""
    status = error.status if error else 200
    card = composer_card(studio, person, form, estimate(studio, form, conversation), conversation, error)
    headers: Mapping[str, str] = {"HX-Retarget": "#composer", "HX-Reswap": "outerHTML"}
    if page.is_htmx:
        return page.answer("chat/composer.html", ["form"], status=status, headers=headers, composer=card)
    if conversation is None:
        return new_page(studio, person, page, form, error)
    whole = conversation_card(studio, person, conversation)
    return page.answer(
        "chat/conversation.html",
        ["conversation"],
        status=status,
        card=whole,
        composer=card,
        editing_id=None,
        is_renaming=False,
    )
