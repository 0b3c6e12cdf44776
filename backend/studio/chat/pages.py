"""A whole conversation as HTML: at once, or while its last answer is being written."""

from collections.abc import AsyncIterator
from uuid import UUID

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from studio.accounts.access import Person
from studio.chat import views
from studio.chat.composer import composer_card, form_of
from studio.chat.conversation import Conversation
from studio.chat.estimates import estimate
from studio.chat.progressive import GROWING, growing_body
from studio.chat.show import conversation_card
from studio.html import Page
from studio.wiring import Studio


def conversation_html(
    studio: Studio,
    person: Person,
    page: Page,
    conversation: Conversation,
    *,
    before: UUID | None = None,
    editing: UUID | None = None,
    is_renaming: bool = False,
    has_hole: bool = False,
) -> Markup:
    """
    The conversation with its composer.

    `editing` and `is_renaming` open one part as a form, for browsers without scripts; `has_hole` leaves the mark
    GROWING where the last answer stands.
    """
    form = form_of(conversation)
    card = conversation_card(studio, person, conversation, before)
    if has_hole:
        card = views.with_hole(card, Markup(GROWING))
    return page.render(
        "chat/conversation.html",
        ["conversation"],
        card=card,
        composer=composer_card(studio, person, form, estimate(studio, form, conversation), conversation),
        editing_id=str(editing) if editing else None,
        is_renaming=is_renaming,
    )


async def growing_page(
    studio: Studio, person: Person, page: Page, conversation: Conversation
) -> AsyncIterator[bytes]:
    """
    The conversation in chunks: up to the growing answer at once, the answer as it is written, then the rest.

    What follows the answer is rendered when it is finished, so its facts and the composer are those of the end.
    """
    card = await run_in_threadpool(conversation_card, studio, person, conversation)
    live = studio.engine.find(UUID(card.running_id)) if card.running_id else None
    if live is None:
        yield (await run_in_threadpool(conversation_html, studio, person, page, conversation)).encode()
        return
    yield (await _with_hole(studio, person, page, conversation)).partition(GROWING)[0].encode()
    async for chunk in growing_body(live):
        yield chunk
    yield (await _with_hole(studio, person, page, conversation)).partition(GROWING)[2].encode()


async def _with_hole(studio: Studio, person: Person, page: Page, conversation: Conversation) -> str:
    html = await run_in_threadpool(conversation_html, studio, person, page, conversation, has_hole=True)
    return str(html)
