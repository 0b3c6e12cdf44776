"""What the provider is told: the instructions, the branch so far with its pictures, the question, the settings."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import assets
from studio.assets.store import list_assets
from studio.catalogue.model import Model
from studio.chat.conversation import Message, Question
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.providers import ChatRequest
from studio.wiring import Studio

CONTINUE_INSTRUCTION = (
    "Your last answer was cut off. Continue it exactly where it stopped, without repeating anything and without "
    "any introduction."
)


def chat_request(
    studio: Studio,
    person: Person,
    model: Model,
    question: Question,
    history: list[Message],
    unfinished: Generation | None,
) -> ChatRequest:
    """The request, read together in two queries however long the branch is."""
    answers = generations.list_generations(
        studio.db, person.id, [message.generation_id for message in history if message.generation_id]
    )
    urls = _picture_urls(studio, person, model, question, history)
    messages: list[dict[str, Any]] = []
    if question.system_prompt:
        messages.append({"role": "system", "content": question.system_prompt})
    for message in history:
        if message.role == "user":
            messages.append(_user_words(message.text, message.asset_ids, urls))
        elif message.generation_id in answers and answers[message.generation_id].text:
            messages.append({"role": "assistant", "content": answers[message.generation_id].text})
    messages.append(_user_words(question.prompt, question.asset_ids, urls))
    if unfinished and unfinished.text:
        messages.append({"role": "assistant", "content": unfinished.text})
        messages.append({"role": "user", "content": CONTINUE_INSTRUCTION})
    return ChatRequest(model=model.id, messages=messages, params=accepted_params(model, question))


def without_deleted(
    studio: Studio, person: Person, question: Question, history: list[Message]
) -> tuple[Question, tuple[UUID, ...]]:
    """The question with those of its pictures that may be sent, and all of its branch that may not any more."""
    asked_before = question.asset_ids if question.is_again else ()
    named = [*(asset_id for message in history for asset_id in message.asset_ids), *asked_before]
    known = list_assets(studio.db, person.id, named)
    if question.is_again:
        question = replace(question, asset_ids=tuple(id_ for id_ in question.asset_ids if id_ in known))
    return question, tuple(asset_id for asset_id in dict.fromkeys(named) if asset_id not in known)


def accepted_params(model: Model, question: Question) -> dict[str, Any]:
    """Only the settings that this model lists: an unknown one is an error at some providers."""
    params = {name: value for name, value in question.params.items() if model.accepts(name)}
    if model.can_reason and question.params.get("reasoning_effort"):
        params["reasoning_effort"] = question.params["reasoning_effort"]
    if model.accepts("max_tokens"):
        params.setdefault("max_tokens", model.default_output_tokens)
    return params


def _picture_urls(
    studio: Studio, person: Person, model: Model, question: Question, history: list[Message]
) -> dict[UUID, str]:
    """The pictures of all questions as data URLs by id; none for a model that does not see."""
    if not model.can_see:
        return {}
    ids = [asset_id for message in history for asset_id in message.asset_ids]
    return assets.data_urls(studio.db, studio.files, person.id, [*ids, *question.asset_ids])


def _user_words(text: str, asset_ids: tuple[UUID, ...], urls: dict[UUID, str]) -> dict[str, Any]:
    pictures = [
        {"type": "image_url", "image_url": {"url": urls[asset_id]}}
        for asset_id in asset_ids
        if asset_id in urls
    ]
    return {"role": "user", "content": [{"type": "text", "text": text}, *pictures] if pictures else text}
