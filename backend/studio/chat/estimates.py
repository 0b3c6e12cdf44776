"""What the next question of a conversation may cost."""

from collections.abc import Sequence
from uuid import UUID

from studio.assets.store import list_assets
from studio.catalogue.estimate import Estimate, estimate_text
from studio.catalogue.model import Model
from studio.chat import store
from studio.chat.conversation import Conversation, Message, Question, Tree
from studio.chat.forms import ComposerForm
from studio.wiring import Studio


def estimate(studio: Studio, form: ComposerForm, conversation: Conversation | None) -> Estimate | None:
    """Worst and likely cost of sending what is in the form now; None for an unknown model."""
    model = studio.catalogue.find(form.model.strip())
    if model is None:
        return None
    digits = form.max_tokens.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 9
    return estimate_question(
        studio,
        model,
        Question(
            prompt=form.prompt,
            model=model.id,
            system_prompt=form.system_prompt,
            params={"max_tokens": int(digits)} if is_number else {},
        ),
        conversation,
        pictures=len(form.asset_ids),
    )


def estimate_question(
    studio: Studio,
    model: Model,
    question: Question,
    conversation: Conversation | None,
    pictures: int = 0,
) -> Estimate:
    """The same of a question; `pictures` are further ones, such as a form's that are not checked yet."""
    if conversation is None:
        return estimate_behind(studio, model, question, [], None, pictures)
    path = Tree(store.list_messages(studio.db, conversation.id)).path_to(conversation.leaf_id)
    return estimate_behind(studio, model, question, path, conversation.person_id, pictures)


def estimate_behind(
    studio: Studio,
    model: Model,
    question: Question,
    path: Sequence[Message],
    person_id: UUID | None,
    pictures: int = 0,
) -> Estimate:
    """The same behind what this person and a model said already, which is sent along."""
    words = _bytes(question.prompt) + _bytes(question.system_prompt)
    pictures += len(question.asset_ids)
    if path and person_id is not None:
        answers: list[UUID] = [message.generation_id for message in path if message.generation_id]
        words += sum(_bytes(message.text) for message in path) + store.answer_bytes(studio.db, answers)
        named = [asset_id for message in path for asset_id in message.asset_ids]
        known = list_assets(studio.db, person_id, named)
        pictures += sum(asset_id in known for asset_id in named)  # a deleted one is not sent
    max_tokens = question.params.get("max_tokens") or None
    return estimate_text(model, words, 2 + len(path), pictures if model.can_see else 0, max_tokens)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
