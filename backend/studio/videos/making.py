"""
The job that makes a video.

    ready → submitting → polling → downloading → looking → ended

Each step is recorded before it is taken. *Submitting* that is found anew was left by a process that died: the provider
was asked or not, and it is not asked again unless its own list shows that it was not (doubt.py). From *polling* on the
provider's name for the job is known, and every step can be taken again: what is asked for, fetched and looked at twice
is the same video.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from studio.assets.assets import pictures_for_model, refuse_without
from studio.assets.files import FileStore
from studio.assets.making import MadeFile
from studio.db import Cursor, Database, Row
from studio.errors import Missing, StudioError
from studio.generations import store as generations
from studio.generations.generation import Generation, State, booked
from studio.generations.reasons import PROVIDER_GONE
from studio.jobs.desk import JobDesk
from studio.jobs.errors import ProviderGone
from studio.jobs.job import Again, Done, End, Job, Next
from studio.jobs.rules import Rules
from studio.moments import now
from studio.providers import (
    Adapter,
    Provider,
    ProviderError,
    Role,
    UpstreamBusy,
    UpstreamLost,
    UpstreamOutcomeUnknown,
    UpstreamUnavailable,
    VideoJob,
    VideoPicture,
    VideoRequest,
    VideoState,
    VideoStatus,
)
from studio.videos.doubt import ASKED_AT, Doubts
from studio.videos.fetching import Fetching
from studio.videos.outcome import (
    AnyEnd,
    Verdict,
    asked_elsewhere,
    done,
    end_of,
    ended_elsewhere,
    known_notes,
    outcome_so_far,
    taken_notes,
)
from studio.videos.patience import Patience
from studio.videos.reasons import reason_text
from studio.videos.refetching import can_be_fetched, cost_rows, fetching_job
from studio.videos.steps import DOWNLOADING, LOOKING, POLLING, READY, SUBMITTING
from studio.videos.unfetched import MADE_AT, given_up, is_over, once_more, too_late, tries_so_far
from studio.videos.wish import KIND, ROLES, job_for

# Waiting for a provider costs us a question now and then; what costs something, fetching and looking, has limits of its
# own (fetching.py).
RULES = Rules(at_once=200, at_once_per_person=4, at_once_per_provider=200, most_attempts=5)
MOST_OUTPUTS = 4
_ENDED_BADLY = {
    VideoState.FAILED: "provider_failed",
    VideoState.CANCELLED: "provider_cancelled",
    VideoState.EXPIRED: "provider_expired",
}

LookUp = Callable[[UUID, str], None]  # asks later what a generation (our id, the provider's) cost
Edge = Callable[[str], Awaitable[None]]


async def no_edge(name: str) -> None:
    """What happens at an edge of the state machine: nothing, but in tests that kill the process there."""


@dataclass(slots=True)
class VideoMaker:
    """The handler of jobs of kind `video`."""

    db: Database
    files: FileStore
    adapter: Adapter
    provider: Provider
    fetching: Fetching
    look_up: LookUp
    patience: Patience = field(default_factory=Patience)
    rules: Rules = RULES
    edge: Edge = no_edge
    kind: str = KIND
    doubts: Doubts = field(init=False)

    def __post_init__(self) -> None:
        self.doubts = Doubts(self.db, self.adapter, self.provider, self.patience)

    async def work(self, job: Job, desk: JobDesk) -> Next:
        generation = await asyncio.to_thread(self._generation, job)
        if generation is None:  # forgotten with its person
            return Done()
        await self.edge(f"claimed {job.step}")
        if job.is_elsewhere(self.provider.id):
            return asked_elsewhere(generation, job)
        if job.step == READY:
            return await self._submit(job, desk, generation)
        if job.step == SUBMITTING:
            return await self.doubts.settle(job, desk, generation)
        return await self._follow(job, desk, generation)

    def rows_of_end(self, cursor: Cursor, job: Job, end: End) -> Sequence[Row]:
        generation = generations.find_generation(cursor, job.person_id, job.generation_id)
        if generation is None:
            return []
        return ended_elsewhere(generation, job, end)

    def again(self, job: Job, moment: datetime) -> tuple[Job, Sequence[Row]]:
        generation = self._generation(job)
        if generation is None or not (generation.prompt or generation.input_hashes):
            raise Missing
        if job.is_elsewhere(self.provider.id):
            raise ProviderGone(PROVIDER_GONE.format(provider=generation.provider))
        fresh = generation.asked_anew(moment)
        if can_be_fetched(job):
            return fetching_job(fresh, job), [generations.add_generation(fresh)]
        refuse_without(self.db, job.person_id, [UUID(each["id"]) for each in job.notes.get("inputs", ())])
        return job_for(fresh, job.notes.get("inputs", [])), [generations.add_generation(fresh)]

    def _generation(self, job: Job) -> Generation | None:
        with self.db.read() as cursor:
            return generations.find_generation(cursor, job.person_id, job.generation_id)

    async def _submit(self, job: Job, desk: JobDesk, generation: Generation) -> Next:
        out = generation.outcome
        try:
            request = await asyncio.to_thread(self._request, job, generation)
        except StudioError as error:
            out.cost_usd = booked(Decimal(0))
            return end_of(generation, out, Verdict(State.FAILED, error.code, error.text))
        async with self.doubts.alone(generation):
            desk.safe_point()
            out.started_at = out.started_at or now()
            notes = {**job.notes, ASKED_AT: now().isoformat()}
            started = generations.set_started(generation)
            await desk.record_unless_wished(SUBMITTING, started, notes=notes)
            await self.edge("recorded submitting")
            try:
                status = await self.adapter.films.submit(self.provider, request)
            except ProviderError as error:
                return self._not_taken(desk.job, generation, error)
            await self.edge("submitted")
            # Before anything else: with this name the video is found again whatever happens to us.
            notes = taken_notes(job, status, now())
            await desk.record(
                POLLING, provider_job_id=status.job.id, notes=notes, deadline_at=self.patience.deadline()
            )
        await self.edge("recorded polling")
        desk.safe_point()
        return Again(POLLING, self.patience.next_look(0))

    def _request(self, job: Job, generation: Generation) -> VideoRequest:
        """Raises Missing if a picture is gone; one that was only put away still serves."""
        wanted = [(UUID(each["id"]), Role(each["role"])) for each in job.notes.get("inputs", ())]
        found = pictures_for_model(self.db, self.files, job.person_id, [asset_id for asset_id, _ in wanted])
        pictures = [
            VideoPicture(media_type, content, role)
            for (media_type, content), (_, role) in zip(found, wanted, strict=True)
        ]
        settings = {name: value for name, value in generation.params.items() if name != ROLES}
        return VideoRequest(generation.model, generation.prompt, settings, tuple(pictures))

    def _not_taken(self, job: Job, generation: Generation, error: ProviderError) -> Next:
        out = generation.outcome
        out.provider_request_id = error.provider_request_id
        if isinstance(error, UpstreamOutcomeUnknown):
            if self.provider.lists_videos:
                return self.doubts.look_soon(job, generation, error.provider_request_id)
            verdict = Verdict(State.INTERRUPTED, error.code, error.text, error.provider_message or "")
            return end_of(generation, out, verdict)
        tries = int(job.notes.get("tries", 0)) + 1
        if isinstance(error, UpstreamBusy | UpstreamUnavailable) and tries < self.patience.most_tries:
            notes = {**job.notes, "tries": tries, "notice": error.text}
            due_at = self.patience.next_try(tries, error.retry_after_seconds)
            return Again(READY, due_at, notes, is_in_line=True)
        out.cost_usd = booked(Decimal(0))
        return end_of(
            generation, out, Verdict(State.FAILED, error.code, error.text, error.provider_message or "")
        )

    async def _follow(self, job: Job, desk: JobDesk, generation: Generation) -> Next:
        if generation.outcome.started_at is None:  # only fetched, so it began with no request of its own
            begun = generation.outcome.started_at = now()
            notes = {
                **job.notes,
                "submitted_at": begun.isoformat(),
            }  # the wait in line was not the provider's
            started, until = generations.set_started(generation), self.patience.deadline()
            job = await desk.record(job.step, started, notes=notes, deadline_at=until)
        looks = int(job.notes.get("looks", 0)) + 1
        try:
            async with desk.stoppable():
                status = await self.adapter.films.poll(self.provider, _name_of(job))
        except ProviderError as error:
            return self._not_told(job, generation, error, looks)
        await self.edge(f"polled {status.state}")
        notes = known_notes(
            {**job.notes, "looks": looks, "misses": 0, "lost": 0, "progress": status.progress},
            cost_usd=booked(status.cost_usd),
            asked_as=status.generation_id,
        )
        notes.pop("notice", None)
        if status.state is VideoState.COMPLETED:
            return await self._fetch(job, desk, generation, status, notes)
        if status.state in _ENDED_BADLY:
            reason = _ENDED_BADLY[status.state]
            text = reason_text(reason, generation.provider)
            return self._end(job, generation, notes, Verdict(State.FAILED, reason, text, status.error or ""))
        return self._wait(job, generation, notes, looks)

    def _not_told(self, job: Job, generation: Generation, error: ProviderError, looks: int) -> Next:
        """Nothing is known of the video now. It may well be made: it is asked for until it takes too long."""
        lost = int(job.notes.get("lost", 0)) + 1 if isinstance(error, UpstreamLost) else 0
        if lost >= self.patience.most_lost:
            text = reason_text("vanished", generation.provider)
            words = error.provider_message or ""
            return self._end(job, generation, job.notes, Verdict(State.FAILED, "vanished", text, words))
        misses = int(job.notes.get("misses", 0)) + 1
        notes = {**job.notes, "looks": looks, "misses": misses, "lost": lost, "notice": error.text}
        return self._wait(job, generation, notes, looks, error.retry_after_seconds)

    def _wait(
        self,
        job: Job,
        generation: Generation,
        notes: dict[str, object],
        looks: int,
        after_seconds: int | None = None,
    ) -> Next:
        if is_over(self.patience, notes):
            return self._end(job, generation, notes, too_late(self.patience, notes, generation.provider))
        return Again(job.step, self.patience.next_look(looks, after_seconds), notes)

    async def _fetch(
        self, job: Job, desk: JobDesk, generation: Generation, status: VideoStatus, notes: dict[str, object]
    ) -> Next:
        notes = {MADE_AT: now().isoformat(), **notes}
        # Never a step back: what is found at LOOKING again and again because that kills us must run out of attempts.
        await desk.record(LOOKING if job.step == LOOKING else DOWNLOADING, notes=notes)
        await self.edge("recorded downloading")
        made: list[MadeFile] = []
        remark: StudioError | None = None

        async def downloaded() -> None:
            await self.edge("downloaded")
            await desk.record(LOOKING)
            await self.edge("recorded looking")

        try:
            async with desk.stoppable():
                for output in status.outputs[:MOST_OUTPUTS]:
                    made.append(await self.fetching.fetch(status, output, downloaded))
        except StudioError as error:
            # Also where another of several is here by now: each of them is paid for.
            later = once_more(self.patience, notes, error)
            if later is not None:
                return Again(desk.job.step, self._next_fetch(later, status, error), later)
            if not made:
                verdict = given_up(self.patience, error, generation.provider)
                return self._end(desk.job, generation, notes, verdict)
            remark = error
        await self.edge("kept")
        return self._end(job, generation, notes, done(made, remark), made)

    def _next_fetch(self, notes: dict[str, object], status: VideoStatus, error: StudioError) -> datetime:
        wait = getattr(error, "retry_after_seconds", None)
        return self.patience.next_fetch(tries_so_far(notes), wait, status.links_end_at)

    def _end(
        self,
        job: Job,
        generation: Generation,
        notes: object,
        verdict: Verdict,
        files: Sequence[MadeFile] = (),
    ) -> AnyEnd:
        told = replace(job, notes=notes)  # type: ignore[arg-type]
        out = outcome_so_far(generation, told)
        if out.cost_usd is None and out.provider_request_id:
            self.look_up(generation.id, out.provider_request_id)
        return end_of(generation, out, verdict, files, cost_rows(told))


def _name_of(job: Job) -> VideoJob:
    assert job.provider_job_id is not None, "recorded together with the step"
    return VideoJob(job.provider_job_id, job.notes.get("polling_url"))
