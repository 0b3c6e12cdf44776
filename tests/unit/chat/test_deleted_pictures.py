"""A picture that was deleted is not sent again, and no conversation breaks for the lack of it."""

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from studio.assets import assets
from studio.assets.orphans import collect
from studio.assets.picture import take_in_picture
from studio.chat import ask
from studio.chat.estimates import estimate_question
from studio.errors import Missing, PictureDeleted
from studio.gallery import verbs
from studio.moments import now

from tests.support.studio import Talker, ask_of, begun, last_request

pytestmark = pytest.mark.anyio
SEES = "sandbox/seer"


async def keep(talker: Talker, colour: str = "teal") -> UUID:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(file, "PNG")
    file.seek(0)

    def take_in() -> UUID:
        picture = take_in_picture(talker.studio.files, file, 1_000_000)
        return assets.keep_picture(talker.studio.db, talker.who.id, picture, f"{colour}.png").id

    return await asyncio.to_thread(take_in)


async def bin_(talker: Talker, *ids: UUID) -> None:
    await asyncio.to_thread(verbs.delete, talker.studio.db, talker.who.id, ids)


async def bring_back(talker: Talker, *ids: UUID) -> None:
    await asyncio.to_thread(verbs.restore, talker.studio.db, talker.who.id, ids)


async def purge(talker: Talker, *ids: UUID) -> None:
    """As it is a month later: out of the bin, and every file that nobody names collected."""
    await bin_(talker, *ids)

    def work() -> None:
        verbs.empty_bin(talker.studio.db, now() + timedelta(days=31))
        collect(talker.studio.db, talker.studio.files, deleted_before=now(), idle_seconds=-1)

    await asyncio.to_thread(work)


def pictures_sent(sandbox_url: str) -> list[int]:
    """How many pictures came with each question, oldest first."""
    contents = [
        message["content"] for message in last_request(sandbox_url)["messages"] if message["role"] == "user"
    ]
    return [
        0 if isinstance(content, str) else sum(part["type"] == "image_url" for part in content)
        for content in contents
    ]


@pytest.mark.parametrize("leave", [bin_, purge])
class TestAskingAgain:
    async def test_another_answer_is_asked_for_without_it_and_says_so(
        self, alice: Talker, sandbox_url: str, leave: Any
    ) -> None:
        gone, kept = await keep(alice, "red"), await keep(alice, "blue")
        conversation, first = await begun(alice, model=SEES, asset_ids=(gone, kept))
        assert pictures_sent(sandbox_url) == [2]
        await leave(alice, gone)

        _, second = await alice.do(ask.regenerate, conversation, alice.leaf(conversation))
        second = await alice.ended(second)

        assert pictures_sent(sandbox_url) == [1]
        assert second.input_hashes == first.input_hashes[1:]
        question, answer = alice.shown(conversation)
        assert question.asset_ids == (gone, kept)
        assert answer.left_out_ids == (gone,)

    async def test_other_words_are_asked_without_it_and_keep_its_place(
        self, alice: Talker, sandbox_url: str, leave: Any
    ) -> None:
        gone = await keep(alice)
        conversation, _ = await begun(alice, model=SEES, asset_ids=(gone,))
        await leave(alice, gone)

        _, generation = await alice.do(
            ask.edit_question, conversation, alice.shown(conversation)[0], "Other words?"
        )
        await alice.ended(generation)

        assert pictures_sent(sandbox_url) == [0]
        question, answer = alice.shown(conversation)
        assert (question.asset_ids, answer.left_out_ids) == ((gone,), (gone,))

    async def test_a_question_further_on_goes_without_it_and_says_so(
        self, alice: Talker, sandbox_url: str, leave: Any
    ) -> None:
        gone = await keep(alice)
        conversation, _ = await begun(alice, model=SEES, asset_ids=(gone,))
        await leave(alice, gone)

        _, generation = await alice.do(ask.ask, conversation, ask_of("And now?", model=SEES))
        await alice.ended(generation)

        assert pictures_sent(sandbox_url) == [0, 0]
        assert alice.leaf(conversation).left_out_ids == (gone,)

    async def test_a_model_that_does_not_see_can_answer_now(self, alice: Talker, leave: Any) -> None:
        gone = await keep(alice)
        conversation, _ = await begun(alice, model=SEES, asset_ids=(gone,))
        await leave(alice, gone)

        _, generation = await alice.do(
            ask.regenerate, conversation, alice.leaf(conversation), "sandbox/sprinter"
        )

        assert (await alice.ended(generation)).text

    async def test_a_broken_off_answer_is_continued_without_it(
        self, alice: Talker, sandbox_url: str, leave: Any
    ) -> None:
        gone = await keep(alice)
        conversation, _ = await begun(alice, model=SEES, asset_ids=(gone,), params={"max_tokens": 3})
        await leave(alice, gone)

        _, generation = await alice.do(ask.continue_answer, conversation, alice.leaf(conversation))
        await alice.ended(generation)

        assert pictures_sent(sandbox_url)[0] == 0
        assert alice.leaf(conversation).left_out_ids == (gone,)

    async def test_the_price_of_a_question_does_not_count_it(self, alice: Talker, leave: Any) -> None:
        gone = await keep(alice)
        conversation, _ = await begun(alice, model=SEES, asset_ids=(gone,))
        model, question = alice.studio.catalogue.get(SEES), ask_of("And now?", model=SEES)

        def worst() -> Any:
            return estimate_question(alice.studio, model, question, alice.again(conversation)).worst_usd

        with_it = worst()
        await leave(alice, gone)

        assert worst() < with_it


async def test_what_comes_back_from_the_bin_is_sent_again(alice: Talker, sandbox_url: str) -> None:
    picture = await keep(alice)
    conversation, first = await begun(alice, model=SEES, asset_ids=(picture,))
    await bin_(alice, picture)
    _, without = await alice.do(ask.regenerate, conversation, alice.leaf(conversation))
    await alice.ended(without)
    await bring_back(alice, picture)

    _, again = await alice.do(ask.regenerate, conversation, alice.leaf(conversation))
    again = await alice.ended(again)

    assert pictures_sent(sandbox_url) == [1]
    assert again.input_hashes == first.input_hashes
    assert alice.leaf(conversation).left_out_ids == ()


async def test_choosing_a_deleted_one_for_a_new_question_is_a_mistake_that_is_told(alice: Talker) -> None:
    in_bin, gone = await keep(alice, "red"), await keep(alice, "blue")
    conversation, _ = await begun(alice, model=SEES, asset_ids=(in_bin,))
    await purge(alice, gone)
    await bin_(alice, in_bin)

    for asset_id, error in ((in_bin, PictureDeleted), (gone, Missing)):
        question = ask_of("This one?", model=SEES, asset_ids=(asset_id,))
        with pytest.raises(error) as refused:
            await alice.do(ask.ask, conversation, question)
        assert refused.value.field == "pictures"
    assert len(alice.shown(conversation)) == 2
