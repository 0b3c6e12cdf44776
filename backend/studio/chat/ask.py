"""
The verbs of talking: ask, edit a question, ask again, continue a broken-off answer, stop.

Each writes question, answer and generation in one commit, and only then lets the engine call the provider: what a
person has seen accepted survives anything.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import assets
from studio.catalogue.model import Model
from studio.chat import store
from studio.chat.conversation import PROMPT_LIMIT, Conversation, Message, Question, Tree
from studio.db import Row
from studio.errors import CannotSee, Conflict, EmptyPrompt, Missing, PromptTooLong, UnknownModel
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.markdown import title_from
from studio.moments import now
from studio.providers import ChatRequest
from studio.wiring import Studio

CONTINUE_INSTRUCTION = (
    "Your last answer was cut off. Continue it exactly where it stopped, without repeating anything and without "
    "any introduction."
)


class StillAnswering(Conflict):
    code = "still_answering"
    text = "The answer is still being written. Stop it first, or wait until it is finished."
    field = "prompt"


def generate(studio: Studio, person: Person, question: Question) -> Generation:
    """One answer outside any conversation, as programs ask for it."""
    question = checked(question)
    model = _able(studio, question)
    request = _request(studio, person, model, question, [], None)
    generation = _generation(studio, person, None, model, question, None)
    studio.db.write(generations.add_generation(generation))
    studio.engine.start_from_thread(generation, studio.provider, request)
    return generation


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
    """The next question at the end of the shown branch; raises StillAnswering while its last answer grows."""
    question = checked(question)
    tree = Tree(store.list_messages(studio.db, conversation.id))
    if is_answering(studio, tree, conversation.leaf_id):
        raise StillAnswering
    return _ask(studio, person, conversation, tree, conversation.leaf_id, question)


def edit_question(
    studio: Studio, person: Person, conversation: Conversation, message: Message, prompt: str
) -> tuple[Conversation, Generation]:
    """The question in other words, as a branch beside the old one, with its pictures and the present settings."""
    question = checked(replace(_as_before(conversation), prompt=prompt, asset_ids=message.asset_ids))
    tree = Tree(store.list_messages(studio.db, conversation.id))
    return _ask(studio, person, conversation, tree, message.parent_id, question)


def regenerate(
    studio: Studio, person: Person, conversation: Conversation, answer: Message, model: str | None = None
) -> tuple[Conversation, Generation]:
    """Another answer to the same question, beside the old one; perhaps by another model."""
    tree = Tree(store.list_messages(studio.db, conversation.id))
    asked = tree.get(answer.parent_id) if answer.parent_id else None
    if answer.role != "assistant" or asked is None:
        raise Missing
    question = replace(_as_before(conversation), prompt=asked.text, asset_ids=asked.asset_ids)
    if model:
        question = replace(question, model=model)
    return _answer(studio, person, conversation, tree, asked, question, rows=[])


def continue_answer(
    studio: Studio, person: Person, conversation: Conversation, answer: Message
) -> tuple[Conversation, Generation]:
    """Go on where an unfinished answer stopped: a new answer beside it that begins with what was already said."""
    tree = Tree(store.list_messages(studio.db, conversation.id))
    asked = tree.get(answer.parent_id) if answer.parent_id else None
    if asked is None or answer.generation_id is None:
        raise Missing
    before = generations.get_generation(studio.db, person.id, answer.generation_id)
    if not before.is_finished:
        raise StillAnswering
    question = replace(_as_before(conversation), prompt=asked.text, asset_ids=asked.asset_ids)
    return _answer(studio, person, conversation, tree, asked, question, rows=[], unfinished=before)


def is_answering(studio: Studio, tree: Tree, leaf_id: UUID | None) -> bool:
    """Whether the answer at this end of a branch is being written now."""
    leaf = tree.get(leaf_id) if leaf_id else None
    return (
        leaf is not None
        and leaf.generation_id is not None
        and studio.engine.find(leaf.generation_id) is not None
    )


def checked(question: Question) -> Question:
    """The question with clean words; raises EmptyPrompt or PromptTooLong (both 422, field `prompt`)."""
    prompt = clean(question.prompt).strip()
    if not prompt:
        raise EmptyPrompt
    if len(prompt) > PROMPT_LIMIT:
        raise PromptTooLong(f"That is {len(prompt):,} characters; a question may have {PROMPT_LIMIT:,}.")
    return replace(question, prompt=prompt)


def clean(text: str) -> str:
    """Without NUL and lone surrogates, which no database and no provider takes, and with plain line ends."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def _as_before(conversation: Conversation) -> Question:
    return Question("", conversation.model, conversation.system_prompt, conversation.params)


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
) -> tuple[Conversation, Generation]:
    """Commit everything, then start the engine."""
    model = _able(studio, question)
    history = tree.path_to(asked.parent_id)
    request = _request(studio, person, model, question, history, unfinished)
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
    )
    conversation = replace(
        conversation,
        leaf_id=answer.id,
        model=model.id,
        system_prompt=question.system_prompt,
        params=question.params,
        updated_at=now(),
    )
    end = store.add_conversation(conversation) if is_new else store.continue_conversation(conversation)
    studio.db.write(*rows, store.add_message(answer), generations.add_generation(generation), end)
    prefix = unfinished.text if unfinished else ""
    studio.engine.start_from_thread(generation, studio.provider, request, prefix)
    return conversation, generation


