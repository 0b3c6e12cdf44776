"""Generations as JSON: ask, look, follow, stop, forget."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from studio.accounts.access import Person, SignedIn, Staying
from studio.accounts.gate import Router
from studio.chat import ask
from studio.chat import store as conversations
from studio.chat.conversation import Conversation, Question
from studio.chat.once import asked_once
from studio.chat.params import params_of_json
from studio.errors import Conflict, Invalid, Starting
from studio.generations import store
from studio.generations.following import cancel_job, job_events
from studio.generations.forgetting import forget as forget_words
from studio.generations.generation import Generation
from studio.generations.made import current_json, whole_json
from studio.generations.streams import event_stream, finished_json_events, json_events, resume_after
from studio.images import wish as images
from studio.images.asked import wish_of_json
from studio.images.wish import Wish
from studio.once.once import BegunBefore, Once, begun_before, once_of_header
from studio.videos import wish as videos
from studio.videos.asked import wish_of_json as video_wish_of_json
from studio.videos.wish import Wish as VideoWish
from studio.wiring import Studio, Wired

router = Router(prefix="/api/generations")


class NotYetRunning(Starting):
    """It is stored and does not run yet, or no more: for the moment between two commits."""

    code = "not_yet_running"
    text = "This answer has not begun yet. Please look again in a moment."


class Asked(BaseModel):
    """The body of a request for a generation; an estimate takes the same."""

    model_config = ConfigDict(extra="forbid")

    kind: str = "text"
    model: str
    prompt: str
    params: dict[str, Any] | None = None
    system_prompt: str | None = None
    conversation_id: UUID | None = None
    parent_id: UUID | None = None
    input_asset_ids: list[UUID] = Field(default_factory=list)

    def question(self, conversation: Conversation | None, once: Once | None = None) -> Question:
        """What is asked; instructions and settings that are left out are those of the conversation."""
        if self.kind != "text":
            raise Invalid("This studio makes text, pictures and videos: text, image, video.", field="kind")
        given = dict(self.params or {})
        told = given.pop("system_prompt", None)  # as the recipe of an answer has it
        if told is not None and not isinstance(told, str):
            raise Invalid("The instructions are a text.", field="system_prompt")
        usual = conversation.system_prompt if conversation else ""
        return Question(
            prompt=self.prompt,
            model=self.model,
            system_prompt=next(text for text in (self.system_prompt, told, usual) if text is not None),
            params=conversation.params if conversation and self.params is None else params_of_json(given),
            asset_ids=tuple(self.input_asset_ids),
            parent_id=self.parent_id,
            once=once,
        )

    def wish(self, studio: Studio) -> Wish:
        """The pictures that are asked for."""
        return wish_of_json(studio, **self._wished("Pictures"))

    def video_wish(self, studio: Studio) -> VideoWish:
        """The video that is asked for."""
        return video_wish_of_json(studio, **self._wished("Videos"))

    def _wished(self, what: str) -> dict[str, Any]:
        for name in ("conversation_id", "system_prompt"):
            if getattr(self, name) is not None:
                raise Invalid(f"{what} are made outside conversations: leave {name} out.", field=name)
        return {
            "prompt": self.prompt,
            "model": self.model,
            "params": self.params,
            "input_asset_ids": self.input_asset_ids,
            "parent_id": self.parent_id,
        }


def asked_in(studio: Studio, person: Person, asked: Asked) -> Conversation | None:
    """The conversation that a request names; raises Missing if it is not this person's."""
    if asked.conversation_id is None:
        return None
    return conversations.get_conversation(studio.db, person.id, asked.conversation_id)


