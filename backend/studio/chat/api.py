"""Conversations as JSON."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.chat import store
from studio.chat.conversation import Conversation, Tree
from studio.chat.estimates import estimate_question
from studio.generations import store as generations
from studio.generations.routes import Asked, asked_in
from studio.images.wish import KIND, estimate_wish
from studio.moments import iso, now
from studio.videos import wish as videos
from studio.wiring import Wired

router = Router(prefix="/api")

PAGE_SIZE = 50


@router.get("/conversations", name="api.conversations.list")
def list_(person: SignedIn, studio: Wired, before: datetime | None = None) -> dict[str, Any]:
    """Conversations that are neither archived nor deleted, the last used first; `next` is the following page."""
    before = before.astimezone(UTC).replace(tzinfo=None) if before and before.tzinfo else before
    pinned = [] if before else store.list_conversations(studio.db, person.id, view="pinned")
    found = store.list_conversations(studio.db, person.id, before=before, limit=PAGE_SIZE + 1)
    more = len(found) > PAGE_SIZE
    found = found[:PAGE_SIZE]
    following = f"/api/conversations?before={found[-1].updated_at.isoformat()}" if more else None
    return {"items": [_json(conversation) for conversation in [*pinned, *found]], "next": following}


@router.get("/conversations/{conversation_id}", name="api.conversations.show")
def show(conversation_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """
    One conversation with all its messages, of all branches; `shown` marks those of the shown one.

    An answer names in `left_out_asset_ids` the pictures of its branch that were deleted, and so not sent, by then.
    """
    conversation = store.get_conversation(studio.db, person.id, conversation_id)
    messages = store.list_messages(studio.db, conversation_id)
    shown = {message.id for message in Tree(messages).path_to(conversation.leaf_id)}
    answers = generations.list_generations(
        studio.db, person.id, [message.generation_id for message in messages if message.generation_id]
    )
    items = [
        {
            "id": str(message.id),
            "parent_id": str(message.parent_id) if message.parent_id else None,
            "role": message.role,
            "text": message.text if message.generation_id is None else answers[message.generation_id].text,
            "input_asset_ids": [str(asset_id) for asset_id in message.asset_ids],
            "left_out_asset_ids": [str(asset_id) for asset_id in message.left_out_ids],
            "generation_id": str(message.generation_id) if message.generation_id else None,
            "shown": message.id in shown,
            "created_at": iso(message.created_at),
        }
        for message in messages
        if message.generation_id is None or message.generation_id in answers
    ]
    return {**_json(conversation), "messages": items}


@router.delete("/conversations/{conversation_id}", status_code=204, name="api.conversations.delete")
def delete(conversation_id: UUID, person: SignedIn, studio: Wired) -> None:
    """Delete it; for 30 days its owner can bring it back."""
    store.get_conversation(studio.db, person.id, conversation_id)
    store.set_deleted(studio.db, conversation_id, now())


@router.post("/estimates", name="api.estimates")
def estimates(asked: Asked, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """What a generation with this body may cost: `worst_usd` is what a budget has to hold. Null is unknown."""
    if asked.kind == KIND:
        return estimate_wish(asked.wish(studio)).as_json()
    if asked.kind == videos.KIND:
        return videos.estimate_wish(asked.video_wish(studio)).as_json()
    conversation = asked_in(studio, person, asked)
    question = asked.question(conversation)
    model = studio.catalogue.get(question.model)
    return estimate_question(studio, model, question, conversation).as_json()


def _json(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "model": conversation.model,
        "system_prompt": conversation.system_prompt,
        "params": conversation.params,
        "pinned": conversation.is_pinned,
        "created_at": iso(conversation.created_at),
        "updated_at": iso(conversation.updated_at),
        "archived_at": iso(conversation.archived_at),
    }
