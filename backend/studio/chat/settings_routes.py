"""The price and the settings of what was typed, for browsers without scripts."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, UploadFile
from fastapi.responses import HTMLResponse

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.chat import store
from studio.chat.again import composer_again
from studio.chat.conversation import Conversation
from studio.chat.forms import ComposerForm, composer_form, take_pictures, uploads
from studio.errors import StudioError
from studio.html import Hx, Page
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments/conversations")
Composer = Annotated[ComposerForm, Depends(composer_form)]
Uploads = Annotated[list[UploadFile], Depends(uploads)]


@router.post("/settings", name="conversations.settings")
def settings(person: SignedIn, studio: Wired, page: Hx, form: Composer, files: Uploads) -> HTMLResponse:
    """Of a first question: its page again."""
    return _shown(studio, person, page, form, files, None)


@router.post("/{conversation_id}/settings", name="messages.settings")
def settings_within(
    conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, form: Composer, files: Uploads
) -> HTMLResponse:
    """Of the next question: the conversation again."""
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    return _shown(studio, person, page, form, files, conversation)


def _shown(
    studio: Studio,
    person: Person,
    page: Page,
    form: ComposerForm,
    files: list[UploadFile],
    conversation: Conversation | None,
) -> HTMLResponse:
    try:
        take_pictures(studio, person, form, files)
        studio.catalogue.get(form.model)
    except StudioError as error:
        return composer_again(studio, person, page, form, conversation, error)
    answer = composer_again(studio, person, page, form, conversation)
    answer.headers["Studio-Title"] = "Chat"
    return answer
