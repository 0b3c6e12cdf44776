"""What may be asked for, and what is written when it is."""

import asyncio

import pytest
from PIL import Image
from studio.assets import assets
from studio.assets.picture import take_in_picture
from studio.catalogue.model import Model
from studio.errors import EmptyPrompt, Invalid, Missing, PromptTooLong, StudioError, UnknownModel
from studio.generations.generation import State
from studio.ids import new_id
from studio.images.asked import wish_of_json
from studio.images.wish import LASTS, PROMPT_LIMIT, Wish, estimate_wish, request_pictures
from studio.jobs.errors import TooManyWaiting
from studio.jobs.jobs import MOST_WAITING
from studio.jobs.store.rows import add_job

from tests.support.images import PAINTER, RETOUCHER, SKETCHER, ask, job_of, wish_of
from tests.support.jobs import wanted
from tests.support.studio import Talker, count, person

pytestmark = pytest.mark.anyio


def picture(talker: Talker, colour: str = "red") -> assets.Asset:
    file = talker.studio.settings.data_dir / f"{colour}.png"
    Image.new("RGB", (32, 32), colour).save(file)
    with file.open("rb") as stream:
        taken = take_in_picture(talker.studio.files, stream, 10**6)
    return assets.keep_picture(talker.studio.db, talker.who.id, taken, f"{colour}.png")


async def test_a_wish_is_a_generation_and_a_job_that_knows_all_it_needs(alice: Talker) -> None:
    generation = await ask(alice, "A jug", PAINTER, settings={"n": 2, "aspect_ratio": "3:2"})

    job = job_of(alice, generation)
    assert (generation.state, generation.kind, generation.is_simulated) == (State.WAITING, "image", True)
    assert alice.generation(generation.id).params == generation.params
    assert generation.price_list["image"]
    assert (job.kind, job.step, job.notes["way"]) == ("image", "ready", "images")
    assert job.deadline_at == generation.asked_at + LASTS
    assert job.pace == 'sandbox/painter {"n":2}'


async def test_a_model_that_takes_a_seed_is_given_one(alice: Talker) -> None:
    painted, sketched = await ask(alice, model=PAINTER), await ask(alice, model=SKETCHER)
    chosen = await ask(alice, model=PAINTER, settings={"seed": 0})

    assert 0 <= painted.params["seed"] < 2**31
    assert "seed" not in sketched.params
    assert chosen.params["seed"] == 0


@pytest.mark.parametrize(
    ("prompt", "error"), [(" \n ", EmptyPrompt), ("x" * (PROMPT_LIMIT + 1), PromptTooLong)]
)
async def test_a_prompt_is_needed_and_has_an_end(
    alice: Talker, prompt: str, error: type[StudioError]
) -> None:
    with pytest.raises(error) as raised:
        await ask(alice, prompt)

    assert raised.value.field == "prompt"
    assert (count(alice.studio.db, "generations"), count(alice.studio.db, "jobs")) == (0, 0)


async def test_a_model_that_only_changes_pictures_wants_one(alice: Talker) -> None:
    with pytest.raises(Invalid, match="changes pictures"):
        await ask(alice, model=RETOUCHER)


async def test_a_model_that_takes_words_alone_refuses_a_picture(alice: Talker) -> None:
    source = picture(alice)

    with pytest.raises(Invalid, match="takes no pictures") as raised:
        await ask(alice, model=SKETCHER, inputs=(source.id,))

    assert raised.value.field == "pictures"


async def test_somebody_elses_picture_and_one_that_is_not_there_are_both_missing(alice: Talker) -> None:
    bob = Talker(alice.studio, person("Bob"))
    sentences = []

    for asset_id in (picture(bob).id, new_id()):
        with pytest.raises(Missing) as raised:
            await ask(alice, model=PAINTER, inputs=(asset_id,))
        sentences.append(raised.value.text)

    assert sentences[0] == sentences[1]
    assert count(alice.studio.db, "jobs") == 0


async def test_somebody_elses_generation_is_no_parent(alice: Talker) -> None:
    bobs = await ask(Talker(alice.studio, person("Bob")))

    with pytest.raises(Missing):
        await ask(alice, parent_id=bobs.id)


async def test_the_line_of_one_person_has_an_end(alice: Talker) -> None:
    rows = [add_job(wanted("image", alice.who.id)) for _ in range(MOST_WAITING)]
    alice.studio.db.write(*rows)

    with pytest.raises(TooManyWaiting):
        await asyncio.to_thread(request_pictures, alice.studio, alice.who, wish_of(alice))


async def test_a_text_model_makes_no_pictures(alice: Talker) -> None:
    with pytest.raises(UnknownModel, match="does not make pictures"):
        wish_of_json(
            alice.studio,
            prompt="A jug",
            model="sandbox/scribe",
            params=None,
            input_asset_ids=[],
            parent_id=None,
        )


async def test_the_price_follows_the_settings(alice: Talker) -> None:
    painter: Model = alice.studio.catalogue.get(PAINTER)

    def worst(**settings: object) -> str:
        return str(estimate_wish(Wish("A jug", painter, settings)).worst_usd)

    assert worst(n=1, quality="low", resolution="1K") == "0.010000000"
    assert worst(n=4, quality="low", resolution="1K") == "0.040000000"
    assert worst(n=4, quality="high", resolution="2K") == "0.600000000"
