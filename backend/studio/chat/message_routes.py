"""One message: its growing, its versions, and asking again."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Header
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from studio.accounts.access import Person, SignedIn, Staying
from studio.accounts.gate import Router
from studio.chat import ask, store, views
from studio.chat.checking import clean
from studio.chat.conversation import Conversation, Tree
from studio.chat.once import asked_once
from studio.chat.pages import conversation_html
from studio.chat.show import conversation_card, cost_so_far, message_card
from studio.chat.streams import html_events, last_events
from studio.errors import Missing, StudioError
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.generations.routes import NotYetRunning
from studio.generations.streams import event_stream, resume_after
from studio.html import Hx, Page, shown_on
from studio.once.once import once_of_form
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")
Key = Annotated[str, Form()]

ANNOUNCEMENTS = {State.DONE: "The answer is ready.", State.CANCELLED: "Stopped."}


@router.get("/messages/{message_id}", name="messages.show")
def show(message_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """The message as it is now, such as when editing it is given up."""
    conversation, message = store.get_message(studio.db, person.id, message_id)
    card = message_card(studio, person, conversation, message.id)
    return page.answer(
        "chat/message.html", ["messages"], card=views.Named(str(conversation.id)), messages=[card]
    )


@router.get("/conversations/{conversation_id}/messages", name="messages.list")
def list_(conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, before: UUID) -> HTMLResponse:
    """The messages before one of them, and a way to those before."""
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    card = conversation_card(studio, person, conversation, before)
    return page.answer("chat/message.html", ["earlier"], card=card, messages=card.messages)


@router.get("/messages/{message_id}/events", name="messages.events")
async def events(
    message_id: UUID,
    person: SignedIn,
    staying: Staying,
    studio: Wired,
    page: Hx,
    after: int = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The growing answer as htmx partials; a finished one comes whole at once, and then the end."""
    generation, conversation = await _find(studio, person, message_id)
    live = studio.engine.find(generation.id)

    def finish() -> Markup:
        return _final(studio, person, page, conversation, message_id)

    if live is None and not generation.is_finished:
        generation, _ = await _find(studio, person, message_id)  # it may have ended between the two looks
        if not generation.is_finished:
            raise NotYetRunning
    if live is None:
        return event_stream(last_events(finish), staying)
    number = resume_after(last_event_id, after)
    return event_stream(html_events(live, message_id, number, page, finish), staying)


