"""A conversation too long to be typed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from studio.chat import store
from studio.chat.conversation import Conversation, Message
from studio.generations import store as generations
from studio.generations.ending import end_all
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.moments import now

from tests.support.people import Caller
from tests.support.talking import Begun, Talk

ANSWER = "**Answer** number {number}:\n\n- one\n- two\n\n" + "Words and words. " * 60


def conversation_of(talk: Talk, who: Caller, questions: int) -> Begun:
    """A conversation of so many questions and answers, written as the verbs write them."""
    db, moment, person_id = talk.studio.db, now(), UUID(who.id)
    conversation = Conversation(
        new_id(), person_id, "A long talk", "sandbox/scribe", "", {}, None, False, moment, moment
    )
    rows, ended = [], []
    parent = question = answer = generation_id = None
    for number in range(questions):
        question, answer, generation_id = new_id(), new_id(), new_id()
        rows.append(
            store.add_message(
                Message(question, conversation.id, parent, "user", f"Question {number}?", (), None, moment)
            )
        )
        rows.append(
            store.add_message(
                Message(answer, conversation.id, question, "assistant", "", (), generation_id, moment)
            )
        )
        generation = Generation(
            generation_id, person_id, "text", State.WAITING, talk.studio.catalogue.provider_id, "Sandbox",
            "sandbox/scribe", f"Question {number}?", {}, True, moment, conversation_id=conversation.id,
            message_id=answer,
        )  # fmt: skip
        rows.append(generations.add_generation(generation))
        out = replace(
            generation.outcome, cost_usd=Decimal("0.001"), finished_at=moment + timedelta(seconds=1)
        )
        text = ANSWER.format(number=number)
        ended.append(
            replace(generation, state=State.DONE, reason="stop", text=text, last_piece=3, outcome=out)
        )
        parent = answer
    db.write(*rows, store.add_conversation(conversation))
    end_all(db, ended)
    assert answer is not None
    store.set_leaf(db, conversation.id, answer)
    return Begun(str(conversation.id), str(question), str(answer), str(generation_id))


@pytest.fixture(scope="module")
def long(talk: Talk) -> Begun:
    """300 messages."""
    return conversation_of(talk, talk.alice, 150)
