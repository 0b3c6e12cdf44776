"""
The job that makes pictures.

    ready → asking → asked → ended

*Asking* is recorded before the provider is called and *asked* once it has named the request. A job that is found in one
of these two was left by a process that died: the request is paid for or not, nobody knows, and it never goes out again.
It ends with the pictures that had come (keeping.py).
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from studio.assets.assets import pictures_for_model, refuse_without
from studio.assets.files import FileStore
from studio.db import Cursor, Database, Row
from studio.errors import Missing, StudioError
from studio.generations import store as generations
from studio.generations.generation import Generation, State, booked
from studio.generations.reasons import PROVIDER_GONE, STILL_CHARGED
from studio.images.board import Board, Progress
from studio.images.keeping import CAME, ROOM_SECONDS, Keeper, noted
from studio.images.outcome import (
    Came,
    Verdict,
    asked_elsewhere,
    end_of,
    ended_elsewhere,
    judged,
    lost_text,
)
from studio.images.wish import KIND, LASTS, READY, wanted_pictures
from studio.jobs.desk import JobDesk
from studio.jobs.ending import cancelled
from studio.jobs.errors import CancelWished, ProviderGone
from studio.jobs.job import Again, Done, End, Job, Next, new_job
from studio.jobs.rules import Rules
from studio.jobs.store import lists
from studio.moments import now
from studio.providers import (
    Adapter,
    Delta,
    Finished,
    ImageEvent,
    ImageRequest,
    ImageWay,
    InputPicture,
    MadePicture,
    PartialPicture,
    Provider,
    ProviderError,
    Started,
    UpstreamBusy,
    UpstreamUnavailable,
    Usage,
)

ASKING, ASKED = "asking", "asked"
RULES = Rules(at_once=16, at_once_per_person=4, at_once_per_provider=16, most_attempts=3)
MOST_TRIES = 4  # of a provider that is busy or away, which costs nothing
TRY_AGAIN_SECONDS = 4.0
MOST_PICTURES = 16  # of one answer; whatever comes beyond is not kept
MOST_WORDS = 20_000
LINGER_SECONDS = 2.0

LookUp = Callable[[UUID, str], None]  # asks later what a generation (our id, the provider's) cost


@dataclass(slots=True)
class PictureMaker:
    """The handler of jobs of kind `image`."""

    db: Database
    files: FileStore
    adapter: Adapter
    provider: Provider
    board: Board
    look_up: LookUp
    try_again_seconds: float = TRY_AGAIN_SECONDS
    room_seconds: Sequence[float] = ROOM_SECONDS
    rules: Rules = RULES
    kind: str = KIND
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.files, self.room_seconds)

    async def work(self, job: Job, desk: JobDesk) -> Next:
        generation = await asyncio.to_thread(self._generation, job)
        if generation is None:  # forgotten with its person
            return Done()
        if job.is_elsewhere(self.provider.id):
            return asked_elsewhere(generation, job, noted(job, self.files))
        if job.step != READY:
            return self._lost(job, generation)
        came = Came(generation.outcome)
        try:
            request = await asyncio.to_thread(self._request, job, generation)
        except StudioError as error:
            came.out.cost_usd = booked(Decimal(0))
            return end_of(generation, came, Verdict(State.FAILED, error.code, error.text))
        desk.safe_point()
        came.out.started_at = came.out.started_at or now()
        await desk.record_unless_wished(ASKING, generations.set_started(generation))
        try:
            return await self._ask(job, desk, generation, request, came)
        finally:
            # Until the end is written, whoever looks still sees how far it was.
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self.board.end, generation.id)

    def rows_of_end(self, cursor: Cursor, job: Job, end: End) -> Sequence[Row]:
        generation = generations.find_generation(cursor, job.person_id, job.generation_id)
        if generation is None:
            return []
        if job.provider_job_id:
            generation.outcome.provider_request_id = job.provider_job_id
        return ended_elsewhere(generation, end, noted(job, self.files), was_asked=job.step != READY)

    def again(self, job: Job, moment: datetime) -> tuple[Job, Sequence[Row]]:
        generation = self._generation(job)
        if generation is None or not generation.prompt:
            raise Missing
        if job.is_elsewhere(self.provider.id):
            raise ProviderGone(PROVIDER_GONE.format(provider=generation.provider))
        refuse_without(self.db, job.person_id, [UUID(text) for text in job.notes.get("inputs", ())])
        fresh = generation.asked_anew(moment)
        repeated = new_job(
            KIND,
            job.person_id,
            moment=moment,
            lasts=LASTS,
            step=READY,
            generation_id=fresh.id,
            provider_id=job.provider_id,
            pace=job.pace,
            notes={name: value for name, value in job.notes.items() if name not in ("tries", "notice", CAME)},
        )
        return repeated, [generations.add_generation(fresh)]

    def _generation(self, job: Job) -> Generation | None:
        with self.db.read() as cursor:
            return generations.find_generation(cursor, job.person_id, job.generation_id)

    def _request(self, job: Job, generation: Generation) -> ImageRequest:
        """Raises Missing if a picture to begin with is gone; one that was only put away still serves."""
        ids = [UUID(text) for text in job.notes.get("inputs", ())]
        pictures = pictures_for_model(self.db, self.files, job.person_id, ids)
        return ImageRequest(
            model=generation.model,
            way=ImageWay(job.notes["way"]),
            prompt=generation.prompt,
            settings=generation.params,
            inputs=tuple(InputPicture(media_type, content) for media_type, content in pictures),
            modalities=tuple(job.notes.get("modalities") or ("image", "text")),
            wants_stream=bool(job.notes.get("streams")),
        )

    async def _ask(
        self, job: Job, desk: JobDesk, generation: Generation, request: ImageRequest, came: Came
    ) -> Next:
        progress = self.board.begin(generation.id, wanted_pictures(generation.params))
        error: ProviderError | None = None
        try:
            async with (
                desk.stoppable(),
                aclosing(self.adapter.make_images(self.provider, request)) as events,
            ):
                async for event in events:
                    await self._take(event, desk, came, progress)
                    self.board.wake(generation.id)
        except CancelWished:
            return await self._stopped(job, generation, came)
        except ProviderError as failure:
            error = failure
        if error is not None:
            if not came.files and _is_worth_another_try(error) and job.notes.get("tries", 0) < MOST_TRIES - 1:
                return self._later(job, error)
            came.out.provider_request_id = came.out.provider_request_id or error.provider_request_id
            came.words = came.words or error.provider_message or ""
            if came.out.cost_usd is None and not error.may_be_billed and not came.files:
                came.out.cost_usd = booked(Decimal(0))
        self._look_up(generation, came)
        return end_of(generation, came, judged(generation, came, error))

    async def _take(self, event: ImageEvent, desk: JobDesk, came: Came, progress: Progress) -> None:
        out = came.out
        match event:
            case Started(provider_request_id, model):
                out.answered_model = model or out.answered_model
                if provider_request_id and provider_request_id != out.provider_request_id:
                    out.provider_request_id = provider_request_id
                    await desk.record(ASKED, provider_job_id=provider_request_id)
            case MadePicture(data):
                if len(came.files) + len(came.bad) < MOST_PICTURES:
                    await self.keeper.keep(data, desk, came, progress)
            case Delta(text):
                came.words = (came.words + text)[:MOST_WORDS]
            case Usage():
                out.input_tokens, out.output_tokens = event.input_tokens, event.output_tokens
                out.reasoning_tokens, out.cost_usd = event.reasoning_tokens, booked(event.cost_usd)
            case Finished(reason):
                out.finish_reason = reason
            case PartialPicture():
                pass

    async def _stopped(self, job: Job, generation: Generation, came: Came) -> Next:
        """Cancelled on its way. What came until then is kept; what the provider charges it may tell later."""
        end = cancelled(await asyncio.to_thread(lists.get_job, self.db, job.id))
        charged = STILL_CHARGED.format(provider=generation.provider)
        self._look_up(generation, came)
        return end_of(generation, came, Verdict(State.CANCELLED, end.reason, f"{end.reason_text} {charged}"))

    def _lost(self, job: Job, generation: Generation) -> Next:
        came = Came(replace(generation.outcome, provider_request_id=job.provider_job_id))
        came.files = noted(job, self.files)
        self._look_up(generation, came)
        text = lost_text(generation, came)
        return end_of(generation, came, Verdict(State.INTERRUPTED, "outcome_unknown", text))

    def _later(self, job: Job, error: ProviderError) -> Again:
        """The provider took nothing: once more, in a while. Not by raising: the step must go back to the first."""
        tries = int(job.notes.get("tries", 0)) + 1
        seconds = max(self.try_again_seconds * 2 ** (tries - 1), float(error.retry_after_seconds or 0))
        notes = {**job.notes, "tries": tries, "notice": error.text}
        return Again(READY, now() + timedelta(seconds=seconds), notes, is_in_line=True)

    def _look_up(self, generation: Generation, came: Came) -> None:
        if came.out.cost_usd is None and came.out.provider_request_id:
            self.look_up(generation.id, came.out.provider_request_id)


def _is_worth_another_try(error: ProviderError) -> bool:
    return isinstance(error, UpstreamBusy | UpstreamUnavailable) and not error.may_be_billed
