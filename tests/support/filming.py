"""
A backend on a real socket whose provider films: the sandbox on a socket of its own, in a hurry; it shows its
misbehaving models, and records what it was asked. What waits in the studio waits a hundredth.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from studio.jobs.job import Job, notes_text
from studio.jobs.store import lists
from studio.moments import now
from studio.videos.wish import KIND

from tests.support.html import Html
from tests.support.painting import Paint, painting
from tests.support.people import Caller
from tests.support.waiting import until

TINY = "sandbox/video-tiny"
SMALL = {"duration": 1, "size": "128x72"}
SPEED = 200.0  # of the sandbox: not endless, or what is stuck for ever would be done at once
SAME = {**SMALL, "seed": 5}  # asked for again with the same words, it need not be filmed again


def kept(page: Html) -> list[str]:
    """What each picture in the composer of videos is for, as role:id."""
    return [option["value"] for option in page.all("#composer-attachments [name=kept] [selected]")]


class Film(Paint):
    """The backend, its people, and how they ask for videos."""

    def ask(self, who: Caller, prompt: str = "The sea", *, model: str = TINY, **more: Any) -> dict[str, Any]:
        """A generation as the API accepted it: a second in a hundred pixels, unless `params` say else."""
        body = {"kind": "video", "model": model, "prompt": prompt, "params": SAME, **more}
        answer = who.post("/api/generations", json=body)
        assert answer.status_code == 201, answer.text
        asked: dict[str, Any] = answer.json()
        return asked

    def job(self, who: Caller, generation_id: str) -> dict[str, Any]:
        """The job that makes it, as its owner sees it."""
        jobs = who.get("/api/jobs", params={"kind": "video"}).json()["items"]
        (found,) = [job for job in jobs if job["generation_id"] == generation_id]
        assert isinstance(found, dict)
        return found

    def keep_picture(self, who: Caller, colour: str) -> str:
        """The id of a small picture of one colour that this person brought."""
        file = io.BytesIO()
        Image.new("RGB", (64, 36), colour).save(file, "PNG")
        answer = who.post("/api/assets", files={"file": (f"{colour}.png", file.getvalue(), "image/png")})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def until_step(self, generation_id: str, step: str) -> Job:
        """The job once it is at that step and rests."""

        def look() -> Job | None:
            (job,) = self.stored(generation_id)
            return job if job.step == step and job.lease_id is None else None

        found = until(look)
        assert isinstance(found, Job)
        return found

    def stored(self, generation_id: str) -> list[Job]:
        found = lists.list_jobs(self.studio.db, lists.Filter(kind=KIND), 1000)
        return [job for job in found if str(job.generation_id) == generation_id]

    def backdate(self, generation_id: str, *, hours: int) -> None:
        """Let the provider have taken it so long ago."""
        (job,) = self.stored(generation_id)
        notes = {**job.notes, "submitted_at": (now() - timedelta(hours=hours)).isoformat()}
        self.studio.db.transact(
            lambda cursor: cursor.execute(
                "UPDATE jobs SET notes = $notes WHERE id = $id", {"notes": notes_text(notes), "id": job.id}
            )
        )

    def submissions(self, *, prompt: str | None = None, model: str | None = None) -> list[dict[str, Any]]:
        """What the provider was asked to film, oldest first; only with this prompt or model, if one is given."""
        exchanges = httpx.get(f"{self.sandbox_url}/_requests").json()["data"]
        asked = [each for each in exchanges if each["method"] == "POST" and each["path"].endswith("/videos")]
        return [
            each
            for each in asked
            if (prompt is None or each["body"].get("prompt") == prompt)
            and (model is None or each["body"]["model"] == model)
        ]


@contextmanager
def filming(place: Path, migrated: Path, **settings: Any) -> Iterator[Film]:
    """Everything open and the list of models read."""
    wanted = {"speed": SPEED, "video_poll_seconds": 0.05, "video_max_mb": 5, **settings}
    with painting(place, migrated, seen_as=Film, **wanted) as film:
        yield film
