"""Conversations as HTML: the list, one of them, and what can be done with it as a whole."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, StreamingResponse
from markupsafe import Markup

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.chat import ask, store, views
from studio.chat.again import composer_again, new_page
from studio.chat.checking import clean
from studio.chat.composer import form_of_recipe
from studio.chat.conversation import TITLE_LIMIT, Conversation
from studio.chat.forms import ComposerForm, composer_form, once_of, question, uploads
from studio.chat.listing import VIEWS, listed, utc
from studio.chat.once import asked_once
from studio.chat.pages import conversation_html, growing_page
from studio.chat.show import conversation_card, latest_cards
from studio.errors import Invalid, StudioError
from studio.generations.generation import Generation
from studio.generations.streams import STREAM_HEADERS
from studio.html import Hx, Page, shown_on
from studio.moments import now
from studio.recipes.recipes import filling_of_draft, filling_of_generation
from studio.wiring import Studio, Wired

router = Router(prefix="/fragments")
Composer = Annotated[ComposerForm, Depends(composer_form)]
Uploads = Annotated[list[UploadFile], Depends(uploads)]


@router.get("/conversations", name="conversations.list")
def list_(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    view: str = "open",
    q: str = "",
    before: datetime | None = None,
    current: UUID | None = None,
    more: bool = False,
) -> HTMLResponse:
    """The list; with htmx only its groups, or with `more` what follows behind the last one shown."""
    view = view if view in VIEWS else "open"
    shown = listed(studio, person, current, view=view, query=q, before=utc(before))
    block = ("more" if more else "groups") if page.is_htmx else "list"
    return page.answer("chat/list.html", [block], **shown)


@router.get("/create", name="conversations.create")
@router.get("/conversations/new", name="conversations.new")
def new(
    person: SignedIn,
    studio: Wired,
    page: Hx,
    model: str = "",
    prompt: str = "",
    recipe: str = "",
    again: Annotated[str, Query(alias="from")] = "",
    focus: str = "prompt",
) -> HTMLResponse:
    """A composer for a new conversation; filled from a `recipe` that was brought, or `from` a generation."""
    if recipe or again:
        form, notes = form_of_recipe(
            studio,
            filling_of_draft(studio, person.id, recipe)
            if recipe
            else filling_of_generation(studio, person.id, again),
        )
        return new_page(studio, person, page, form, filled=notes, focus=focus)
    chosen = studio.catalogue.find(model) or studio.catalogue.default_text_model()
    form = ComposerForm(prompt=prompt[:2000], model=chosen.id if chosen else "")
    return new_page(studio, person, page, form)


@router.post("/conversations", status_code=201, name="conversations.add")
def add(person: SignedIn, studio: Wired, page: Hx, form: Composer, files: Uploads) -> HTMLResponse:
    """Begin a conversation with its first question; the same form sent twice leads to the one that it began."""
    once = once_of(person, form, files)

    def begin() -> tuple[Conversation, Generation]:
        return ask.start_conversation(studio, person, question(studio, person, form, files, once))

    try:
        conversation, generation, _ = asked_once(studio, person, once, begin)
    except StudioError as error:
        return composer_again(studio, person, page, form, None, error)
    place, note = f"/chat/{conversation.id}?live=1#m-{generation.message_id}", " ".join(form.notes)
    headers = shown_on(place, title=conversation.title, note=note)
    headers["HX-Push-Url"] = f"/chat/{conversation.id}"
    whole = conversation_html(studio, person, page, conversation) + _title(page, conversation)
    beside = _list_partial(studio, person, page, conversation.id) + _notes(page, form)
    return HTMLResponse(whole + beside, 201, headers)


@router.get("/conversations/{conversation_id}", name="conversations.show")
def show(
    conversation_id: UUID,
    person: SignedIn,
    studio: Wired,
    page: Hx,
    before: UUID | None = None,
    edit: UUID | None = None,
    rename: bool = False,
) -> HTMLResponse:
    conversation = store.get_conversation(studio.db, person.id, conversation_id, also_deleted=True)
    headers = shown_on(f"/chat/{conversation_id}", title=conversation.title)
    if conversation.deleted_at is not None:
        deleted = page.render(
            "chat/deleted.html", ["deleted"], id=str(conversation_id), title=conversation.title
        )
        return HTMLResponse(deleted, headers=headers)
    html = conversation_html(
        studio, person, page, conversation, before=before, editing=edit, is_renaming=rename
    )
    return HTMLResponse(html, headers=headers)


@router.get("/conversations/{conversation_id}/live", name="conversations.live")
def live(conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> StreamingResponse:
    """
    The same as `show`, sent progressively: up to the growing answer at once, then the answer while it is written,
    then the composer. For browsers without scripts.
    """
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    headers = {**STREAM_HEADERS, **shown_on(f"/chat/{conversation_id}", title=conversation.title)}
    chunks = growing_page(studio, person, page, conversation)
    return StreamingResponse(chunks, media_type="text/html; charset=utf-8", headers=headers)


@router.post("/conversations/{conversation_id}/messages", status_code=201, name="messages.add")
def add_message(
    conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, form: Composer, files: Uploads
) -> HTMLResponse:
    """Ask the next question; the same form sent twice asks once."""
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    once = once_of(person, form, files, conversation_id)

    def begin() -> tuple[Conversation, Generation]:
        return ask.ask(studio, person, conversation, question(studio, person, form, files, once))

    try:
        conversation, generation, is_repeat = asked_once(studio, person, once, begin)
    except StudioError as error:
        return composer_again(studio, person, page, form, conversation, error)
    place = f"/chat/{conversation.id}?live=1#m-{generation.message_id}"
    headers = shown_on(place, note=" ".join(form.notes))
    if is_repeat:  # the question may stand there already
        headers |= {"HX-Retarget": "#conversation", "HX-Reswap": "outerHTML"}
        return HTMLResponse(conversation_html(studio, person, page, conversation), 201, headers)
    messages = latest_cards(studio, person, conversation, 2)
    card = views.Named(str(conversation.id))
    arrived = page.render("chat/message.html", ["arrived"], card=card, messages=messages)
    beside = _list_partial(studio, person, page, conversation.id) + _notes(page, form)
    return HTMLResponse(arrived + beside, 201, headers)


@router.get("/conversations/{conversation_id}/title", name="conversations.title.edit")
def edit_title(conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx) -> HTMLResponse:
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    return page.answer(
        "chat/title.html", ["title"], id=str(conversation_id), title=conversation.title, error=None
    )


@router.post("/conversations/{conversation_id}/title", name="conversations.title")
def rename_(
    conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, title: Annotated[str, Form()] = ""
) -> HTMLResponse:
    store.get_conversation(studio.db, person.id, conversation_id)
    wanted = " ".join(clean(title).split())
    if not wanted or len(wanted) > TITLE_LIMIT:
        error = Invalid(f"A name has 1 to {TITLE_LIMIT} characters.", field="title")
        # Without htmx the form alone is the page; aimed at something it would pass for a card beside it.
        aim = {"HX-Retarget": "#conversation-header", "HX-Reswap": "outerHTML"}
        headers = aim if page.is_htmx else {}
        context = {"id": str(conversation_id), "title": clean(title)[:1000], "error": error.text}
        return page.answer("chat/title.html", ["title"], status=422, headers=headers, **context)
    store.set_title(studio.db, conversation_id, wanted)
    return _header(studio, person, page, conversation_id, "Renamed.")


@router.post("/conversations/{conversation_id}/pin", name="conversations.pin")
def pin(
    conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, value: Annotated[str, Form()] = "set"
) -> HTMLResponse:
    store.get_conversation(studio.db, person.id, conversation_id)
    store.set_pinned(studio.db, conversation_id, value == "set")
    return _header(
        studio, person, page, conversation_id, "Pinned." if value == "set" else "No longer pinned."
    )


@router.post("/conversations/{conversation_id}/archive", name="conversations.archive")
def archive(
    conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, value: Annotated[str, Form()] = "set"
) -> HTMLResponse:
    store.get_conversation(studio.db, person.id, conversation_id)
    store.set_archived(studio.db, conversation_id, now() if value == "set" else None)
    return _header(
        studio, person, page, conversation_id, "Archived." if value == "set" else "Back in the list."
    )


@router.post("/conversations/{conversation_id}/deletion", name="conversations.deletion")
def delete(
    conversation_id: UUID, person: SignedIn, studio: Wired, page: Hx, value: Annotated[str, Form()] = "set"
) -> HTMLResponse:
    """Delete so that it can be undone, or undo it."""
    conversation = store.get_conversation(studio.db, person.id, conversation_id, also_deleted=True)
    is_deleted = value == "set"
    store.set_deleted(studio.db, conversation_id, now() if is_deleted else None)
    headers = shown_on(f"/chat/{conversation_id}", note=None if is_deleted else "It is back.")
    headers |= {"HX-Retarget": "#conversation", "HX-Reswap": "outerHTML"} if is_deleted else {}
    if is_deleted:
        html = page.render(
            "chat/deleted.html", ["deleted"], id=str(conversation_id), title=conversation.title
        )
    else:
        conversation = store.get_conversation(studio.db, person.id, conversation_id)
        html = conversation_html(studio, person, page, conversation)
    return HTMLResponse(html + _list_partial(studio, person, page, conversation_id), headers=headers)


def _header(studio: Studio, person: Person, page: Page, conversation_id: UUID, note: str) -> HTMLResponse:
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    card = conversation_card(studio, person, conversation)
    html = page.render("chat/conversation.html", ["header"], card=card) + _title(page, conversation)
    said = page.render("chat/said.html", ["said"], text=note)
    beside = _list_partial(studio, person, page, conversation_id)
    return HTMLResponse(html + said + beside, headers=shown_on(f"/chat/{conversation_id}", note=note))


def _title(page: Page, conversation: Conversation) -> Markup:
    """The page's title for htmx, which stays on the page; a browser without it gets a whole new one."""
    return page.render("chat/said.html", ["titled"], text=conversation.title) if page.is_htmx else Markup()


def _list_partial(studio: Studio, person: Person, page: Page, current: UUID) -> Markup:
    """The list of conversations beside the page, as it is now."""
    if not page.is_htmx:
        return Markup()
    return page.render("chat/said.html", ["listed"], **listed(studio, person, current))


def _notes(page: Page, form: ComposerForm) -> Markup:
    """What there is to say about the files that were kept, beside the answer."""
    return Markup().join(page.render("chat/said.html", ["said"], text=note) for note in form.notes)
