"""
The verbs of talking: ask, edit a question, ask again, continue a broken-off answer.

Each writes question, answer and generation in one commit, and only then lets the engine call the provider: what a
person has seen accepted survives anything. What is asked again under the same key raises BegunBefore (once.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.model import Model
from studio.chat import store
from studio.chat.asking import StillAnswering
from studio.chat.checking import able_model, checked
from studio.chat.conversation import (
    Conversation,
    Message,
    Question,
    Tree,
)
from studio.chat.request import accepted_params, chat_request, without_deleted
from studio.db import Row
from studio.errors import Missing
from studio.generations import store as generations
from studio.generations.beginning import refuse_strange_parent
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.markdown import title_from
from studio.moments import now
from studio.once.once import Once, write_once, write_once_soon
from studio.providers import ChatRequest
from studio.wiring import Studio


async def generate(studio: Studio, person: Person, question: Question) -> Generation:
    """
    One answer outside any conversation, as programs ask for it. Raises BegunBefore.

    Changes threads only where something has to be read: each change costs a good part of a millisecond of the time
    to the first word.
    """
    has_to_read = bool(question.asset_ids or question.parent_id)
    generation, request = (
        await studio.read(_alone, studio, person, question)
        if has_to_read
        else _alone(studio, person, question)
    )
    await write_once_soon(studio.db, question.once, generation.id, generations.add_generation(generation))
    await studio.engine.start(generation, studio.provider, request)
    return generation


def _alone(studio: Studio, person: Person, question: Question) -> tuple[Generation, ChatRequest]:
    question = checked(question)
    model = able_model(studio, question)
    request = chat_request(studio, person, model, question, [], None)
    return _generation(studio, person, None, model, question, None), request


def start_conversation(studio: Studio, person: Person, question: Question) -> tuple[Conversation, Generation]:
    """A new conversation with its first question; its title is the question's first words."""
    question = checked(question)
    moment = now()
    conversation = Conversation(
        id=new_id(),
        person_id=person.id,
        title=title_from(question.prompt),
        model=question.model,
        system_prompt=question.system_prompt,
        params=question.params,
        leaf_id=None,
        is_pinned=False,
        created_at=moment,
        updated_at=moment,
    )
    return _ask(studio, person, conversation, Tree([]), None, question, is_new=True)


def ask(
    studio: Studio, person: Person, conversation: Conversation, question: Question
) -> tuple[Conversation, Generation]:
    """The next question at the end of the shown branch."""
    question = checked(question)
    with _alone_in(studio, person, conversation) as (conversation, tree):
        return _ask(studio, person, conversation, tree, conversation.leaf_id, question)


def edit_question(
    studio: Studio,
    person: Person,
    conversation: Conversation,
    message: Message,
    prompt: str,
    once: Once | None = None,
) -> tuple[Conversation, Generation]:
    """The question in other words, as a branch beside the old one, with its pictures and the present settings."""
    question = checked(_asked_again(conversation, message, once, prompt))
    with _alone_in(studio, person, conversation) as (conversation, tree):
        return _ask(studio, person, conversation, tree, message.parent_id, question)


def regenerate(
    studio: Studio,
    person: Person,
    conversation: Conversation,
    answer: Message,
    model: str | None = None,
    once: Once | None = None,
) -> tuple[Conversation, Generation]:
    """Another answer to the same question, beside the old one; perhaps by another model."""
    with _alone_in(studio, person, conversation) as (conversation, tree):
        asked = _question_of(tree, answer)
        question = _asked_again(conversation, asked, once)
        if model:
            question = replace(question, model=model)
        return _answer(studio, person, conversation, tree, asked, question, rows=[])


def repeat(
    studio: Studio, person: Person, conversation: Conversation, answer: Message, question: Question
) -> tuple[Conversation, Generation]:
    """
    Another answer to the same words, beside the old one, with the settings that `question` has; those of the
    conversation stay, so that the next question is asked with them.
    """
    question = checked(question)
    with _alone_in(studio, person, conversation) as (conversation, tree):
        asked = _question_of(tree, answer)
        return _answer(studio, person, conversation, tree, asked, question, rows=[], is_aside=True)


def continue_answer(
    studio: Studio, person: Person, conversation: Conversation, answer: Message, once: Once | None = None
) -> tuple[Conversation, Generation]:
    """Go on where an unfinished answer stopped: a new answer beside it that begins with what was already said."""
    with _alone_in(studio, person, conversation) as (conversation, tree):
        asked = _question_of(tree, answer)
        assert answer.generation_id is not None
        before = generations.get_generation(studio.db, person.id, answer.generation_id)
        if not before.is_finished:
            raise StillAnswering
        question = _asked_again(conversation, asked, once)
        return _answer(studio, person, conversation, tree, asked, question, rows=[], unfinished=before)


