"""The job that makes pictures: what it keeps, how it ends, and what it never does twice."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from studio.assets import assets
from studio.assets.files import FileStore
from studio.assets.making import MadeFile, made_picture
from studio.assets.picture import take_in_picture
from studio.db import Cursor, Row
from studio.errors import StorageFull
from studio.gallery import search
from studio.gallery.query import Query
from studio.generations.generation import State
from studio.images import keeping
from studio.images.making import ASKED, ASKING, MOST_TRIES, PictureMaker
from studio.jobs.job import Job, JobState
from studio.jobs.store import changes

from tests.support.images import (
    PAINTER,
    RETOUCHER,
    Halting,
    ask,
    asked_for,
    ended,
    job_of,
    made,
    pictures_of,
    soon,
)
from tests.support.jobs import wish_within
from tests.support.studio import Talker, count

pytestmark = pytest.mark.anyio


@pytest.fixture
async def busy(alice: Talker) -> Talker:
    """Alice at a studio whose worker works."""
    alice.studio.jobs.worker.start()
    return alice


async def test_all_pictures_are_kept_and_found_by_the_words_of_the_prompt(busy: Talker) -> None:
    generation = await made(busy, "Four lighthouses", PAINTER, settings={"n": 4, "quality": "low"})

    pictures = pictures_of(busy, generation)
    found = search.find(busy.studio.db, busy.who.id, Query(words="lighth"))
    assert (generation.state, generation.reason) == (State.DONE, None)
    assert generation.outcome.cost_usd == Decimal("0.04")
    assert generation.outcome.started_at is not None
    assert [picture.position for picture in pictures] == [0, 1, 2, 3]
    assert {item.asset_id for item in found.items} == {picture.id for picture in pictures}
    assert job_of(busy, generation).state is JobState.DONE


async def test_the_same_recipe_makes_the_same_bytes(busy: Talker) -> None:
    first = await made(busy, "A fox", PAINTER, settings={"n": 2})
    again = await made(busy, "A fox", PAINTER, settings=first.params)
    other = await made(busy, "A fox", PAINTER, settings={**first.params, "seed": first.params["seed"] + 9})

    hashes = [[picture.sha256 for picture in pictures_of(busy, each)] for each in (first, again, other)]
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]


async def test_a_picture_is_changed(busy: Talker, sandbox_url: str) -> None:
    (source,) = pictures_of(busy, await made(busy, "Hills at noon", PAINTER))

    changed = await made(busy, "Make it night now", RETOUCHER, inputs=(source.id,))

    (sent,) = asked_for(sandbox_url, "Make it night now")
    assert len(sent["input_references"]) == 1
    assert changed.input_hashes == [source.sha256]
    assert pictures_of(busy, changed)[0].sha256 != source.sha256


async def test_a_picture_that_was_put_away_meanwhile_still_serves(alice: Talker) -> None:
    studio = alice.studio
    file = studio.settings.data_dir / "red.png"
    Image.new("RGB", (64, 64), "red").save(file)
    with file.open("rb") as stream:
        picture = take_in_picture(studio.files, stream, 10**6)
    source = assets.keep_picture(studio.db, alice.who.id, picture, "red.png")
    generation = await ask(alice, "Snow on it", RETOUCHER, inputs=(source.id,))
    studio.db.write(*assets.put_away_rows(alice.who.id, [source.id], source.created_at))

    studio.jobs.worker.start()

    assert (await ended(alice, generation)).state is State.DONE


# What the provider did: (state, reason, pictures, whether the cost is known, words of the sentence)
ENDS = {
    "few": (State.DONE, "fewer", 1, True, "made 1 of the 2 pictures"),
    "more": (State.DONE, None, 4, True, None),
    "one-broken": (State.DONE, "picture_damaged", 1, True, "1 picture more could not be kept"),
    "no-usage": (State.DONE, None, 2, False, None),
    "none": (State.FAILED, "upstream_malformed", 0, False, "gave no picture"),
    "html": (State.FAILED, "not_a_picture", 0, True, "sent something that is no picture"),
    "svg": (State.FAILED, "not_a_picture", 0, True, "sent something that is no picture"),
    "bomb": (State.FAILED, "picture_too_many_pixels", 0, True, "more than 40 megapixels"),
    "broken": (State.FAILED, "picture_damaged", 0, True, "a picture that is damaged"),
    "expired-link": (State.FAILED, "upstream_unavailable", 0, True, "has expired"),
    "private-link": (State.FAILED, "upstream_malformed", 0, True, "does not follow"),
    "refuses": (State.FAILED, "upstream_refused", 0, True, "content rules"),
    "no-balance": (State.FAILED, "upstream_payment_required", 0, True, "reached its limit"),
    "cuts-off": (State.INTERRUPTED, "upstream_broke_off", 0, False, "broke off"),
    "overloaded": (State.FAILED, "upstream_busy", 0, True, "busy"),
}


@pytest.mark.parametrize("manner", ENDS)
async def test_whatever_the_provider_does_it_ends_in_one_state_with_a_sentence(
    busy: Talker, manner: str
) -> None:
    generation = await made(busy, f"Two of {manner}", f"sandbox/image-{manner}", settings={"n": 2})

    state, reason, pictures, is_known, words = ENDS[manner]
    assert (generation.state, generation.reason) == (state, reason)
    assert (words is None) == (generation.reason_text is None)
    assert (words or "") in (generation.reason_text or "")
    assert len(pictures_of(busy, generation)) == pictures
    assert (generation.outcome.cost_usd is not None) == is_known
    assert job_of(busy, generation).state.value == state.value


async def test_what_a_refusing_model_said_is_kept_as_text(busy: Talker) -> None:
    generation = await made(busy, "Not this", "sandbox/image-refuses")

    assert "requires moderation" in generation.text
    assert generation.outcome.cost_usd == 0


async def test_a_provider_that_is_busy_is_asked_again_a_few_times(busy: Talker, sandbox_url: str) -> None:
    generation = await made(busy, "Everybody wants this", "sandbox/image-overloaded")

    assert generation.state is State.FAILED
    assert len(asked_for(sandbox_url, "Everybody wants this")) == MOST_TRIES


async def test_one_that_broke_off_is_not_asked_again(busy: Talker, sandbox_url: str) -> None:
    generation = await made(busy, "Cut short", "sandbox/image-cuts-off")

    assert generation.state is State.INTERRUPTED
    assert len(asked_for(sandbox_url, "Cut short")) == 1


async def test_stopped_in_line_it_costs_nothing_and_asks_nobody(alice: Talker, sandbox_url: str) -> None:
    generation = await ask(alice, "Never mind")

    alice.studio.jobs.cancel(job_of(alice, generation).id)

    found = alice.generation(generation.id)
    assert (found.state, found.reason, found.outcome.cost_usd) == (State.CANCELLED, "cancelled", 0)
    assert found.reason_text == "Stopped by you."
    assert asked_for(sandbox_url, "Never mind") == []


@pytest.mark.parametrize("is_told", [True, False])
async def test_stopped_while_that_it_is_asked_for_is_recorded_it_costs_nothing_and_asks_nobody(
    busy: Talker, sandbox_url: str, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    wish_within(monkeypatch, ASKING, busy.studio.jobs.worker if is_told else None)

    stopped = await made(busy, "Stopped in time")

    assert (stopped.state, stopped.reason, stopped.outcome.cost_usd) == (State.CANCELLED, "cancelled", 0)
    assert stopped.reason_text == "Stopped by you."
    assert asked_for(sandbox_url, "Stopped in time") == []


@pytest.mark.parametrize("is_told", [True, False])
async def test_stopped_while_the_name_of_the_answer_is_recorded_it_ends_at_once(
    busy: Talker, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    wish_within(monkeypatch, ASKED, busy.studio.jobs.worker if is_told else None)

    stopped = await made(busy, "Stopped when it had a name")

    assert (stopped.state, stopped.reason) == (State.CANCELLED, "cancelled")
    assert "may charge for it" in (stopped.reason_text or "")
    assert job_of(busy, stopped).step == ASKED


async def test_stopped_on_its_way_what_came_until_then_is_kept(alice: Talker) -> None:
    alice.studio.jobs.worker.add_handler(halting_after(alice, "took MadePicture"))
    alice.studio.jobs.worker.start()
    generation = await ask(alice, "Two towers", PAINTER, settings={"n": 2})
    await soon(lambda: (found := alice.studio.board.find(generation.id)) and found.made == 1)

    alice.studio.jobs.cancel(job_of(alice, generation).id)

    stopped = await ended(alice, generation)
    assert stopped.state is State.CANCELLED
    assert "may charge for it" in (stopped.reason_text or "")
    assert stopped.outcome.cost_usd is None
    assert len(pictures_of(alice, stopped)) == 1


async def test_a_stop_is_heard_where_the_picture_that_came_cannot_be_noted(
    busy: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = changes.record

    def refused(cursor: Cursor, job: Job, wanted: changes.Step, rows: Sequence[Row]) -> Job:
        if wanted.notes and keeping.CAME in wanted.notes:
            busy.studio.jobs.worker.tell_cancelled(job.id)
            raise LookupError("a broken rule")
        return record(cursor, job, wanted, rows)

    monkeypatch.setattr(changes, "record", refused)

    stopped = await made(busy, "Stopped when it came")

    assert (stopped.state, stopped.reason) == (State.CANCELLED, "cancelled")
    assert len(pictures_of(busy, stopped)) == 1


async def test_a_full_disk_ends_it_with_a_sentence_and_nothing_half_written(alice: Talker) -> None:
    start_on_disk_that_is_full(alice, for_tries=1000)

    generation = await made(alice, "Too much")

    assert (generation.state, generation.reason) == (State.FAILED, "storage_full")
    assert generation.outcome.cost_usd == Decimal("0.003")
    assert (count(alice.studio.db, "assets"), count(alice.studio.db, "items")) == (0, 0)


async def test_a_disk_that_is_emptied_in_time_loses_nothing(alice: Talker) -> None:
    start_on_disk_that_is_full(alice, for_tries=2)

    generation = await made(alice, "Just in time")

    assert (generation.state, generation.reason) == (State.DONE, None)
    assert len(pictures_of(alice, generation)) == 1


def start_on_disk_that_is_full(talker: Talker, *, for_tries: int) -> None:
    class Full(FileStore):
        left = for_tries

        def keep(self, sha256: str, data: bytes) -> Path:
            self.left -= 1
            if self.left >= 0:
                raise StorageFull
            return super().keep(sha256, data)

    worker = talker.studio.jobs.worker
    handler = worker.handlers["image"]
    assert isinstance(handler, PictureMaker)
    files = Full(talker.studio.settings.data_dir / "media")
    worker.add_handler(replace(handler, files=files, room_seconds=(0.01, 0.01)))
    worker.start()


async def test_a_failed_one_is_repeated_as_a_new_generation_with_the_same_recipe(busy: Talker) -> None:
    failed = await made(busy, "Once more", "sandbox/image-refuses", settings={"seed": 7})

    job = await asyncio.to_thread(busy.studio.jobs.retry, job_of(busy, failed).id)

    assert job.generation_id is not None
    again = await ended(busy, busy.generation(job.generation_id))
    assert (again.parent_id, again.prompt, again.params) == (failed.id, failed.prompt, failed.params)
    assert again.id != failed.id


def halting_after(talker: Talker, step: str) -> PictureMaker:
    """The handler, but its provider falls silent for ever after that step."""
    handler = talker.studio.jobs.worker.handlers["image"]
    assert isinstance(handler, PictureMaker)
    adapter = Halting()
    adapter.reached = lambda name: asyncio.Event().wait() if name == step else None
    return replace(handler, adapter=adapter)


async def test_stopped_while_a_picture_is_looked_at_it_is_kept(
    busy: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slowly(files: FileStore, data: bytes) -> MadeFile:
        looking.set()
        go_on.wait(20)
        return made_picture(files, data)

    monkeypatch.setattr(keeping, "made_picture", slowly)
    generation = await ask(busy, "A long look", PAINTER)
    await soon(looking.is_set)

    await asyncio.to_thread(busy.studio.jobs.cancel, job_of(busy, generation).id)
    await asyncio.sleep(0)
    go_on.set()

    stopped = await ended(busy, generation)
    assert stopped.state is State.CANCELLED
    assert len(pictures_of(busy, stopped)) == 1


async def test_it_is_kept_also_where_the_process_ends_behind_the_stop(
    busy: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slowly(files: FileStore, data: bytes) -> MadeFile:
        looking.set()
        go_on.wait(20)
        return made_picture(files, data)

    monkeypatch.setattr(keeping, "made_picture", slowly)
    generation = await ask(busy, "A long look at the end", PAINTER)
    await soon(looking.is_set)

    await asyncio.to_thread(busy.studio.jobs.cancel, job_of(busy, generation).id)
    closing = asyncio.create_task(busy.studio.jobs.worker.close())
    await asyncio.sleep(0.05)  # both have reached whoever waits for the look
    go_on.set()
    await closing

    stopped = busy.generation(generation.id)
    assert (stopped.state, len(pictures_of(busy, stopped))) == (State.CANCELLED, 1)
