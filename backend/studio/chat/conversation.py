"""
The nouns: a conversation is a tree of messages; editing a question or asking for another answer makes a branch.

The shown branch is the way from `leaf_id` up to the root. Nothing is ever overwritten: the other branches stay and
can be switched to.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.once.once import Once

PROMPT_LIMIT = 200_000
SYSTEM_PROMPT_LIMIT = 20_000
PICTURES_LIMIT = 8
TITLE_LIMIT = 120
UNDO_DAYS = 30


@dataclass(frozen=True, slots=True)
class Conversation:
    id: UUID
    person_id: UUID
    title: str
    model: str
    system_prompt: str
    params: dict[str, Any]
    leaf_id: UUID | None
    is_pinned: bool
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is the question; an answer's text belongs to its generation."""

    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    role: str
    text: str
    asset_ids: tuple[UUID, ...]
    generation_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: the words, the model, its settings and the pictures; sent again, it is asked `once`."""

    prompt: str
    model: str
    system_prompt: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    asset_ids: tuple[UUID, ...] = ()
    parent_id: UUID | None = None  # the generation this one goes out from
    once: Once | None = None


def search_words(text: str) -> list[str]:
    """The words to look for: lower case and without accents, as the store folds titles; at most eight."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).split()[:8]


class Tree:
    """The messages of one conversation by their place in it."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._by_id = {message.id: message for message in messages}
        self._children: dict[UUID | None, list[Message]] = defaultdict(list)
        for message in sorted(messages, key=lambda message: message.id):
            self._children[message.parent_id].append(message)

    def get(self, message_id: UUID) -> Message | None:
        return self._by_id.get(message_id)

    def path_to(self, message_id: UUID | None) -> list[Message]:
        """From the root down to this message; empty for None."""
        path: list[Message] = []
        while message_id is not None and (message := self._by_id.get(message_id)) is not None:
            path.append(message)
            message_id = message.parent_id
        return path[::-1]

    def siblings(self, message: Message) -> list[Message]:
        """The message and its alternatives, oldest first."""
        return self._children[message.parent_id]

    def newest_leaf_below(self, message: Message) -> Message:
        """Where the branch that was last continued through this message ends."""
        while self._children[message.id]:
            message = self._children[message.id][-1]
        return message
