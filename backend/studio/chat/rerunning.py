"""Asking once more as the recipe of an answer says: beside it in its conversation, else in one of its own."""

from typing import NamedTuple

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.estimate import Estimate
from studio.chat import ask, store
from studio.chat.conversation import Conversation, Message, Question, Tree
from studio.chat.estimates import estimate_behind
from studio.chat.once import asked_once
from studio.errors import Missing
from studio.generations.generation import Generation
from studio.once.once import Once
from studio.wiring import Studio

KIND = "text"


class Place(NamedTuple):
    """Where an answer stands, and what was said before its question."""

    conversation: Conversation
    answer: Message
    history: list[Message]


def estimate_again(studio: Studio, generation: Generation) -> Estimate | None:
    """What the same costs today, with all that was said before it; None where its model is not here."""
    model = studio.catalogue.find(generation.model)
    if model is None or not model.makes_text:
        return None
    place = _place(studio, generation)
    history = place.history if place else []
    return estimate_behind(studio, model, _question(studio, generation), history, generation.person_id)


def ask_again(studio: Studio, person: Person, generation: Generation, once: Once | None) -> Generation:
    """The new answer; raises UnknownModel, CannotSee, StillAnswering, and what is wrong with the words."""
    place = _place(studio, generation)
    question = _question(studio, generation, once)

    def begin() -> tuple[Conversation, Generation]:
        if place is None:
            return ask.start_conversation(studio, person, question)
        return ask.repeat(studio, person, place.conversation, place.answer, question)

    return asked_once(studio, person, once, begin).generation


def _place(studio: Studio, generation: Generation) -> Place | None:
    """None for an answer outside any conversation, or in one that was deleted."""
    if generation.message_id is None:
        return None
    try:
        conversation, answer = store.get_message(studio.db, generation.person_id, generation.message_id)
    except Missing:
        return None
    tree = Tree(store.list_messages(studio.db, conversation.id))
    asked = tree.get(answer.parent_id) if answer.parent_id else None
    return Place(conversation, answer, tree.path_to(asked.parent_id) if asked else [])


def _question(studio: Studio, generation: Generation, once: Once | None = None) -> Question:
    params = dict(generation.params)
    instructions = params.pop("system_prompt", "")
    own = assets.find_by_hashes(studio.db, generation.person_id, generation.input_hashes)
    return Question(
        prompt=generation.prompt,
        model=generation.model,
        system_prompt=instructions,
        params=params,
        asset_ids=tuple(own[digest] for digest in generation.input_hashes if digest in own),
        parent_id=generation.id,
        once=once,
    )