@router.post("", status_code=201, name="generations.add")
async def add(
    asked: Asked, person: SignedIn, studio: Wired, idempotency_key: Annotated[str | None, Header()] = None
) -> dict[str, Any]:
    """
    Ask for a text, for pictures or for a video; answers as soon as it is stored, with its id and state.

    The same body sent again with the same `Idempotency-Key` within a day is answered with the generation that it began,
    as it is now; another body with that key is refused (422, `idempotency_key_reused`).
    """
    once = once_of_header(person.id, idempotency_key, "generations", asked.model_dump(mode="json"))
    if once is not None:
        before = await studio.read(begun_before, studio.db, once)
        if before is not None:
            return await studio.read(show, before, person, studio)
    if asked.kind == images.KIND:
        return await studio.read(_add_pictures, studio, person, asked, once)
    if asked.kind == videos.KIND:
        return await studio.read(_add_video, studio, person, asked, once)
    if asked.conversation_id is not None:
        return await studio.read(_add_in_conversation, studio, person, asked, once)
    try:
        return (await ask.generate(studio, person, asked.question(None, once))).as_json()
    except BegunBefore as error:
        return await studio.read(show, error.generation_id, person, studio)


@router.get("/{generation_id}", name="generations.show")
def show(generation_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """The generation as it is now, with the words so far while it runs."""
    return whole_json(studio.db, _now(studio, person, generation_id))


@router.get("/{generation_id}/events", name="generations.events")
async def events(
    generation_id: UUID,
    person: SignedIn,
    staying: Staying,
    studio: Wired,
    after: int = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """
    Server-sent events: `delta` with text and reasoning, numbered; at last `done` with the generation.

    Reconnecting with `Last-Event-ID` (or `?after=`) continues behind that piece. What a job makes sends `progress`
    in place of `delta`.
    """
    number = resume_after(last_event_id, after)
    live = studio.engine.find(generation_id)
    if live is not None and live.generation.person_id == person.id:
        return event_stream(json_events(live, number), staying)
    generation = await studio.read(store.get_generation, studio.db, person.id, generation_id)
    if generation.kind != "text":
        return event_stream(job_events(studio, person.id, generation_id), staying)
    if not generation.is_finished:
        raise NotYetRunning
    return event_stream(finished_json_events(generation, number), staying)


@router.post("/{generation_id}/cancellation", name="generations.cancellation")
async def cancel(generation_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """Stop it; what came until then stays. One that has ended is left as it is."""
    generation = await studio.read(store.get_generation, studio.db, person.id, generation_id)
    if generation.kind == "text":
        await studio.engine.cancel(generation_id)
    else:
        await cancel_job(studio, generation)
    return await studio.read(current_json, studio.db, person.id, generation_id)


@router.delete("/{generation_id}", status_code=204, name="generations.forget")
def forget(generation_id: UUID, person: SignedIn, studio: Wired) -> None:
    """Forget a finished generation outside any conversation, with what it made; what it cost stays in the books."""
    generation = store.get_generation(studio.db, person.id, generation_id)
    if not generation.is_finished:
        raise Conflict("It is still being made. Stop it first.")
    if generation.conversation_id is not None:
        raise Conflict("It belongs to a conversation. Delete that.")
    forget_words(studio.db, generation_id)


def _add_pictures(studio: Studio, person: Person, asked: Asked, once: Once | None) -> dict[str, Any]:
    return images.request_pictures(studio, person, asked.wish(studio), once).as_json()


def _add_video(studio: Studio, person: Person, asked: Asked, once: Once | None) -> dict[str, Any]:
    return videos.request_video(studio, person, asked.video_wish(studio), once).as_json()


def _add_in_conversation(studio: Studio, person: Person, asked: Asked, once: Once | None) -> dict[str, Any]:
    conversation = asked_in(studio, person, asked)
    assert conversation is not None
    question = asked.question(conversation, once)
    begun = asked_once(
        studio,
        person,
        once,
        lambda: ask.ask(studio, person, conversation, question),
    )
    return begun.generation.as_json()


def _now(studio: Studio, person: Person, generation_id: UUID) -> Generation:
    live = studio.engine.find(generation_id)
    if live is not None and live.generation.person_id == person.id:
        # A copy: the event loop writes to the generation, and this is a thread.
        return replace(live.generation, text=live.text, reasoning=live.reasoning)
    return store.get_generation(studio.db, person.id, generation_id)
