"""Talking: what each verb writes, shows and asks of the provider."""

import asyncio
from typing import Any

import pytest
from studio.chat import ask, store
from studio.chat.asking import StillAnswering
from studio.db import Database
from studio.errors import CannotSee, EmptyPrompt, Invalid, Missing, PromptTooLong, UnknownModel
from studio.generations.generation import State
from studio.ids import new_id

from tests.support.studio import ENDLESS, Talker, ask_of, begun, count, last_request

pytestmark = pytest.mark.anyio


class TestBeginning:
    async def test_a_question_makes_a_conversation_with_two_messages_and_its_title(
        self, alice: Talker
    ) -> None:
        conversation, generation = await begun(alice, "**Seven soups** for a winter party")

        question, answer = alice.shown(conversation)
        assert alice.again(conversation).title == "Seven soups for a winter party"
        assert (question.role, question.text, question.parent_id) == (
            "user",
            "**Seven soups** for a winter party",
            None,
        )
        assert (answer.role, answer.parent_id, answer.generation_id) == (
            "assistant",
            question.id,
            generation.id,
        )
        assert generation.state is State.DONE
        assert (generation.conversation_id, generation.message_id) == (conversation.id, answer.id)
        assert generation.price_list["prompt"] == "0"
        assert generation.is_simulated

    async def test_everything_is_stored_before_the_provider_hears_of_it(self, alice: Talker) -> None:
        conversation, generation = await alice.do(
            ask.start_conversation, ask_of(ENDLESS, "sandbox/metronome")
        )

        assert len(alice.shown(conversation)) == 2
        assert alice.generation(generation.id).prompt == ENDLESS
        await alice.studio.engine.cancel(generation.id)

    @pytest.mark.parametrize(
        ("question", "error", "field"),
        [
            (ask_of(""), EmptyPrompt, "prompt"),
            (ask_of(" \n\t\x00 "), EmptyPrompt, "prompt"),
            (ask_of("x" * 200_001), PromptTooLong, "prompt"),
            (ask_of(model="sandbox/nobody"), UnknownModel, "model"),
            (ask_of(model=""), UnknownModel, "model"),
            (ask_of(system_prompt="x" * 20_001), Invalid, "system_prompt"),
            (ask_of(asset_ids=(new_id(),)), CannotSee, "pictures"),
            (ask_of(asset_ids=(new_id(),), model="sandbox/seer"), Missing, "pictures"),
            (ask_of(asset_ids=tuple(new_id() for _ in range(9)), model="sandbox/seer"), Invalid, "pictures"),
            (ask_of(parent_id=new_id()), Missing, "parent_id"),
        ],
    )
    async def test_a_bad_question_leaves_nothing_behind(
        self, alice: Talker, db: Database, question: Any, error: type[Exception], field: str
    ) -> None:
        with pytest.raises(error) as refused:
            await alice.do(ask.start_conversation, question)

        assert refused.value.field == field  # type: ignore[attr-defined]
        assert [count(db, table) for table in ("conversations", "messages", "generations")] == [0, 0, 0]

    async def test_the_longest_question_there_may_be_is_taken(self, alice: Talker) -> None:
        conversation, _ = await begun(alice, "é" * 200_000)

        assert len(alice.shown(conversation)[0].text) == 200_000

    async def test_what_no_database_takes_is_cleaned_out_of_the_words(self, alice: Talker) -> None:
        conversation, generation = await begun(
            alice, "a\x00b\r\nc\rd\ud83d\U0001f37d ", system_prompt="\x00s\udc00"
        )

        assert alice.shown(conversation)[0].text == generation.prompt == "ab\nc\nd?\U0001f37d"
        assert alice.again(conversation).system_prompt == "s?"

    async def test_only_settings_that_the_model_has_are_sent_and_kept(
        self, alice: Talker, sandbox_url: str
    ) -> None:
        params = {"temperature": 0.5, "seed": 3, "reasoning_effort": "high"}

        conversation, generation = await begun(
            alice, "count 3 at 1000 per second", model="sandbox/metronome", params=params
        )

        assert set(generation.params) == {"max_tokens"}
        assert "temperature" not in last_request(sandbox_url)
        assert alice.again(conversation).params == params, "another model may have them"


