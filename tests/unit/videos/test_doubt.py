"""A submission that a kill left without an answer: what the provider lists decides, and nothing is paid for twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from studio.assets.files import FileStore
from studio.db import Cursor, Database
from studio.jobs.job import Job, notes_text
from studio.jobs.store import lists
from studio.jobs.worker import Worker
from studio.moments import now
from studio.providers import Adapter, ListedVideo, Provider, VideoJob, VideoListing, VideoState, VideoStatus
from studio.videos import store
from studio.videos.doubt import ASKED_AT, Asked, Doubts, Finding, Lost, judge
from studio.videos.fetching import Fetching
from studio.videos.making import VideoMaker
from studio.videos.patience import Patience
from studio.videos.reasons import IN_DOUBT
from studio.videos.views import making

from tests.support.jobs import soon
from tests.support.openai_films import OpenAiFilms
from tests.support.sandbox import served
from tests.support.videos import SANDBOX, ask, made

pytestmark = pytest.mark.anyio

MODEL, PROMPT = "sora-box", "The sea"
SENT = {"model": MODEL, "prompt": PROMPT, "seconds": "4", "size": "1280x720"}
PARAMS = {"duration": 4, "size": "1280x720"}


@pytest.fixture
def db(place: Path) -> Iterator[Database]:
    with Database.open(place / "app.db", threads=1) as opened:
        yield opened


def wish(db: Database, **more: Any) -> UUID:
    return ask(db, **{"model": MODEL, "prompt": PROMPT, "params": PARAMS, "provider": "Box", **more})


def lost(
    db: Database, generation_id: UUID, *, ago_seconds: float = 0, provider_job_id: str | None = None
) -> None:
    """As a kill leaves a job whose request had gone out; or, with the provider's name for it, a little later."""
    asked_at = now() - timedelta(seconds=ago_seconds)
    notes = {"inputs": [], ASKED_AT: asked_at.isoformat(), "submitted_at": asked_at.isoformat()}
    db.transact(
        lambda cursor: cursor.execute(
            """
            UPDATE jobs
            SET state = 'running', notes = $notes, provider_job_id = $name,
                step = CASE WHEN $name IS NULL THEN 'submitting' ELSE 'polling' END
            WHERE generation_id = $id
            """,
            {"notes": notes_text(notes), "id": generation_id, "name": provider_job_id},
        )
    )


@asynccontextmanager
async def resumed(db: Database, place: Path, url: str, kind: str = "openai") -> AsyncIterator[Worker]:
    """The next process at work on what is in the database."""
    files, provider = FileStore(place / "media"), Provider(SANDBOX, "Box", kind, url)  # type: ignore[arg-type]
    async with Adapter(film_pause_seconds=0.01) as adapter:
        fetching = Fetching(files, adapter, provider, 5_000_000)
        patience = Patience(look_seconds=0.01)
        worker = Worker(db, [VideoMaker(db, files, adapter, provider, fetching, lambda *_: None, patience)])
        worker.start()
        yield worker
        await worker.close()


async def ends(db: Database, place: Path, films: OpenAiFilms, kind: str = "openai") -> list[Job]:
    """All jobs once they have ended, the oldest first."""

    def ended() -> list[Job]:
        jobs = lists.list_jobs(db, lists.Filter(), 10)[::-1]
        return jobs if all(job.is_finished for job in jobs) else []

    with served(films.app, path="/v1") as url:
        async with resumed(db, place, url, kind):
            found = await soon(ended)
    assert isinstance(found, list)
    return found


def told(job: Job) -> tuple[str, str | None, str | None]:
    return job.state.value, job.reason, job.provider_job_id


UNKNOWN = ("interrupted", "outcome_unknown", None)


async def test_what_the_list_shows_is_taken_on(db: Database, place: Path) -> None:
    films = OpenAiFilms()
    lost(db, wish(db))
    films.begin(SENT)

    (job,) = await ends(db, place, films)

    assert (told(job), len(films.begun)) == (("done", None, "video_1"), 1)


