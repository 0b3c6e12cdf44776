"""Asking once: a question that is sent again leads to the conversation and the answer that it began."""

from collections.abc import Callable
from typing import NamedTuple

from studio.accounts.access import Person
from studio.chat import store
from studio.chat.conversation import Conversation
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.once.once import BegunBefore, Once, begun_before
from studio.wiring import Studio


class Begun(NamedTuple):
    """`is_repeat`: the same request had begun it before."""

    conversation: Conversation
    generation: Generation
    is_repeat: bool = False


def asked_once(
    studio: Studio, person: Person, once: Once | None, ask: Callable[[], tuple[Conversation, Generation]]
) -> Begun:
    """What `ask` begins, or what the same request began before. Raises StillBeginning, and what `ask` raises."""
    with studio.beginning.alone_with(once):
        before = begun_before(studio.db, once)
        if before is None:
            try:
                return Begun(*ask())
            except BegunBefore as error:
                before = error.generation_id
    generation = generations.get_generation(studio.db, person.id, before)
    assert generation.conversation_id is not None, "its request named one"
    conversation = store.get_conversation(studio.db, person.id, generation.conversation_id)
    return Begun(conversation, generation, is_repeat=True)