class TestAskingOn:
    async def test_the_provider_hears_the_instructions_and_the_branch_so_far(
        self, alice: Talker, sandbox_url: str
    ) -> None:
        conversation, first = await begun(alice, "First?", system_prompt="Be brief.")

        _, second = await alice.do(ask.ask, conversation, ask_of("Second?", system_prompt="Be briefer."))
        await alice.ended(second)

        assert last_request(sandbox_url)["messages"] == [
            {"role": "system", "content": "Be briefer."},
            {"role": "user", "content": "First?"},
            {"role": "assistant", "content": first.text},
            {"role": "user", "content": "Second?"},
        ]
        assert [message.text for message in alice.shown(conversation)] == ["First?", "", "Second?", ""]

    async def test_a_question_while_the_answer_grows_is_refused_and_leaves_nothing(
        self, alice: Talker, db: Database
    ) -> None:
        conversation, generation = await alice.do(
            ask.start_conversation, ask_of(ENDLESS, "sandbox/metronome")
        )
        question, answer = alice.shown(conversation)

        for verb in (
            alice.do(ask.ask, conversation, ask_of("Impatient?")),
            alice.do(ask.edit_question, conversation, question, "Other words?"),
            alice.do(ask.regenerate, conversation, answer),
            alice.do(ask.continue_answer, conversation, answer),
        ):
            with pytest.raises(StillAnswering):
                await verb

        assert count(db, "messages") == 2
        await alice.studio.engine.cancel(generation.id)

    async def test_many_clicks_at_once_become_one_answer(self, alice: Talker, db: Database) -> None:
        conversation, _ = await begun(alice)

        asked = [alice.do(ask.ask, conversation, ask_of(ENDLESS, "sandbox/metronome")) for _ in range(12)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)

        answered = [outcome for outcome in outcomes if not isinstance(outcome, StillAnswering)]
        assert len(answered) == 1
        assert isinstance(answered[0], tuple), answered
        assert count(db, "generations") == 2
        await alice.studio.engine.cancel(answered[0][1].id)

    async def test_a_conversation_that_was_read_long_ago_is_continued_at_its_present_end(
        self, alice: Talker
    ) -> None:
        stale, _ = await begun(alice)
        _, second = await alice.do(ask.ask, stale, ask_of("Second?"))
        await alice.ended(second)

        _, third = await alice.do(ask.ask, stale, ask_of("Third?"))
        await alice.ended(third)

        assert [message.text for message in alice.shown(stale)][::2] == [
            "Why do plates stack?",
            "Second?",
            "Third?",
        ]

    async def test_one_that_was_deleted_meanwhile_is_missing(self, alice: Talker) -> None:
        conversation, _ = await begun(alice)
        store.set_deleted(alice.studio.db, conversation.id, conversation.created_at)

        with pytest.raises(Missing):
            await alice.do(ask.ask, conversation, ask_of())

    async def test_asking_takes_an_archived_conversation_back(self, alice: Talker) -> None:
        conversation, _ = await begun(alice)
        store.set_archived(alice.studio.db, conversation.id, conversation.created_at)

        _, generation = await alice.do(ask.ask, conversation, ask_of())
        await alice.ended(generation)

        assert alice.again(conversation).archived_at is None

    async def test_a_failed_answer_is_no_part_of_what_is_told(self, alice: Talker, sandbox_url: str) -> None:
        conversation, failed = await begun(alice, "Refuse this", model="sandbox/refuses")

        _, second = await alice.do(ask.ask, conversation, ask_of("Second?"))
        await alice.ended(second)

        assert failed.state is State.FAILED
        assert [message["role"] for message in last_request(sandbox_url)["messages"]] == ["user", "user"]


class TestOutsideConversations:
    async def test_a_generation_of_its_own_belongs_to_nothing(self, alice: Talker, db: Database) -> None:
        generation = await alice.do(ask.generate, ask_of())
        ended = await alice.ended(generation)

        assert (ended.conversation_id, ended.message_id, ended.state) == (None, None, State.DONE)
        assert count(db, "conversations") == 0

    async def test_its_parent_is_remembered_if_it_is_ones_own(self, alice: Talker, bob: Talker) -> None:
        first = await alice.ended(await alice.do(ask.generate, ask_of()))

        second = await alice.ended(await alice.do(ask.generate, ask_of(parent_id=first.id)))

        assert second.parent_id == first.id
        with pytest.raises(Missing):
            await bob.do(ask.generate, ask_of(parent_id=first.id))


async def test_nobody_reads_what_is_not_theirs(alice: Talker, bob: Talker, db: Database) -> None:
    conversation, generation = await begun(alice)
    answer = alice.leaf(conversation)

    for read in (
        lambda: store.get_conversation(db, bob.who.id, conversation.id),
        lambda: store.get_message(db, bob.who.id, answer.id),
        lambda: bob.generation(generation.id),
    ):
        with pytest.raises(Missing):
            read()
    with pytest.raises(Missing):
        await bob.do(ask.ask, conversation, ask_of())
    assert store.list_conversations(db, bob.who.id) == []


async def test_no_message_is_an_orphan_after_all_verbs(alice: Talker, db: Database) -> None:
    conversation, _ = await begun(alice, "First?")
    for verb, more in (
        (ask.ask, (ask_of("Second?"),)),
        (ask.edit_question, (alice.shown(conversation)[0], "Better?")),
        (ask.regenerate, (alice.shown(conversation)[1],)),
    ):
        _, generation = await alice.do(verb, conversation, *more)
        await alice.ended(generation)

    with db.read() as cursor:
        orphans = cursor.execute(
            """
            SELECT m.id FROM messages m
            LEFT JOIN messages p ON p.id = m.parent_id
            LEFT JOIN generations g ON g.id = m.generation_id
            LEFT JOIN conversations c ON c.id = m.conversation_id
            WHERE c.id IS NULL OR (m.parent_id IS NOT NULL AND p.id IS NULL)
                OR (m.role = 'assistant' AND (g.id IS NULL OR g.message_id <> m.id))
            """
        ).fetchall()
    assert orphans == []
