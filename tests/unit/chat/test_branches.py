"""Branches: a question in other words, another answer, a broken-off one continued; and switching between them."""

from dataclasses import replace

import pytest
from studio.chat import ask, store
from studio.chat.request import CONTINUE_INSTRUCTION
from studio.db import Database
from studio.errors import EmptyPrompt, Missing
from studio.generations.generation import State

from tests.support.studio import Talker, ask_of, begun, count, last_request

pytestmark = pytest.mark.anyio


class TestBranches:
    async def test_editing_a_question_keeps_the_old_words_beside_the_new(
        self, alice: Talker, sandbox_url: str
    ) -> None:
        conversation, _ = await begun(alice, "First?")
        _, second = await alice.do(ask.ask, conversation, ask_of("Second?"))
        await alice.ended(second)
        question = alice.shown(conversation)[2]

        _, other = await alice.do(ask.edit_question, conversation, question, "Better?")
        await alice.ended(other)

        tree = alice.tree(conversation)
        assert [message.text for message in alice.shown(conversation)] == ["First?", "", "Better?", ""]
        assert [message.text for message in tree.siblings(question)] == ["Second?", "Better?"]
        assert [message["content"] for message in last_request(sandbox_url)["messages"]][::2] == [
            "First?",
            "Better?",
        ]

    async def test_editing_the_first_question_makes_a_second_root(self, alice: Talker) -> None:
        conversation, _ = await begun(alice, "First?")
        question = alice.shown(conversation)[0]

        _, other = await alice.do(ask.edit_question, conversation, question, "Better?")
        await alice.ended(other)

        assert [message.text for message in alice.tree(conversation).siblings(question)] == [
            "First?",
            "Better?",
        ]

    async def test_an_empty_edit_changes_nothing(self, alice: Talker, db: Database) -> None:
        conversation, _ = await begun(alice)

        with pytest.raises(EmptyPrompt):
            await alice.do(ask.edit_question, conversation, alice.shown(conversation)[0], "  ")

        assert count(db, "messages") == 2

    async def test_asking_again_puts_another_answer_beside_the_old(
        self, alice: Talker, sandbox_url: str
    ) -> None:
        conversation, first = await begun(alice)
        answer = alice.leaf(conversation)

        _, second = await alice.do(ask.regenerate, conversation, answer, "sandbox/scribe")
        await alice.ended(second)

        assert [message.generation_id for message in alice.tree(conversation).siblings(answer)] == [
            first.id,
            second.id,
        ]
        assert alice.leaf(conversation).generation_id == second.id
        assert alice.generation(second.id).model == "sandbox/scribe"
        assert len(last_request(sandbox_url)["messages"]) == 1

    async def test_asking_a_question_again_is_no_answer(self, alice: Talker) -> None:
        conversation, _ = await begun(alice)

        for verb in (ask.regenerate, ask.continue_answer):
            with pytest.raises(Missing):
                await alice.do(verb, conversation, alice.shown(conversation)[0])

    async def test_switching_goes_to_where_a_branch_was_last_continued(self, alice: Talker) -> None:
        conversation, _ = await begun(alice, "First?")
        first_answer = alice.leaf(conversation)
        _, second = await alice.do(ask.ask, conversation, ask_of("Second?"))
        await alice.ended(second)
        end = alice.leaf(conversation)
        _, other = await alice.do(ask.regenerate, conversation, first_answer)
        await alice.ended(other)

        leaf = alice.tree(conversation).newest_leaf_below(first_answer)
        store.set_leaf(alice.studio.db, conversation.id, leaf.id)

        assert alice.leaf(conversation) == end
        assert [message.text for message in alice.shown(conversation)] == ["First?", "", "Second?", ""]


class TestContinuing:
    async def test_a_stopped_answer_goes_on_where_it_stopped(self, alice: Talker, sandbox_url: str) -> None:
        conversation, generation = await alice.do(
            ask.start_conversation, ask_of("count 1000 at 200 per second", "sandbox/metronome")
        )
        live = alice.studio.engine.find(generation.id)
        assert live is not None
        async for _ in live.watch(0):
            if len(live.text.split()) >= 3:
                break
        await alice.studio.engine.cancel(generation.id)
        stopped = alice.generation(generation.id)

        again = replace(conversation, model="sandbox/sprinter")
        store_conversation = store.continue_conversation(replace(again, leaf_id=alice.leaf(conversation).id))
        alice.studio.db.write(store_conversation)
        _, continued = await alice.do(ask.continue_answer, again, alice.leaf(conversation))
        whole = await alice.ended(continued)

        assert stopped.state is State.CANCELLED
        assert whole.text.startswith(stopped.text)
        assert len(whole.text) > len(stopped.text)
        assert whole.parent_id == stopped.id
        assert last_request(sandbox_url)["messages"][1:] == [
            {"role": "assistant", "content": stopped.text},
            {"role": "user", "content": CONTINUE_INSTRUCTION},
        ]
