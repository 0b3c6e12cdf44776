"""What the next question of a conversation may cost."""

from uuid import UUID

from studio.accounts.access import Person
from studio.catalogue.estimate import Estimate, estimate_text
from studio.chat import store
from studio.chat.conversation import Conversation, Tree
from studio.chat.forms import ComposerForm
from studio.wiring import Studio


def estimate(
    studio: Studio,
    person: Person,
    form: ComposerForm,
    conversation: Conversation | None,
    new_pictures: int = 0,
) -> Estimate | None:
    """Worst and likely cost of sending what is in the form now; None for an unknown model."""
    model = studio.catalogue.find(form.model.strip())
    if model is None:
        return None
    words = len(form.prompt.encode("utf-8", "replace")) + len(form.system_prompt.encode("utf-8", "replace"))
    messages, pictures = 2, new_pictures + len(form.asset_ids)
    if conversation is not None:
        path = Tree(store.list_messages(studio.db, conversation.id)).path_to(conversation.leaf_id)
        answers: list[UUID] = [message.generation_id for message in path if message.generation_id]
        words += sum(len(message.text.encode()) for message in path) + store.answer_bytes(studio.db, answers)
        messages += len(path)
        pictures += sum(len(message.asset_ids) for message in path)
    digits = form.max_tokens.strip()
    max_tokens = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else None
    return estimate_text(model, words, messages, pictures if model.can_see else 0, max_tokens or None)
