"""The operator has changed the provider: nothing that was asked of the old one reaches the new one under its name."""

import asyncio
import io
import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from studio.assets.files import FileStore
from studio.assets.making import made_picture
from studio.db import Database
from studio.generations.generation import Generation, State
from studio.images.keeping import CAME
from studio.images.making import ASKED, ASKING, PictureMaker
from studio.jobs.errors import ProviderGone
from studio.jobs.job import JobState

from tests.support.images import ask, asked_for, ended, job_of, pictures_of
from tests.support.studio import Talker, open_studio, person

pytestmark = pytest.mark.anyio
OTHER = {"kind": "openrouter", "name": "Another house"}
GONE = "This was asked of Sandbox, which this studio no longer uses."


async def asked(db: Database, place: Path, sandbox_url: str, prompt: str) -> tuple[Talker, Generation]:
    """A wish that waited when the studio was closed."""
    async with open_studio(place, db, sandbox_url) as studio:
        alice = Talker(studio, person("Alice"))
        return alice, await ask(alice, prompt)


def left_at(db: Database, step: str) -> None:
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET state = 'running', step = $step, provider_job_id = 'img-1'", {"step": step}
        )
    )


def note_picture(db: Database, files: FileStore) -> None:
    """One that came before the process ended."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(data, "PNG")
    noted = {CAME: [asdict(made_picture(files, data.getvalue()))]}
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE jobs SET notes = json_merge_patch(notes::JSON, $noted::JSON)::VARCHAR",
            {"noted": json.dumps(noted)},
        )
    )


async def test_what_waited_is_not_sent_to_the_new_one(db: Database, tmp_path: Path, sandbox_url: str) -> None:
    who, generation = await asked(db, tmp_path, sandbox_url, "Waited for another")

    async with open_studio(tmp_path, db, sandbox_url, **OTHER) as studio:  # type: ignore[arg-type]
        alice = Talker(studio, who.who)
        studio.jobs.worker.start()
        found = await ended(alice, generation)

        assert (found.state, found.reason, found.outcome.cost_usd) == (
            State.FAILED,
            "provider_gone",
            Decimal(0),
        )
        assert found.reason_text == f"{GONE} Make it again with a model of today."
        assert job_of(alice, found).state is JobState.FAILED
        assert asked_for(sandbox_url, "Waited for another") == []
        fresh = await ended(alice, await ask(alice, "Asked of this one"))
        assert (fresh.state, fresh.provider, len(pictures_of(alice, fresh))) == (
            State.DONE,
            "Another house",
            1,
        )


@pytest.mark.parametrize("step", [ASKING, ASKED])
async def test_what_the_old_one_had_is_unknown_and_the_new_one_is_not_asked_about_it(
    db: Database, tmp_path: Path, sandbox_url: str, step: str
) -> None:
    who, generation = await asked(db, tmp_path, sandbox_url, f"Left at {step}")
    await asyncio.to_thread(left_at, db, step)
    looked_up: list[object] = []

    async with open_studio(tmp_path, db, sandbox_url, **OTHER) as studio:  # type: ignore[arg-type]
        alice = Talker(studio, who.who)
        maker = studio.jobs.worker.handlers["image"]
        assert isinstance(maker, PictureMaker)
        maker.look_up = lambda *named: looked_up.append(named)
        studio.jobs.worker.start()
        found = await ended(alice, generation)

    assert (found.state, found.reason, found.outcome.cost_usd) == (
        State.INTERRUPTED,
        "outcome_unknown",
        None,
    )
    assert found.outcome.provider_request_id == "img-1"
    assert (found.reason_text or "").startswith(GONE)
    assert "may charge" in (found.reason_text or "")
    assert looked_up == []


async def test_the_pictures_that_had_come_from_the_old_one_are_kept(
    db: Database, tmp_path: Path, sandbox_url: str
) -> None:
    who, generation = await asked(db, tmp_path, sandbox_url, "Half of it had come")
    await asyncio.to_thread(left_at, db, ASKED)
    await asyncio.to_thread(note_picture, db, FileStore(tmp_path / "media"))

    async with open_studio(tmp_path, db, sandbox_url, **OTHER) as studio:  # type: ignore[arg-type]
        alice = Talker(studio, who.who)
        studio.jobs.worker.start()
        found = await ended(alice, generation)

        assert (found.state, found.reason) == (State.INTERRUPTED, "outcome_unknown")
        assert len(pictures_of(alice, found)) == 1
        assert "1 picture had come by then" in (found.reason_text or "")


async def test_it_cannot_be_tried_again_but_by_the_provider_that_was_asked(
    db: Database, tmp_path: Path, sandbox_url: str
) -> None:
    who, generation = await asked(db, tmp_path, sandbox_url, "Stopped in line")
    async with open_studio(tmp_path, db, sandbox_url, **OTHER) as studio:  # type: ignore[arg-type]
        alice = Talker(studio, who.who)
        job = job_of(alice, generation)
        await asyncio.to_thread(studio.jobs.cancel, job.id)

        with pytest.raises(ProviderGone, match=GONE):
            await asyncio.to_thread(studio.jobs.retry, job.id)

    async with open_studio(tmp_path, db, sandbox_url) as studio:
        studio.jobs.worker.start()
        again = await asyncio.to_thread(studio.jobs.retry, job.id)
        alice = Talker(studio, who.who)
        assert again.generation_id is not None
        assert (await ended(alice, alice.generation(again.generation_id))).state is State.DONE