async def test_it_is_found_behind_many_younger_ones(db: Database, place: Path) -> None:
    films = OpenAiFilms(page=2)
    lost(db, wish(db))
    films.begin(SENT)
    for number in range(7):
        films.begin({**SENT, "prompt": f"Another {number}"})

    (job,) = await ends(db, place, films)

    assert (told(job), films.listed) == (("done", None, "video_1"), 4)


async def test_a_list_that_is_known_to_tell_the_truth_and_does_not_show_it_lets_it_be_asked_again(
    db: Database, place: Path
) -> None:
    films = OpenAiFilms()
    lost(db, wish(db, prompt="Made before"), provider_job_id="video_1")
    films.begin({**SENT, "prompt": "Made before"}, ago_seconds=300)
    lost(db, wish(db))

    before, job = await ends(db, place, films)

    assert (told(before)[0], told(job)) == ("done", ("done", None, "video_2"))
    assert [video["prompt"] for video in films.begun] == ["Made before", PROMPT]


async def test_an_empty_list_proves_nothing(db: Database, place: Path) -> None:
    films = OpenAiFilms()
    lost(db, wish(db))

    (job,) = await ends(db, place, films)

    assert (told(job), films.begun) == (UNKNOWN, [])
    assert "charge" in (job.reason_text or "")


@pytest.mark.parametrize(
    "films", [OpenAiFilms(has_list=False), OpenAiFilms(hides=("prompt",))], ids=["none", "bare"]
)
async def test_without_a_list_that_can_tell_it_stays_unknown(
    db: Database, place: Path, films: OpenAiFilms
) -> None:
    lost(db, wish(db))
    films.begin(SENT)

    (job,) = await ends(db, place, films)

    assert (told(job), len(films.begun)) == (UNKNOWN, 1)


async def test_openrouter_has_no_list_and_is_not_asked_for_one(db: Database, place: Path) -> None:
    films = OpenAiFilms()
    lost(db, wish(db))
    films.begin(SENT)

    (job,) = await ends(db, place, films, kind="openrouter")

    assert (told(job), films.listed) == (UNKNOWN, 0)


async def test_two_in_doubt_never_share_a_video_and_the_second_is_asked_for_once(
    db: Database, place: Path
) -> None:
    films = OpenAiFilms()
    lost(db, wish(db), ago_seconds=2)
    lost(db, wish(db), ago_seconds=1)
    films.begin(SENT)

    older, younger = await ends(db, place, films)

    assert (told(older), told(younger)) == (("done", None, "video_1"), ("done", None, "video_2"))
    assert len(films.begun) == 2


async def test_two_in_doubt_and_two_videos_are_one_each(db: Database, place: Path) -> None:
    films = OpenAiFilms()
    lost(db, wish(db), ago_seconds=2)
    lost(db, wish(db), ago_seconds=1)
    films.begin(SENT)
    films.begin(SENT)

    jobs = await ends(db, place, films)

    assert sorted(str(job.provider_job_id) for job in jobs) == ["video_1", "video_2"]
    assert len(films.begun) == 2


async def test_one_that_either_of_two_unlike_ones_can_have_asked_for_is_nobodys(
    db: Database, place: Path
) -> None:
    films = OpenAiFilms()
    lost(db, wish(db, params={}), ago_seconds=2)
    lost(db, wish(db), ago_seconds=1)
    films.begin(SENT)

    older, younger = await ends(db, place, films)

    assert (told(older), told(younger), len(films.begun)) == (UNKNOWN, UNKNOWN, 1)


async def test_one_of_another_length_is_left_to_the_one_that_left_it_open(db: Database, place: Path) -> None:
    films = OpenAiFilms()
    lost(db, wish(db, params={}), ago_seconds=2)
    lost(db, wish(db), ago_seconds=1)
    films.begin({**SENT, "seconds": "8"})

    older, younger = await ends(db, place, films)

    assert (told(older), told(younger)) == (("done", None, "video_1"), ("done", None, "video_2"))
    assert [video["seconds"] for video in films.begun] == ["8", "4"]