def _able(studio: Studio, question: Question) -> Model:
    """The model, if it can take what is asked; raises UnknownModel or CannotSee."""
    model = studio.catalogue.get(question.model)
    if not model.makes_text:
        raise UnknownModel(f"{model.name} does not write text.")
    if question.asset_ids and not model.can_see:
        raise CannotSee(
            f"{model.name} cannot look at pictures. Choose a model that sees, or leave the picture out."
        )
    return model


def _generation(
    studio: Studio,
    person: Person,
    conversation: Conversation | None,
    model: Model,
    question: Question,
    unfinished: Generation | None,
) -> Generation:
    """The recipe of the answer that is asked for now."""
    return Generation(
        id=new_id(),
        person_id=person.id,
        kind="text",
        state=State.WAITING,
        provider_id=studio.catalogue.provider_id,
        provider=studio.provider.name,
        model=model.id,
        prompt=question.prompt,
        params=accepted_params(model, question),
        price_list=model.pricing,
        input_hashes=assets.list_hashes(studio.db, person.id, question.asset_ids),
        is_simulated=studio.provider.is_simulated,
        asked_at=now(),
        parent_id=unfinished.id if unfinished else None,
        conversation_id=conversation.id if conversation else None,
        message_id=new_id() if conversation else None,
    )


def accepted_params(model: Model, question: Question) -> dict[str, Any]:
    """Only the settings that this model lists: an unknown one is an error at some providers."""
    params = {name: value for name, value in question.params.items() if model.accepts(name)}
    if model.can_reason and question.params.get("reasoning_effort"):
        params["reasoning_effort"] = question.params["reasoning_effort"]
    if model.accepts("max_tokens"):
        params.setdefault("max_tokens", model.default_output_tokens)
    return params


def _request(
    studio: Studio,
    person: Person,
    model: Model,
    question: Question,
    history: list[Message],
    unfinished: Generation | None,
) -> ChatRequest:
    """The words for the provider: system prompt, the branch so far, the question."""
    answers = generations.list_generations(
        studio.db, person.id, [message.generation_id for message in history if message.generation_id]
    )
    messages: list[dict[str, Any]] = []
    if question.system_prompt:
        messages.append({"role": "system", "content": question.system_prompt})
    for message in history:
        if message.role == "user":
            messages.append(_user_words(studio, person, model, message.text, message.asset_ids))
        elif message.generation_id in answers and answers[message.generation_id].text:
            messages.append({"role": "assistant", "content": answers[message.generation_id].text})
    messages.append(_user_words(studio, person, model, question.prompt, question.asset_ids))
    if unfinished and unfinished.text:
        messages.append({"role": "assistant", "content": unfinished.text})
        messages.append({"role": "user", "content": CONTINUE_INSTRUCTION})
    return ChatRequest(model=model.id, messages=messages, params=accepted_params(model, question))


def _user_words(
    studio: Studio, person: Person, model: Model, text: str, asset_ids: tuple[UUID, ...]
) -> dict[str, Any]:
    if not asset_ids or not model.can_see:
        return {"role": "user", "content": text}
    pictures = [
        {"type": "image_url", "image_url": {"url": url}}
        for url in assets.data_urls(studio.db, studio.files, person.id, asset_ids)
    ]
    return {"role": "user", "content": [{"type": "text", "text": text}, *pictures]}