@contextmanager
def _alone_in(
    studio: Studio, person: Person, conversation: Conversation
) -> Iterator[tuple[Conversation, Tree]]:
    """
    The conversation as it stands now, with nobody else asking in it.

    Raises StillAnswering while the answer at its shown end grows, or is about to.
    """
    with studio.asking.alone_in(conversation.id):
        conversation = store.get_conversation(studio.db, person.id, conversation.id)
        tree = Tree(store.list_messages(studio.db, conversation.id))
        if is_answering(studio, tree, conversation.leaf_id):
            raise StillAnswering
        yield conversation, tree


def _question_of(tree: Tree, answer: Message) -> Message:
    """What was asked; raises Missing for a message that is no answer."""
    asked = tree.get(answer.parent_id) if answer.parent_id else None
    if answer.role != "assistant" or asked is None:
        raise Missing
    return asked


def is_answering(studio: Studio, tree: Tree, leaf_id: UUID | None) -> bool:
    """Whether the answer at this end of a branch is being written now."""
    leaf = tree.get(leaf_id) if leaf_id else None
    return (
        leaf is not None
        and leaf.generation_id is not None
        and studio.engine.find(leaf.generation_id) is not None
    )


def _asked_again(
    conversation: Conversation, asked: Message, once: Once | None, prompt: str | None = None
) -> Question:
    """The question of a message, perhaps in other words, with the present settings of its conversation."""
    return Question(
        asked.text if prompt is None else prompt,
        conversation.model,
        conversation.system_prompt,
        conversation.params,
        asked.asset_ids,
        is_again=True,
        once=once,
    )


def _ask(
    studio: Studio,
    person: Person,
    conversation: Conversation,
    tree: Tree,
    parent_id: UUID | None,
    question: Question,
    *,
    is_new: bool = False,
) -> tuple[Conversation, Generation]:
    asked = Message(
        new_id(), conversation.id, parent_id, "user", question.prompt, question.asset_ids, None, now()
    )
    rows = [store.add_message(asked)]
    return _answer(studio, person, conversation, tree, asked, question, rows=rows, is_new=is_new)


def _answer(
    studio: Studio,
    person: Person,
    conversation: Conversation,
    tree: Tree,
    asked: Message,
    question: Question,
    *,
    rows: list[Row],
    is_new: bool = False,
    unfinished: Generation | None = None,
    is_aside: bool = False,
) -> tuple[Conversation, Generation]:
    """Commit everything, then start the engine; raises BegunBefore, with nothing written, for what was asked before."""
    history = tree.path_to(asked.parent_id)
    question, left_out = without_deleted(studio, person, question, history)
    model = able_model(studio, question)
    request = chat_request(studio, person, model, question, history, unfinished)
    generation = _generation(studio, person, conversation, model, question, unfinished)
    answer = Message(
        generation.message_id or new_id(),
        conversation.id,
        asked.id,
        "assistant",
        "",
        (),
        generation.id,
        now(),
        left_out,
    )
    conversation = replace(conversation, leaf_id=answer.id, updated_at=now())
    if not is_aside:
        conversation = replace(
            conversation, model=model.id, system_prompt=question.system_prompt, params=question.params
        )
    end = store.add_conversation(conversation) if is_new else store.continue_conversation(conversation)
    rows = [*rows, store.add_message(answer), generations.add_generation(generation), end]
    write_once(studio.db, question.once, generation.id, *rows)
    prefix = unfinished.text if unfinished else ""
    studio.engine.start_from_thread(generation, studio.provider, request, prefix)
    return conversation, generation


def _generation(
    studio: Studio,
    person: Person,
    conversation: Conversation | None,
    model: Model,
    question: Question,
    unfinished: Generation | None,
) -> Generation:
    """The recipe of the answer that is asked for now; raises Missing for a parent that is not this person's."""
    parent_id = unfinished.id if unfinished else question.parent_id
    refuse_strange_parent(studio.db, person.id, question.parent_id)
    return Generation(
        id=new_id(),
        person_id=person.id,
        kind="text",
        state=State.WAITING,
        provider_id=studio.catalogue.provider_id,
        provider=studio.provider.name,
        model=model.id,
        prompt=question.prompt,
        params=_params_kept(model, question),
        price_list=model.pricing,
        input_hashes=assets.list_hashes(studio.db, person.id, question.asset_ids),
        is_simulated=studio.provider.is_simulated,
        asked_at=now(),
        parent_id=parent_id,
        conversation_id=conversation.id if conversation else None,
        message_id=new_id() if conversation else None,
    )


def _params_kept(model: Model, question: Question) -> dict[str, Any]:
    """The settings that were sent, and the instructions: without those nobody could ask for the same again."""
    params = accepted_params(model, question)
    return {"system_prompt": question.system_prompt, **params} if question.system_prompt else params