async def test_white_space_around_the_words_does_not_make_two_in_doubt_share_a_video(
    db: Database, place: Path
) -> None:
    films = OpenAiFilms()
    lost(db, wish(db, prompt=f"{PROMPT}\n"), ago_seconds=2)
    lost(db, wish(db), ago_seconds=1)
    films.begin(SENT)

    older, younger = await ends(db, place, films)

    assert (told(older), told(younger)) == (("done", None, "video_1"), ("done", None, "video_2"))


async def test_whoever_asks_for_the_same_words_by_the_same_model_waits(db: Database, place: Path) -> None:
    first = made(db, wish(db))
    async with Adapter() as adapter:
        provider = Provider(SANDBOX, "Box", "openai", "http://127.0.0.1:9")
        doubts = Doubts(db, adapter, provider, Patience())
        lock = doubts.alone(first)

        assert doubts.alone(replace(first, params={}, prompt=f" {PROMPT}\n")) is lock
        assert doubts.alone(replace(first, prompt="The lake")) is not lock
        assert doubts.alone(replace(first, model="another")) is not lock


@pytest.mark.parametrize(("provider_id", "is_refused"), [(SANDBOX, True), (UUID(int=13), False)])
def test_a_name_that_another_job_has_cannot_be_recorded(
    db: Database, provider_id: UUID, is_refused: bool
) -> None:
    lost(db, wish(db, provider_id=provider_id), provider_job_id="video_1")
    wish(db)
    _, job = lists.list_jobs(db, lists.Filter(), 2)[::-1]

    def record(cursor: Cursor) -> None:
        cursor.execute("UPDATE jobs SET provider_job_id = 'video_1' WHERE id = $id", {"id": job.id})
        cursor.apply(store.refuse_taken(job.id, "video_1"))

    with pytest.raises(duckdb.InvalidInputException) if is_refused else nullcontext():
        db.transact(record)

    names = [each.provider_job_id for each in lists.list_jobs(db, lists.Filter(), 2)]
    assert names == [None if is_refused else "video_1", "video_1"]


async def test_one_that_is_being_asked_for_is_not_taken_by_one_in_doubt(db: Database, place: Path) -> None:
    """The two ask for the same: the list shows what the new one began before its name is known here."""
    films = OpenAiFilms()
    lost(db, wish(db, prompt="Made before"), provider_job_id="video_1")
    films.begin({**SENT, "prompt": "Made before"}, ago_seconds=300)
    lost(db, wish(db))
    await asyncio.to_thread(wish, db)

    jobs = await ends(db, place, films)

    assert sorted(str(job.provider_job_id) for job in jobs) == ["video_1", "video_2", "video_3"]
    assert len(films.begun) == 3


async def test_one_in_doubt_can_be_stopped(db: Database, place: Path) -> None:
    films = OpenAiFilms()
    generation_id = wish(db)
    lost(db, generation_id)
    db.transact(lambda cursor: cursor.execute("UPDATE jobs SET is_cancel_wished = true"))

    (job,) = await ends(db, place, films)

    assert (told(job)[0], films.listed, films.begun) == ("cancelled", 0, [])


MOMENT = datetime(2026, 11, 24, 12)
ASKED = Asked(MODEL, PROMPT, 4, "1280x720")
LOST = Lost(ASKED, MOMENT, [])
OPEN = Lost(Asked(MODEL, PROMPT, None, None), MOMENT, [])


def video(name: str, seconds: float = 1, **changed: Any) -> ListedVideo:
    fields = {"model": MODEL, "prompt": PROMPT, "seconds": 4, "size": "1280x720", **changed}
    status = VideoStatus(VideoJob(name), VideoState.PENDING, "queued")
    return ListedVideo(status, fields.pop("created_at", MOMENT + timedelta(seconds=seconds)), **fields)


OURS = video("ours", -600)


