"""The price on the button against what the sandbox then charges."""

import io

import pytest
from PIL import Image
from studio.assets import assets
from studio.assets.picture import take_in_picture
from studio.chat import ask
from studio.chat.composer import form_of
from studio.chat.estimates import estimate, estimate_question
from studio.chat.forms import ComposerForm
from studio.generations.generation import State

from tests.support.studio import Talker, ask_of

pytestmark = pytest.mark.anyio

HARD_TO_READ = [
    "a b c d e f " * 300,
    "!?" * 500,
    "\U0001f37d" * 300,
    "盘子为什么会叠起来？" * 50,
    "0123456789" * 100,
    "x",
]


@pytest.mark.parametrize("prompt", HARD_TO_READ)
@pytest.mark.parametrize("name", ["scribe", "thinker"])
async def test_no_answer_costs_more_than_its_worst_case(alice: Talker, name: str, prompt: str) -> None:
    question = ask_of(prompt, f"sandbox/{name}", system_prompt="Be brief. " * 20)
    model = alice.studio.catalogue.get(question.model)
    found = estimate_question(alice.studio, model, question, None)

    ended = await alice.ended(await alice.do(ask.generate, question))

    assert ended.state is State.DONE
    assert found.worst_usd is not None and ended.outcome.cost_usd is not None
    assert 0 < ended.outcome.cost_usd <= found.worst_usd
    assert ended.outcome.input_tokens is not None and ended.outcome.input_tokens <= found.input_tokens


async def test_the_whole_branch_is_paid_for_again_with_each_question(alice: Talker) -> None:
    conversation, generation = await alice.do(
        ask.start_conversation, ask_of("First? " * 100, "sandbox/scribe")
    )
    await alice.ended(generation)
    conversation = alice.again(conversation)
    form = form_of(conversation)
    form.prompt = "Second?"

    alone, inside = estimate(alice.studio, form, None), estimate(alice.studio, form, conversation)
    _, second = await alice.do(ask.ask, conversation, ask_of("Second?", "sandbox/scribe"))
    ended = await alice.ended(second)

    assert alone and inside and alone.worst_usd and inside.worst_usd and ended.outcome.cost_usd
    assert inside.input_tokens > alone.input_tokens + 700
    assert ended.outcome.cost_usd <= inside.worst_usd


async def test_pictures_are_in_the_worst_case(alice: Talker) -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(data, "PNG")
    data.seek(0)
    studio = alice.studio
    taken = take_in_picture(studio.files, data, 1_000_000)
    picture = assets.keep_picture(studio.db, alice.who.id, taken, "red.png")
    question = ask_of("What is this?", "sandbox/seer", asset_ids=(picture.id,))
    found = estimate_question(studio, studio.catalogue.get("sandbox/seer"), question, None)

    ended = await alice.ended(await alice.do(ask.generate, question))

    assert "64" in ended.text
    assert ended.input_hashes == [picture.sha256]
    assert found.worst_usd and ended.outcome.cost_usd and ended.outcome.cost_usd <= found.worst_usd


async def test_an_unpriced_model_has_a_price_that_is_not_known(alice: Talker) -> None:
    found = estimate(alice.studio, ComposerForm(prompt="x", model="sandbox/unpriced"), None)

    assert found is not None
    assert (found.worst_usd, found.likely_usd) == (None, None)


async def test_a_model_that_nobody_knows_has_no_estimate(alice: Talker) -> None:
    assert estimate(alice.studio, ComposerForm(prompt="x", model="sandbox/nobody"), None) is None


@pytest.mark.parametrize("typed", ["", "nonsense", "-1", "0", "9" * 4000, "１２", "1e3"])
async def test_a_limit_that_is_being_typed_is_no_mistake_yet(alice: Talker, typed: str) -> None:
    form = ComposerForm(prompt="x", model="sandbox/scribe", max_tokens=typed)

    found = estimate(alice.studio, form, None)

    assert found is not None
    assert found.output_tokens == 8_192