@router.get("/messages/{message_id}/edit", name="messages.edit")
def edit_form(message_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    conversation, message = store.get_message(studio.db, person.id, message_id)
    if message.role != "user":
        raise Missing
    return HTMLResponse(_editing(studio, person, page, conversation, message_id))


@router.post("/messages/{message_id}/edits", status_code=201, name="messages.edits")
def edit(
    message_id: UUID,
    person: SignedIn,
    studio: Wired,
    page: Hx,
    prompt: Annotated[str, Form()] = "",
    idempotency_key: Key = "",
) -> HTMLResponse:
    """Ask the question in other words; the old words and their answers stay as another version."""
    conversation, message = store.get_message(studio.db, person.id, message_id)
    if message.role != "user":
        raise Missing
    once = once_of_form(person.id, idempotency_key, "edit", message_id, prompt)
    try:
        conversation, generation, _ = asked_once(
            studio,
            person,
            once,
            lambda: ask.edit_question(studio, person, conversation, message, prompt, once),
        )
    except StudioError as error:
        # Without htmx the form alone is the page; aimed at something it would pass for a card beside it.
        aim = {"HX-Retarget": f"#m-{message_id}", "HX-Reswap": "outerHTML"}
        headers = aim if page.is_htmx else {}
        html = _editing(studio, person, page, conversation, message_id, text=clean(prompt), error=error.text)
        return HTMLResponse(html, error.status, headers)
    return _whole(studio, person, page, conversation, generation)


@router.post("/messages/{message_id}/regenerations", status_code=201, name="messages.regenerations")
def regenerate(
    message_id: UUID,
    person: SignedIn,
    studio: Wired,
    page: Hx,
    model: Annotated[str, Form()] = "",
    idempotency_key: Key = "",
) -> HTMLResponse:
    """Another answer to the same question, beside the old one."""
    conversation, message = store.get_message(studio.db, person.id, message_id)
    once = once_of_form(person.id, idempotency_key, "regenerate", message_id, model)
    conversation, generation, _ = asked_once(
        studio,
        person,
        once,
        lambda: ask.regenerate(studio, person, conversation, message, model or None, once),
    )
    return _whole(studio, person, page, conversation, generation)


@router.post("/messages/{message_id}/continuations", status_code=201, name="messages.continuations")
def go_on(
    message_id: UUID, person: SignedIn, studio: Wired, page: Hx, idempotency_key: Key = ""
) -> HTMLResponse:
    """Go on where an unfinished answer stopped."""
    conversation, message = store.get_message(studio.db, person.id, message_id)
    once = once_of_form(person.id, idempotency_key, "continue", message_id)
    conversation, generation, _ = asked_once(
        studio,
        person,
        once,
        lambda: ask.continue_answer(studio, person, conversation, message, once),
    )
    return _whole(studio, person, page, conversation, generation)


@router.post("/messages/{message_id}/selection", name="messages.selection")
def select(message_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    """Show the branch that goes through this message, to where it was last continued."""
    conversation, message = store.get_message(studio.db, person.id, message_id)
    leaf = Tree(store.list_messages(studio.db, conversation.id)).newest_leaf_below(message)
    store.set_leaf(studio.db, conversation.id, leaf.id)
    conversation = store.get_conversation(studio.db, person.id, conversation.id)
    html = conversation_html(studio, person, page, conversation)
    return HTMLResponse(html, headers=shown_on(f"/chat/{conversation.id}#m-{message_id}"))


@router.post("/generations/{generation_id}/cancellation", name="generations.stop")
async def stop(generation_id: UUID, person: SignedIn, studio: Wired) -> Response:
    """Stop an answer; what came until then stays. The stream brings the final message."""
    generation = await studio.read(generations.get_generation, studio.db, person.id, generation_id)
    if generation.conversation_id is None:
        raise Missing
    await studio.engine.cancel(generation_id)
    return Response(
        status_code=204, headers=shown_on(f"/chat/{generation.conversation_id}#m-{generation.message_id}")
    )


def _editing(
    studio: Studio,
    person: Person,
    page: Page,
    conversation: Conversation,
    message_id: UUID,
    *,
    text: str | None = None,
    error: str | None = None,
) -> Markup:
    message = message_card(studio, person, conversation, message_id)
    words = message.text if text is None else text
    card = views.Named(str(conversation.id))
    return page.render("chat/message.html", ["edit"], card=card, message=message, text=words, error=error)


def _whole(
    studio: Studio, person: Person, page: Page, conversation: Conversation, generation: Generation
) -> HTMLResponse:
    address = f"/chat/{conversation.id}?live=1#m-{generation.message_id}"
    return HTMLResponse(conversation_html(studio, person, page, conversation), 201, shown_on(address))


async def _find(studio: Studio, person: Person, message_id: UUID) -> tuple[Generation, Conversation]:
    def read() -> tuple[Generation, Conversation]:
        conversation, message = store.get_message(studio.db, person.id, message_id)
        if message.generation_id is None:
            raise Missing
        return generations.get_generation(studio.db, person.id, message.generation_id), conversation

    return await studio.read(read)


def _final(
    studio: Studio, person: Person, page: Page, conversation: Conversation, message_id: UUID
) -> Markup:
    """The finished answer in the place of the growing one, the conversation's total, and a word for screen readers."""
    conversation = store.get_conversation(studio.db, person.id, conversation.id)
    message = message_card(studio, person, conversation, message_id)
    card = views.Named(str(conversation.id), cost_so_far(studio, person, conversation))
    state = State(message.answer.state) if message.answer else State.DONE
    said = ANNOUNCEMENTS.get(state, "The answer ended early.")
    return page.render("chat/message.html", ["final"], card=card, messages=[message], announcement=said)