@pytest.mark.parametrize(
    ("videos", "others", "found"),
    [
        ([video("a")], [], "a"),
        ([video("a", -1)], [], "a"),  # their moments are whole seconds
        ([video("a", seconds=9, size=None)], [], "a"),  # what is not told is no difference
        ([video("b", 2), video("a", 1)], [LOST], "a"),
        ([video("b", 2), video("a", 1)], [], Finding.UNCLEAR),
        ([video("a")], [Lost(ASKED, MOMENT, ["a picture"])], Finding.UNCLEAR),
        ([video("a", -30)], [], Finding.UNCLEAR),
        ([video("a", created_at=None)], [], Finding.UNCLEAR),
        ([video("a", prompt=None)], [], Finding.UNCLEAR),
        ([video("a", model=None)], [], Finding.UNCLEAR),
        ([video("a", -90)], [], Finding.UNCLEAR),  # too old only by a clock, which may be wrong
        ([video("a", -90, prompt="The lake")], [], Finding.NEVER),
        ([video("a", -90, prompt=None)], [], Finding.NEVER),
        ([video("a")], [OPEN], Finding.UNCLEAR),
        ([video("b", 2), video("a", 1)], [OPEN], Finding.UNCLEAR),
        ([video("a", prompt="The lake")], [], Finding.NEVER),
        ([], [], Finding.NEVER),
        ([], [Lost(ASKED, MOMENT, ["a picture"])], Finding.NEVER),
    ],
)
def test_what_a_list_proves(videos: list[ListedVideo], others: list[Lost], found: str | Finding) -> None:
    listing = VideoListing((*videos, OURS), is_whole=True)

    answer = judge(LOST, others, listing, {"ours": ASKED}, is_settled=True)

    assert (answer.job.id if isinstance(answer, VideoStatus) else answer) == found


@pytest.mark.parametrize(("size", "found"), [("1280x720", Finding.UNCLEAR), ("720x720", "a")])
def test_what_another_cannot_have_asked_for_is_this_ones(size: str, found: str | Finding) -> None:
    listing = VideoListing((video("a", size=size), OURS), is_whole=True)

    answer = judge(OPEN, [LOST], listing, {"ours": ASKED}, is_settled=True)

    assert (answer.job.id if isinstance(answer, VideoStatus) else answer) == found


@pytest.mark.parametrize("prompt", [PROMPT, None])
def test_a_gateway_whose_clock_is_ahead_of_the_servers_does_not_make_our_video_too_old(
    prompt: str | None,
) -> None:
    ahead = timedelta(seconds=90)
    listing = VideoListing((video("a", 1, prompt=prompt), OURS), is_whole=True, clock_ahead=ahead)
    by_the_gateway = replace(LOST, asked_at=MOMENT + ahead)

    assert judge(by_the_gateway, [], listing, {"ours": ASKED}, is_settled=True) is Finding.UNCLEAR


@pytest.mark.parametrize(
    ("listing", "known"),
    [
        (VideoListing((OURS,), is_whole=False), {"ours": ASKED}),
        (VideoListing((), is_whole=True), {"ours": ASKED}),
        (VideoListing((OURS,), is_whole=True), {"ours": Asked("another", PROMPT, 4, None)}),
        (VideoListing((video("ours", -600, prompt="A reworded sea"),), is_whole=True), {"ours": ASKED}),
        (VideoListing((video("ours", -600, size="720x720"),), is_whole=True), {"ours": ASKED}),
        (VideoListing((video("ours", -600, model="renamed"),), is_whole=True), {"ours": ASKED}),
    ],
)
def test_a_list_that_may_leave_something_out_or_change_it_proves_no_absence(
    listing: VideoListing, known: dict[str, Asked]
) -> None:
    assert judge(LOST, [], listing, known, is_settled=True) is Finding.UNCLEAR


def test_a_list_is_given_time_to_show_what_was_begun() -> None:
    listing = VideoListing((OURS,), is_whole=True)

    assert judge(LOST, [], listing, {"ours": ASKED}, is_settled=False) is Finding.NOT_YET


@pytest.mark.parametrize(
    ("step", "is_asked_again"), [("submitting", False), ("polling", True), ("downloading", True)]
)
def test_a_card_in_doubt_does_not_say_that_it_is_asked_for_again(
    db: Database, step: str, is_asked_again: bool
) -> None:
    generation = made(db, wish(db))
    (job,) = lists.list_jobs(db, lists.Filter(), 1)
    waiting = replace(job, step=step, notes={"notice": IN_DOUBT.format(provider="Box")})

    notice = making(generation, waiting, None).notice

    assert notice is not None
    assert ("It is asked again in a moment." in notice) is is_asked_again
